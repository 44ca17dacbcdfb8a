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

-- name: search_conversations
-- To be planned for its values: rare words are looked up, and where they are common the newest
-- conversations are looked through.
SELECT id, external_id, user_id, started_at, active_at, last_message_at, message_count,
    event_count, credits_used, first_intent, tools_used, completion_status, finished_at,
    user_satisfaction_signal, extracted_use_case, blocker_reason, insights_source,
    insights_version, metadata, tally, first_event_id, last_event_id, title, last_message,
    parent_conversation_id, parent_message_id,
    coalesce(sum(size) OVER (ORDER BY started_at DESC, id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < $7 AS fits
FROM (
    SELECT c.id, c.external_id, c.user_id, c.started_at, c.active_at, c.last_message_at,
        c.message_count, c.event_count, c.credits_used, c.first_intent, c.tools_used,
        c.completion_status, c.finished_at, c.user_satisfaction_signal, c.extracted_use_case,
        c.blocker_reason, c.insights_source, c.insights_version, c.metadata, c.tally,
        c.first_event_id, c.last_event_id, c.title, c.last_message, c.parent_conversation_id,
        c.parent_message_id,
        1000 + octet_length(row(c.metadata, c.tools_used, c.first_intent)::text) AS size
    FROM conversation_words w
    JOIN conversations c ON c.organization_id = $1 AND c.id = w.conversation_id
    WHERE w.organization_id = $1 AND w.words @@ $11::tsquery
        AND ($8::text IS NULL OR coalesce(c.completion_status, 'active') = $8)
        AND ($9::text IS NULL OR w.user_id = $9)
        AND ($10::uuid IS NULL OR c.parent_conversation_id = $10)
        AND w.started_at >= $2 AND w.started_at < $3
        AND (w.started_at, w.conversation_id) < ($4, $5)
    ORDER BY w.started_at DESC, w.conversation_id DESC
    LIMIT $6
) page
ORDER BY started_at DESC, id DESC;
