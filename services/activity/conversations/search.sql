-- name: add_words
-- To conversations that there are, the words of what was said and, where they are read anew, of
-- their titles $6, each with the organization's tag $4 before it. A conversation with so many different words ($5) gets no more, and one that has these
-- already is left alone: its entries of the index would be made anew.
INSERT INTO conversation_words AS w (organization_id, conversation_id, user_id, started_at, title,
    words)
SELECT $1::varchar, c.id, c.user_id, c.started_at, g.title, s.words
FROM unnest($2::uuid[], $3::text[], $6::text[]) AS g (id, said, title)
JOIN conversations c ON c.organization_id = $1::varchar AND c.id = g.id
CROSS JOIN LATERAL (
    SELECT array_to_tsvector(coalesce(array_agg($4 || word), '{}')) AS words
    FROM unnest(tsvector_to_array(to_tsvector('simple', g.said))) AS word
    WHERE octet_length(word) <= 200
) s
ORDER BY c.id
ON CONFLICT (organization_id, conversation_id) DO UPDATE
SET words = w.words || excluded.words
WHERE length(w.words) < $5 AND w.words || excluded.words <> w.words;

-- name: drop_words
DELETE FROM conversation_words WHERE organization_id = $1 AND conversation_id = ANY($2::uuid[]);

-- name: clear_words
DELETE FROM conversation_words WHERE organization_id = $1;

-- name: renamed_conversations
-- Those whose title is not the one of which the words are.
SELECT c.id
FROM conversations c
LEFT JOIN conversation_words w ON w.organization_id = $1 AND w.conversation_id = c.id
WHERE c.organization_id = $1 AND c.id = ANY($2::uuid[]) AND c.title IS DISTINCT FROM w.title
ORDER BY c.id;

-- name: conversations_to_read
SELECT id FROM conversations WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: title_to_read
SELECT title, first_event_id, last_event_id
FROM conversations
WHERE organization_id = $1 AND id = $2;

-- name: messages_to_read
SELECT id, event_type, content, "timestamp"
FROM conversation_events
WHERE organization_id = $1 AND conversation_id = $2 AND id >= $3 AND id <= $4
    AND event_type = 'message'
ORDER BY id;

-- name: words_asked
-- system: reads no table. What the words of a question have to match: all of them, of the last one
-- the beginning. NULL where it has none.
SELECT string_agg(
    '''' || replace(replace($2 || lexeme, '\', '\\'), '''', '''''') || ''''
        || CASE WHEN place = places THEN ':*' ELSE '' END, ' & ') AS asked
FROM (
    SELECT lexeme, positions[1] AS place, max(positions[1]) OVER () AS places
    FROM unnest(to_tsvector('simple', $1))
    WHERE octet_length(lexeme) <= 200
) words;

-- name: plan_for_values
-- system: tells how this transaction's statements are planned, and reads nothing
SELECT set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: newest_with_words
-- Those with the words among the $11 newest conversations. The limit is inside, so that no plan walks
-- further: common words are met soon, for rare ones the index of words may be asked here too.
SELECT c.id
FROM (
    SELECT id, started_at
    FROM conversations
    WHERE organization_id = $1
        AND ($7::text IS NULL OR user_id = $7)
        AND ($8::text IS NULL OR coalesce(completion_status, 'active') = $8)
        AND ($9::uuid IS NULL OR parent_conversation_id = $9)
        AND started_at >= $2 AND started_at < $3 AND (started_at, id) < ($4, $5)
    ORDER BY started_at DESC, id DESC
    LIMIT $11
) c
JOIN conversation_words w ON w.organization_id = $1 AND w.conversation_id = c.id
WHERE w.words @@ $10::tsquery
ORDER BY c.started_at DESC, c.id DESC
LIMIT $6;

-- name: all_with_words
-- Those with the words among all. Materialized, so that the limit does not tempt the planner to walk
-- the conversations by time until it is reached, which for an absent word is the whole of them.
WITH hits AS MATERIALIZED (
    SELECT conversation_id, started_at
    FROM conversation_words
    WHERE organization_id = $1 AND words @@ $10::tsquery
        AND ($7::text IS NULL OR user_id = $7)
        AND ($9::uuid IS NULL OR conversation_id = ANY(ARRAY(
            SELECT id FROM conversations
            WHERE organization_id = $1 AND parent_conversation_id = $9)))
        AND started_at >= $2 AND started_at < $3
        AND (started_at, conversation_id) < ($4, $5)
)
SELECT c.id
FROM (
    SELECT conversation_id, started_at
    FROM hits
    ORDER BY started_at DESC, conversation_id DESC
) w
JOIN conversations c ON c.organization_id = $1 AND c.id = w.conversation_id
WHERE $8::text IS NULL OR coalesce(c.completion_status, 'active') = $8
ORDER BY w.started_at DESC, w.conversation_id DESC
LIMIT $6;

-- name: conversations_found
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id,
    coalesce(sum(size) OVER (ORDER BY started_at DESC, id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $3 AS fits
FROM (
    SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
        event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
        user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
        insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
        parent_conversation_id, parent_message_id,
        1000 + octet_length(row(metadata, tools_used, first_intent)::text) AS size
    FROM conversations
    WHERE organization_id = $1 AND id = ANY($2::uuid[])
) page
ORDER BY started_at DESC, id DESC;
