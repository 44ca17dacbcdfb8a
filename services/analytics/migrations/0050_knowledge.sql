-- What an organization knows of its data: event definitions, business metrics, dimensions, entities,
-- entries and questions. Each is a document that is read and written as a whole.
CREATE TABLE knowledge_items (
    organization_id varchar(100) NOT NULL,
    item_id uuid NOT NULL,
    kind varchar(20) NOT NULL CHECK (kind IN ('event_definition', 'business_metric', 'dimension',
        'entity', 'entry', 'question')),
    -- '' where it belongs to no connection.
    connection_id varchar(100) NOT NULL,
    name varchar(500) NOT NULL,
    -- What no two living items of a kind and connection share: the name, or that without its case.
    key varchar(500) NOT NULL,
    category varchar(100) NOT NULL,
    tags text[] NOT NULL,
    content jsonb NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, item_id)
);

CREATE UNIQUE INDEX knowledge_items_key
ON knowledge_items (organization_id, kind, connection_id, key) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_items_created_at
ON knowledge_items (organization_id, kind, created_at, item_id) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_items_deleted
ON knowledge_items (organization_id, deleted_at, item_id) WHERE deleted_at IS NOT NULL;

-- Every state that an item was in, with who made it so. Nothing changes a row.
CREATE TABLE knowledge_versions (
    organization_id varchar(100) NOT NULL,
    item_id uuid NOT NULL,
    version integer NOT NULL,
    action varchar(20) NOT NULL CHECK (action IN ('created', 'changed', 'deleted', 'restored',
        'approved', 'revoked')),
    name varchar(500) NOT NULL,
    content jsonb NOT NULL,
    -- Why, in the words of who did it.
    note varchar(500) NOT NULL,
    changed_by varchar(100) NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, item_id, version)
);

CREATE TABLE knowledge_comments (
    organization_id varchar(100) NOT NULL,
    item_id uuid NOT NULL,
    comment_id uuid NOT NULL,
    text text NOT NULL,
    created_by varchar(100) NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, item_id, comment_id)
);
