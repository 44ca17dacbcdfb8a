-- What organizations call the data of their connections, as analytics tells: the row of a connection
-- says that the organization has it, whatever its words.
CREATE TABLE vocabularies (
    organization_id varchar(100) NOT NULL,
    connection_id varchar(100) NOT NULL,
    -- [{"name", "kinds", "synonyms", "derived", "values"}], one for each name.
    terms jsonb NOT NULL,
    -- The hash of the terms, by which processes see whether what they hold is still so.
    version char(32) NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, connection_id)
);
