-- The events that are sent to Attune by its ordinary ingest. Gold is asked of this table.
CREATE TABLE events (
    user_id text NOT NULL,
    event text NOT NULL,
    timestamp timestamptz NOT NULL,
    properties jsonb NOT NULL
);
