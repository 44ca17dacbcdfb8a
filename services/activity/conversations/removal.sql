-- name: is_deleted
-- Whether one of this name was deleted. $4 is the only person whose it may have been, or NULL.
SELECT EXISTS (
    SELECT FROM deleted_conversations
    WHERE organization_id = $1
        AND (id = $2::uuid OR external_id_digest = sha256(convert_to($3::text, 'UTF8')))
        AND ($4::text IS NULL OR user_id = $4));

-- name: delete_event_ids
DELETE FROM conversation_event_ids WHERE organization_id = $1 AND conversation_id = $2;

-- name: delete_events
-- Between the ids of its first and newest event, so that only their months are looked into.
DELETE FROM conversation_events
WHERE organization_id = $1 AND conversation_id = $2 AND id >= $3 AND id <= $4;

-- name: release_threads
-- They stay, and begin with their own messages.
UPDATE conversations
SET parent_conversation_id = NULL, parent_message_id = NULL
WHERE organization_id = $1 AND parent_conversation_id = $2;

-- name: delete_conversation
DELETE FROM conversations WHERE organization_id = $1 AND id = $2;

-- name: note_deleted
INSERT INTO deleted_conversations (organization_id, id, external_id_digest, user_id, deleted_by,
    deleted_at, told_to)
SELECT $1::varchar, $2, sha256(convert_to($3::text, 'UTF8')), $4, $5, $6, seq
FROM event_head
WHERE organization_id = $1::varchar;

-- name: organizations_with_deleted
-- system: the job asks organization by organization; here it learns of which
SELECT DISTINCT organization_id FROM deleted_conversations WHERE erased_at IS NULL;

-- name: list_unerased
SELECT id, told_to
FROM deleted_conversations
WHERE organization_id = $1 AND erased_at IS NULL
ORDER BY told_to
LIMIT $2;

-- name: oldest_event
SELECT seq FROM event_log WHERE organization_id = $1 ORDER BY seq LIMIT 1;

-- name: erase_facts
-- Each begins with its first field, the conversation's id: two bytes, then 36 characters.
UPDATE event_log
SET payload = ''
WHERE organization_id = $1 AND seq > $2 AND seq <= $3 AND type = ANY($4::text[])
    AND substring(payload FROM 3 FOR 36) = ANY($5::bytea[]);

-- name: erase_ratings
-- Their first field is their own number, of any length.
UPDATE event_log
SET payload = ''
WHERE organization_id = $1 AND seq > $2 AND seq <= $3 AND type = $4
    AND EXISTS (SELECT FROM unnest($5::bytea[]) AS c (id) WHERE position(c.id IN payload) > 0);

-- name: note_erased
UPDATE deleted_conversations
SET erased_at = $3
WHERE organization_id = $1 AND id = ANY($2::uuid[]);
