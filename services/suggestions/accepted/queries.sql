-- name: add_accepted
-- Returns those that were not there.
INSERT INTO accepted_answers (organization_id, message_id, user_id, job_role, template_key,
    accepted_at)
SELECT $1, message_id, user_id, job_role, template_key, accepted_at
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::timestamptz[])
    AS a (message_id, user_id, job_role, template_key, accepted_at)
ON CONFLICT (organization_id, message_id) DO NOTHING
RETURNING user_id, job_role, template_key;

-- name: take_accepted
DELETE FROM accepted_answers WHERE organization_id = $1 AND message_id = ANY ($2::uuid[])
RETURNING user_id, job_role, template_key;

-- name: drop_old_accepted
-- system: expiry concerns all organizations alike
DELETE FROM accepted_answers
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM accepted_answers WHERE accepted_at <= $1 LIMIT 5000 FOR UPDATE SKIP LOCKED));
