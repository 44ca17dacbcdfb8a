-- name: newest_key
-- The key that encrypts, which is the one that was not destroyed.
SELECT version, master_key_id, wrapped
FROM data_keys
WHERE organization_id = $1 AND purpose = $2 AND wrapped IS NOT NULL;

-- name: get_key
SELECT version, master_key_id, wrapped
FROM data_keys
WHERE organization_id = $1 AND purpose = $2 AND version = $3;

-- name: add_key
-- Unless there is one; of those who add at once, one does.
INSERT INTO data_keys (organization_id, purpose, version, master_key_id, wrapped, created_at)
SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5
FROM data_keys
WHERE organization_id = $1 AND purpose = $2
HAVING count(wrapped) = 0
ON CONFLICT DO NOTHING;

-- name: destroy_keys
-- The rows stay, so that versions are not given anew and it can be told what became of a key.
UPDATE data_keys
SET wrapped = NULL, destroyed_at = $3
WHERE organization_id = $1 AND ($2::text IS NULL OR purpose = $2) AND wrapped IS NOT NULL
RETURNING purpose, version;

-- name: list_outdated_keys
-- system: master keys are the installation's, and wrap the data keys of all organizations
SELECT organization_id, purpose, version, master_key_id, wrapped
FROM data_keys
WHERE wrapped IS NOT NULL AND master_key_id <> $1
    AND (organization_id, purpose, version) > ($2, $3, $4)
ORDER BY organization_id, purpose, version
LIMIT $5;

-- name: rewrap_key
-- Unless it was destroyed or rewrapped meanwhile.
UPDATE data_keys
SET master_key_id = $5, wrapped = $6
WHERE organization_id = $1 AND purpose = $2 AND version = $3 AND wrapped = $4;

-- name: count_keys
-- system: master keys are the installation's, and wrap the data keys of all organizations
SELECT master_key_id, count(*) AS data_keys
FROM data_keys
WHERE wrapped IS NOT NULL
GROUP BY master_key_id
ORDER BY master_key_id;
