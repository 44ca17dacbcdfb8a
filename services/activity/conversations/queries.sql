-- name: read_conversation
-- By its id or, where no conversation has that id, by the one its maker brought. $4 is
-- the only person whose it may be, or NULL.
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id
FROM conversations
WHERE organization_id = $1
    AND id = coalesce(
        (SELECT id FROM conversations WHERE organization_id = $1 AND id = $2),
        (SELECT id FROM conversations WHERE organization_id = $1 AND external_id = $3))
    AND ($4::text IS NULL OR user_id = $4);

-- name: lock_conversation
-- The same, held until the transaction ends: who writes to it does so one after the other.
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id
FROM conversations
WHERE organization_id = $1
    AND id = coalesce(
        (SELECT id FROM conversations WHERE organization_id = $1 AND id = $2),
        (SELECT id FROM conversations WHERE organization_id = $1 AND external_id = $3))
    AND ($4::text IS NULL OR user_id = $4)
FOR UPDATE;

-- name: lock_free_conversations
-- Of these names those that nobody else writes to now. Ids never change, and no id of one is
-- the name of another.
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id
FROM conversations
WHERE organization_id = $1
    AND id = ANY(ARRAY(
        SELECT coalesce(
            (SELECT id FROM conversations c WHERE c.organization_id = $1 AND c.id = n.id),
            (SELECT id FROM conversations c WHERE c.organization_id = $1 AND c.external_id = n.name))
        FROM unnest($2::uuid[], $3::text[]) AS n (id, name)))
FOR UPDATE SKIP LOCKED;

-- name: insert_conversation
-- Nothing where its maker's id is another one's, of either kind, or was one's that is deleted.
INSERT INTO conversations (organization_id, id, external_id, user_id, started_at, active_at,
    metadata, title, parent_conversation_id, parent_message_id)
SELECT $1::varchar, $2, $3::text, $4, $5, $6, $7::jsonb, $8, $9, $10
WHERE NOT EXISTS (SELECT FROM conversations WHERE organization_id = $1::varchar AND id = $11::uuid)
    AND NOT EXISTS (SELECT FROM deleted_conversations
        WHERE organization_id = $1::varchar
            AND (id = $11::uuid OR external_id_digest = sha256(convert_to($3::text, 'UTF8'))))
ON CONFLICT (organization_id, external_id) DO NOTHING
RETURNING id;

-- name: known_event_ids
SELECT w.conversation_id, w.client_event_id, k.event_id
FROM unnest($2::uuid[], $3::text[]) AS w (conversation_id, client_event_id)
CROSS JOIN LATERAL (
    SELECT event_id
    FROM conversation_event_ids
    WHERE organization_id = $1 AND conversation_id = w.conversation_id
        AND client_event_id = w.client_event_id AND added_at > $4
    LIMIT 1 -- the only one; so it is looked up for each, however many a plan expects
) k;

-- name: recorded_event_ids
-- Of all events, for imports: they may be repeated when the ids are long forgotten. A plan
-- that is kept compares with each of an array one by one, but looks up what a SELECT gives.
SELECT client_event_id, id
FROM conversation_events
WHERE organization_id = $1 AND conversation_id = $2 AND id >= $3 AND id <= $4
    AND client_event_id IN (SELECT unnest($5::text[]));

-- name: insert_events
WITH ids AS (
    INSERT INTO conversation_event_ids (organization_id, conversation_id, client_event_id,
        event_id, added_at)
    SELECT $1::varchar, a.conversation_id, a.client_event_id, a.id, $2
    FROM unnest($3::uuid[], $5::uuid[], $12::text[]) AS a (conversation_id, id, client_event_id)
    WHERE a.client_event_id IS NOT NULL
    ON CONFLICT (organization_id, conversation_id, client_event_id) DO UPDATE
    SET event_id = excluded.event_id, added_at = excluded.added_at
)
INSERT INTO conversation_events (organization_id, conversation_id, user_id, id, "timestamp",
    event_type, content, tool_name, success, credits_consumed, client_event_id)
SELECT $1::varchar, a.conversation_id, a.user_id, a.id, a.at, a.event_type, a.content::jsonb,
    a.tool_name, a.success, a.credits_consumed, a.client_event_id
FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[], $7::text[], $8::text[],
        $9::text[], $10::boolean[], $11::int[], $12::text[])
    AS a (conversation_id, user_id, id, at, event_type, content, tool_name, success,
        credits_consumed, client_event_id);

-- name: save_conversation
UPDATE conversations
SET active_at = $3, last_message_at = $4, message_count = $5, event_count = $6,
    credits_used = $7, first_intent = $8, tools_used = $9::jsonb, completion_status = $10,
    finished_at = $11, user_satisfaction_signal = $12, extracted_use_case = $13,
    blocker_reason = $14, insights_source = $15, insights_version = $16, tally = $17::jsonb,
    first_event_id = $18, last_event_id = $19, title = $20, last_message = $21
WHERE organization_id = $1 AND id = $2;

-- name: list_events
-- Between two ids: those of the conversation's first and newest event, so that only their
-- months are looked into. As many as fit into $7 bytes, and always one.
SELECT id, event_type, content, "timestamp", tool_name, success, credits_consumed,
    client_event_id,
    coalesce(sum(size) OVER (ORDER BY id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $7 AS fits
FROM (
    SELECT id, event_type, content, "timestamp", tool_name, success, credits_consumed,
        client_event_id, 300 + coalesce(octet_length(content::text), 0) AS size
    FROM conversation_events
    WHERE organization_id = $1 AND conversation_id = $2
        AND id >= $3 AND id <= $4 AND id > $5
    ORDER BY id
    LIMIT $6
) page
ORDER BY id;

-- name: list_newest_events
-- The same from the newest on, before $5.
SELECT id, event_type, content, "timestamp", tool_name, success, credits_consumed,
    client_event_id,
    coalesce(sum(size) OVER (ORDER BY id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $7 AS fits
FROM (
    SELECT id, event_type, content, "timestamp", tool_name, success, credits_consumed,
        client_event_id, 300 + coalesce(octet_length(content::text), 0) AS size
    FROM conversation_events
    WHERE organization_id = $1 AND conversation_id = $2
        AND id >= $3 AND id <= $4 AND id < $5
    ORDER BY id DESC
    LIMIT $6
) page
ORDER BY id DESC;

-- name: find_message
-- By the id of the event, or by the one its sender gave it.
SELECT id
FROM conversation_events
WHERE organization_id = $1 AND conversation_id = $2 AND id >= $3 AND id <= $4
    AND event_type = 'message' AND (id = $5 OR client_event_id = $6)
ORDER BY id = $5 DESC NULLS LAST, id
LIMIT 1;

-- name: list_conversations
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id,
    coalesce(sum(size) OVER (ORDER BY started_at DESC, id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $7 AS fits
FROM (
    SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
        event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
        user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
        insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
        parent_conversation_id, parent_message_id,
        1000 + octet_length(row(metadata, tools_used, first_intent)::text) AS size
    FROM conversations
    WHERE organization_id = $1 AND started_at >= $2 AND started_at < $3
        AND (started_at, id) < ($4, $5)
    ORDER BY started_at DESC, id DESC
    LIMIT $6
) page
ORDER BY started_at DESC, id DESC;

-- name: list_conversations_with_status
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id,
    coalesce(sum(size) OVER (ORDER BY started_at DESC, id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $7 AS fits
FROM (
    SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
        event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
        user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
        insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
        parent_conversation_id, parent_message_id,
        1000 + octet_length(row(metadata, tools_used, first_intent)::text) AS size
    FROM conversations
    WHERE organization_id = $1 AND coalesce(completion_status, 'active') = $8
        AND started_at >= $2 AND started_at < $3 AND (started_at, id) < ($4, $5)
    ORDER BY started_at DESC, id DESC
    LIMIT $6
) page
ORDER BY started_at DESC, id DESC;

-- name: list_conversations_of_user
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id,
    coalesce(sum(size) OVER (ORDER BY started_at DESC, id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $7 AS fits
FROM (
    SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
        event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
        user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
        insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
        parent_conversation_id, parent_message_id,
        1000 + octet_length(row(metadata, tools_used, first_intent)::text) AS size
    FROM conversations
    WHERE organization_id = $1 AND user_id = $9
        AND ($8::text IS NULL OR coalesce(completion_status, 'active') = $8)
        AND started_at >= $2 AND started_at < $3 AND (started_at, id) < ($4, $5)
    ORDER BY started_at DESC, id DESC
    LIMIT $6
) page
ORDER BY started_at DESC, id DESC;

-- name: list_threads
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id,
    coalesce(sum(size) OVER (ORDER BY started_at DESC, id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $7 AS fits
FROM (
    SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
        event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
        user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
        insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
        parent_conversation_id, parent_message_id,
        1000 + octet_length(row(metadata, tools_used, first_intent)::text) AS size
    FROM conversations
    WHERE organization_id = $1 AND parent_conversation_id = $10
        AND ($8::text IS NULL OR coalesce(completion_status, 'active') = $8)
        AND ($9::text IS NULL OR user_id = $9)
        AND started_at >= $2 AND started_at < $3 AND (started_at, id) < ($4, $5)
    ORDER BY started_at DESC, id DESC
    LIMIT $6
) page
ORDER BY started_at DESC, id DESC;

-- name: organizations_with_idle
-- system: the job asks organization by organization; here it learns of which
SELECT DISTINCT organization_id
FROM conversations
WHERE completion_status IS NULL AND active_at < $1
ORDER BY organization_id;

-- name: lock_idle
-- Those that nobody is writing to now; who writes makes them active anyway.
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id
FROM conversations
WHERE organization_id = $1 AND completion_status IS NULL AND active_at < $2
ORDER BY active_at
LIMIT $3
FOR UPDATE SKIP LOCKED;

-- name: forget_event_ids
-- system: how long the ids are known is the same for all organizations
DELETE FROM conversation_event_ids
WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM conversation_event_ids WHERE added_at < $1 ORDER BY added_at LIMIT $2
    FOR UPDATE SKIP LOCKED));
