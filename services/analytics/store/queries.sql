-- name: find_role
SELECT q.role, q.password,
    EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = q.role)
        AND starts_with(q.role, 'attune_query_' || left(md5(current_database()), 8)) AS usable
FROM query_roles q
WHERE q.organization_id = $1

-- name: give_role
-- system: the function is told the organization
SELECT give_query_role($1, $2, $3, $4)
