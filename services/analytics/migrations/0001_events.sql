-- What happened, whoever told of it: the product's own events, and what Attune's other services
-- record. Late events go into the month of their time, not of their arrival.
CREATE TABLE events (
    organization_id varchar(100) NOT NULL,
    -- When it happened, by the sender's clock and corrected by how wrong that is.
    timestamp timestamptz NOT NULL,
    -- UUIDv7 of when it arrived.
    id uuid NOT NULL,
    type varchar(20) NOT NULL
        CHECK (type IN ('track', 'page', 'screen', 'identify', 'group', 'alias', 'fact')),
    event varchar(200) NOT NULL,
    -- Who it was, and before anybody knew.
    user_id varchar(100),
    anonymous_id varchar(200),
    properties jsonb NOT NULL DEFAULT '{}',
    context jsonb,
    -- Fields of the sender's that this table has no column for.
    extra jsonb,
    message_id varchar(200),
    -- Which key or import it came by, or which service tells of it: "attune.activity".
    source varchar(100) NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, timestamp, id)
) PARTITION BY RANGE (timestamp);

CREATE INDEX idx_events_event ON events (organization_id, event, timestamp);
CREATE INDEX idx_events_user ON events (organization_id, user_id, timestamp);

INSERT INTO partitioned_tables VALUES ('events', 25, 3);
