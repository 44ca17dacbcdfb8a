-- The second wall around users' SQL: each organization's statements log in as a role of its own,
-- which sees views alone, and through them its organization's rows.

CREATE TABLE query_roles (
    organization_id varchar(100) NOT NULL PRIMARY KEY,
    -- Roles belong to the whole cluster: the name says nothing of the organization, and has a part
    -- of this database's own, so that a copy of the database does not use the original's roles.
    role name NOT NULL UNIQUE,
    -- Its password, encrypted by the vault for this organization.
    password bytea NOT NULL
);
GRANT SELECT (organization_id, role) ON query_roles TO attune_analytics_views;
GRANT SELECT, INSERT, UPDATE ON query_roles TO attune_analytics_roles;

-- Let views read a table, each query role its organization's rows. Whoever logged in is tested, and
-- no setting: set_config can change one in the middle of a SELECT. Security is forced, so that a
-- view or function of the owner's would show nothing rather than everything.
CREATE FUNCTION put_behind_views(behind regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', behind);
    EXECUTE format('CREATE POLICY of_the_service ON %s TO attune_analytics'
        ' USING (true) WITH CHECK (true)', behind);
    EXECUTE format('CREATE POLICY of_query_roles ON %s FOR SELECT TO attune_analytics_views'
        ' USING (organization_id = (SELECT q.organization_id FROM query_roles q'
        ' WHERE q.role = session_user))', behind);
    EXECUTE format('GRANT SELECT ON %s TO attune_analytics_views', behind);
END $$;

SELECT put_behind_views('events');
