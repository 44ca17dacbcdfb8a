-- name: attributes
-- system: asked of another database, which belongs to one organization
-- Of the role that logs in, and of those that it may become. session_user, as a role may be set to
-- become another when it logs in.
SELECT rolname AS role, rolsuper AS superuser, rolcreaterole AS createrole, rolcreatedb AS createdb,
    rolreplication AS replication, rolbypassrls AS bypassrls,
    rolname = session_user AS itself
FROM pg_roles
WHERE (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
    AND pg_has_role(session_user, oid, 'MEMBER')
ORDER BY itself DESC, rolname
LIMIT 20;

-- name: memberships
-- system: asked of another database, which belongs to one organization
SELECT rolname AS role
FROM pg_roles
WHERE rolname = ANY ($1::text[]) AND pg_has_role(session_user, oid, 'MEMBER')
ORDER BY rolname;

-- name: owned
-- system: asked of another database, which belongs to one organization
WITH mine AS MATERIALIZED (
    SELECT oid, rolname FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')
)
SELECT kind, name, rolname AS role
FROM (
    SELECT 'database' AS kind, datname::text AS name, datdba AS owner
    FROM pg_database WHERE datname = current_database()
    UNION ALL
    SELECT 'schema', nspname, nspowner FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)'
    UNION ALL
    SELECT 'relation', n.nspname || '.' || c.relname, c.relowner
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_(temp|toast)'
    UNION ALL
    SELECT 'function', n.nspname || '.' || p.proname, p.proowner
    FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
) objects
JOIN mine ON mine.oid = objects.owner
ORDER BY kind, name
LIMIT 20;

-- name: grants
-- system: asked of another database, which belongs to one organization
-- What the role may change, with whom it was granted to: the role, one that it may become, or
-- everybody. An owner's own privileges are told with what it owns.
WITH mine AS MATERIALIZED (
    SELECT oid, rolname::text AS name FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')
    UNION ALL
    SELECT 0::oid, NULL
), schemas AS MATERIALIZED (
    SELECT oid, nspname, nspacl
    FROM pg_namespace
    WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_(temp|toast)'
), found AS (
    SELECT 'database' AS kind, '' AS schema, d.datname::text AS name, NULL AS column_name,
        a.grantee, a.privilege_type
    FROM pg_database d, aclexplode(d.datacl) a
    WHERE d.datname = current_database() AND a.privilege_type = 'CREATE' AND a.grantee <> d.datdba
    UNION ALL
    SELECT 'schema', n.nspname, '', NULL, a.grantee, a.privilege_type
    FROM schemas n
    JOIN pg_namespace s ON s.oid = n.oid, aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> s.nspowner
    UNION ALL
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname, c.relname, NULL,
        a.grantee, a.privilege_type
    FROM schemas n
    JOIN pg_class c ON c.relnamespace = n.oid, aclexplode(c.relacl) a
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND a.privilege_type <> 'SELECT'
        AND a.grantee <> c.relowner
    UNION ALL
    SELECT 'table', n.nspname, c.relname, t.attname, a.grantee, a.privilege_type
    FROM schemas n
    JOIN pg_class c ON c.relnamespace = n.oid
    JOIN pg_attribute t ON t.attrelid = c.oid AND t.attacl IS NOT NULL AND NOT t.attisdropped,
        aclexplode(t.attacl) a
    WHERE a.privilege_type <> 'SELECT' AND a.grantee <> c.relowner
)
SELECT kind, schema, found.name, column_name, mine.name AS grantee,
    array_agg(DISTINCT privilege_type ORDER BY privilege_type) AS privileges
FROM found
JOIN mine ON mine.oid = found.grantee
GROUP BY kind, schema, found.name, column_name, mine.name
ORDER BY kind, schema, found.name, column_name
LIMIT 10000;

-- name: session
-- system: asked of another database, which belongs to one organization
SELECT session_user::text AS role, current_database()::text AS database, current_setting('server_version') AS server_version,
    has_database_privilege(session_user, current_database(), 'TEMP') AS may_make_temporary,
    (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS encrypted,
    EXISTS (SELECT FROM pg_roles r, unnest(r.rolconfig) set
        WHERE r.rolname = session_user AND set = 'default_transaction_read_only=on') AS reads_only;
