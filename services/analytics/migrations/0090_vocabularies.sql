-- What organizations call the data of a connection, beside what they defined: names without a
-- definition. The connection need not be registered.
CREATE TABLE vocabularies (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    -- [{"name", "kind", "synonyms", "derived", "values"}], in the order they were given in.
    terms jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    PRIMARY KEY (organization_id, connection_id)
);
