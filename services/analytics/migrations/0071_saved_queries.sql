-- Statements that people keep. Without a share_token only its owner and admins see one.
CREATE TABLE saved_queries (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    name varchar(200) NOT NULL,
    description varchar(2000) NOT NULL,
    query text NOT NULL,
    connection_id varchar(100) NOT NULL,
    tags text[] NOT NULL,
    owner varchar(100) NOT NULL,
    -- Counts its changes, from 1.
    version integer NOT NULL,
    -- What its link names it by.
    share_token varchar(64),
    created_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE UNIQUE INDEX saved_queries_share_token ON saved_queries (organization_id, share_token);
CREATE INDEX saved_queries_created_at ON saved_queries (organization_id, created_at, id);

CREATE TABLE saved_query_versions (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    name varchar(200) NOT NULL,
    description varchar(2000) NOT NULL,
    query text NOT NULL,
    connection_id varchar(100) NOT NULL,
    tags text[] NOT NULL,
    changed_by varchar(100) NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id, version),
    FOREIGN KEY (organization_id, id) REFERENCES saved_queries (organization_id, id)
        ON DELETE CASCADE
);

CREATE TABLE saved_query_comments (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    comment_id uuid NOT NULL,
    text varchar(5000) NOT NULL,
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id, comment_id),
    FOREIGN KEY (organization_id, id) REFERENCES saved_queries (organization_id, id)
        ON DELETE CASCADE
);

CREATE TABLE favourite_queries (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id, id),
    FOREIGN KEY (organization_id, id) REFERENCES saved_queries (organization_id, id)
        ON DELETE CASCADE
);
