-- Events that were refused, as they came, so that they can be mended and replayed.
CREATE TABLE refused_events (
    organization_id varchar(100) NOT NULL,
    -- UUIDv7 of when it arrived.
    id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    source varchar(100) NOT NULL,
    -- How it is to be read: "attune", or "segment:" and a call of Segment's.
    form varchar(30) NOT NULL,
    imported boolean NOT NULL,
    -- The sender's clock when the request was sent, where the request says so for all its events.
    sent_at timestamptz,
    reason varchar(20) NOT NULL CHECK (reason IN ('invalid', 'too_large', 'wrong_time')),
    -- A list of objects with `field` and `message`.
    errors jsonb NOT NULL,
    -- What was sent, of one that is too large the beginning. Not always text.
    body bytea NOT NULL,
    -- Set when it was replayed, with the id of the event that it became.
    replayed_at timestamptz,
    event_id uuid,
    PRIMARY KEY (organization_id, id)
);
-- What waits to be replayed.
CREATE INDEX idx_refused_events_reason ON refused_events (organization_id, reason, id)
    WHERE replayed_at IS NULL;
