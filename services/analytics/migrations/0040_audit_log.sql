-- Who did what: changes of connections, and every statement that somebody ran.
CREATE TABLE audit_log (
    organization_id varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    -- UUIDv7 of that time.
    id uuid NOT NULL,
    actor varchar(100) NOT NULL,
    -- What was done, such as "connection.created".
    action varchar(100) NOT NULL,
    -- To what, such as a connection's id.
    target varchar(200) NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (organization_id, created_at, id)
) PARTITION BY RANGE (created_at);

CREATE INDEX idx_audit_log_actor ON audit_log (organization_id, actor, created_at, id);
CREATE INDEX idx_audit_log_target ON audit_log (organization_id, target, created_at, id);
CREATE INDEX idx_audit_log_action ON audit_log (organization_id, action, created_at, id);

INSERT INTO partitioned_tables VALUES ('audit_log', 1, 3);
INSERT INTO append_only_tables VALUES ('audit_log');
