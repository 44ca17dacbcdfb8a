-- name: lock_user
-- The person's row, held until the transaction ends.
INSERT INTO memory_users AS u (organization_id, user_id)
VALUES ($1, $2)
ON CONFLICT (organization_id, user_id) DO UPDATE SET user_id = u.user_id
RETURNING forgotten_before, news_at, asked_at, read_to;

-- name: note_news
UPDATE memory_users SET news_at = coalesce(news_at, $3)
WHERE organization_id = $1 AND user_id = $2;

-- name: list_facts_of_user
-- All of one person's, for who changes them.
SELECT id, attribute, about, value, confidence, valid_from, valid_to, said_at, recorded_at,
    superseded_at, expires_at, state, origin, model, event_ids, conversation_ids, corrects, digests
FROM memory_facts
WHERE organization_id = $1 AND user_id = $2
ORDER BY id;

-- name: list_facts
-- What holds is also what has not expired since it was looked at last.
SELECT id, attribute, about, value, confidence, valid_from, valid_to, said_at, recorded_at,
    superseded_at, expires_at, state, origin, model, event_ids, conversation_ids, corrects, digests
FROM memory_facts
WHERE organization_id = $1 AND user_id = $2 AND id < $3
    AND ($4::text IS NULL OR CASE WHEN state = 'current' AND expires_at <= $7
        THEN 'expired' ELSE state END = $4)
    AND ($5::text IS NULL OR kind = $5)
ORDER BY id DESC
LIMIT $6;

-- name: current_facts
SELECT id, attribute, about, value, confidence, valid_from, valid_to, said_at, recorded_at,
    superseded_at, expires_at, state, origin, model, event_ids, conversation_ids, corrects, digests
FROM memory_facts
WHERE organization_id = $1 AND user_id = $2 AND state = 'current'
    AND (expires_at IS NULL OR expires_at > $3)
ORDER BY confidence DESC, said_at DESC, id DESC
LIMIT $4;

-- name: get_fact
SELECT id, attribute, about, value, confidence, valid_from, valid_to, said_at, recorded_at,
    superseded_at, expires_at, state, origin, model, event_ids, conversation_ids, corrects, digests
FROM memory_facts
WHERE organization_id = $1 AND user_id = $2 AND id = $3;

-- name: put_fact
INSERT INTO memory_facts (organization_id, user_id, id, kind, attribute, about, value, statement,
    confidence, valid_from, valid_to, said_at, recorded_at, superseded_at, expires_at, state,
    origin, model, event_ids, conversation_ids, corrects, digests)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22)
ON CONFLICT (organization_id, id) DO UPDATE
SET kind = excluded.kind, attribute = excluded.attribute, about = excluded.about,
    value = excluded.value, statement = excluded.statement, confidence = excluded.confidence,
    valid_from = excluded.valid_from, valid_to = excluded.valid_to, said_at = excluded.said_at,
    superseded_at = excluded.superseded_at, expires_at = excluded.expires_at,
    state = excluded.state, origin = excluded.origin, model = excluded.model,
    event_ids = excluded.event_ids, conversation_ids = excluded.conversation_ids,
    corrects = excluded.corrects, digests = excluded.digests;

-- name: list_mentions
-- The newest $3 of them.
SELECT event_id, origin, place, conversation_id, said_at, attribute, about, value, gone, confidence,
    model
FROM memory_mentions
WHERE organization_id = $1 AND user_id = $2
ORDER BY said_at DESC, event_id DESC
LIMIT $3;

-- name: delete_mentions_of_events
DELETE FROM memory_mentions
WHERE organization_id = $1 AND user_id = $2 AND origin = $3 AND event_id = ANY($4)
RETURNING event_id, origin, place, conversation_id, said_at, attribute, about, value, gone,
    confidence, model;

-- name: delete_mentions
DELETE FROM memory_mentions
WHERE organization_id = $1 AND user_id = $2 AND (event_id, origin, place) IN (
    SELECT event_id, origin, place
    FROM unnest($3::uuid[], $4::text[], $5::int[]) AS m (event_id, origin, place));

-- name: delete_all_mentions
DELETE FROM memory_mentions
WHERE organization_id = $1 AND user_id = $2 AND ($3::text IS NULL OR origin = $3);

-- name: delete_mentions_in
DELETE FROM memory_mentions
WHERE organization_id = $1 AND user_id = $2 AND conversation_id = ANY($3::uuid[]);

-- name: delete_facts_from
-- Those of which nothing was said elsewhere; what the person told by hand stays.
DELETE FROM memory_facts
WHERE organization_id = $1 AND user_id = $2 AND origin <> 'user'
    AND conversation_ids <@ $3::uuid[] AND cardinality(conversation_ids) > 0;

-- name: existing_conversations
SELECT id FROM conversations WHERE organization_id = $1 AND id = ANY($2::uuid[]);

-- name: insert_mentions
INSERT INTO memory_mentions (organization_id, user_id, event_id, origin, place, conversation_id,
    said_at, attribute, about, value, gone, confidence, model)
SELECT $1::varchar, $2, m.event_id, m.origin, m.place, m.conversation_id, m.said_at, m.attribute,
    m.about, m.value, m.gone, m.confidence, m.model
FROM unnest($3::uuid[], $4::text[], $5::int[], $6::uuid[], $7::timestamptz[], $8::text[],
        $9::text[], $10::text[], $11::boolean[], $12::float8[], $13::text[])
    AS m (event_id, origin, place, conversation_id, said_at, attribute, about, value, gone,
        confidence, model)
ON CONFLICT (organization_id, user_id, event_id, origin, place) DO UPDATE
SET conversation_id = excluded.conversation_id, said_at = excluded.said_at,
    attribute = excluded.attribute, about = excluded.about, value = excluded.value,
    gone = excluded.gone, confidence = excluded.confidence, model = excluded.model;

-- name: messages_of_conversation
-- Up to the one $5, the newest $6 of them: what was said in it, by whomever.
SELECT id, event_type, content, "timestamp"
FROM (
    SELECT id, event_type, content, "timestamp"
    FROM conversation_events
    WHERE organization_id = $1 AND conversation_id = $2 AND event_type = 'message'
        AND id >= $3 AND id <= $4 AND id <= $5
        AND octet_length(content::text) < $7
    ORDER BY id DESC
    LIMIT $6
) newest
ORDER BY id;

-- name: later_messages
-- From $5 on, oldest first.
SELECT id, event_type, content, "timestamp"
FROM conversation_events
WHERE organization_id = $1 AND conversation_id = $2 AND event_type = 'message'
    AND id >= $3 AND id <= $4 AND id > $5
    AND octet_length(content::text) < $7
ORDER BY id
LIMIT $6;

-- name: bounds_of_conversation
SELECT user_id, first_event_id, last_event_id
FROM conversations
WHERE organization_id = $1 AND id = $2 AND first_event_id IS NOT NULL;

-- name: conversations_of_user
SELECT id
FROM conversations
WHERE organization_id = $1 AND user_id = $2 AND first_event_id IS NOT NULL AND id > $3
ORDER BY id
LIMIT $4;

-- name: users_with_messages
SELECT DISTINCT user_id
FROM conversations
WHERE organization_id = $1 AND first_event_id IS NOT NULL
ORDER BY user_id;

-- name: forget_until
UPDATE memory_users
SET forgotten_before = $3, summary = NULL, summary_model = NULL, summary_at = NULL, news_at = NULL
WHERE organization_id = $1 AND user_id = $2;

-- name: organizations_with_expired
-- system: the job asks organization by organization; here it learns of which
SELECT DISTINCT organization_id
FROM memory_facts
WHERE state = 'current' AND expires_at <= $1
ORDER BY organization_id;

-- name: users_with_expired
SELECT DISTINCT user_id
FROM memory_facts
WHERE organization_id = $1 AND state = 'current' AND expires_at <= $2
ORDER BY user_id
LIMIT $3;

-- name: organizations_with_news
-- system: the job asks organization by organization; here it learns of which
SELECT DISTINCT organization_id
FROM memory_users
WHERE news_at IS NOT NULL AND (asked_at IS NULL OR asked_at <= $1)
ORDER BY organization_id;

-- name: users_with_news
SELECT user_id
FROM memory_users
WHERE organization_id = $1 AND news_at IS NOT NULL AND (asked_at IS NULL OR asked_at <= $2)
ORDER BY news_at
LIMIT $3;

-- name: note_asked
UPDATE memory_users SET asked_at = $3 WHERE organization_id = $1 AND user_id = $2;

-- name: note_read
-- News that came meanwhile stay.
UPDATE memory_users
SET read_to = coalesce($3, read_to),
    news_at = CASE WHEN news_at = $4::timestamptz THEN NULL ELSE news_at END
WHERE organization_id = $1 AND user_id = $2;

-- name: put_summary
UPDATE memory_users SET summary = $3, summary_model = $4, summary_at = $5
WHERE organization_id = $1 AND user_id = $2;

-- name: drop_summary
UPDATE memory_users SET summary = NULL, summary_model = NULL, summary_at = NULL
WHERE organization_id = $1 AND user_id = $2 AND summary IS NOT NULL;

-- name: next_messages_of_user
SELECT id, conversation_id, event_type, content, "timestamp"
FROM conversation_events
WHERE organization_id = $1 AND user_id = $2 AND event_type = 'message'
    AND content ->> 'role' = 'user' AND octet_length(content::text) < $5
    AND id > $3 AND ($6::timestamptz IS NULL OR "timestamp" > $6)
ORDER BY id
LIMIT $4;

-- name: newest_messages_of_user
SELECT id, conversation_id, event_type, content, "timestamp"
FROM (
    SELECT id, conversation_id, event_type, content, "timestamp"
    FROM conversation_events
    WHERE organization_id = $1 AND user_id = $2 AND event_type = 'message'
        AND content ->> 'role' = 'user' AND octet_length(content::text) < $4
        AND ($5::timestamptz IS NULL OR "timestamp" > $5)
    ORDER BY "timestamp" DESC
    LIMIT $3
) newest
ORDER BY id;
