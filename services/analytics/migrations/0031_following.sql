-- What came into events and is not yet known to the registry and the rollups: a row a statement, in
-- its transaction. Nothing is ever in conflict here, so that nobody who stores events waits.
CREATE TABLE event_arrivals (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    timestamps timestamptz[] NOT NULL,
    ids uuid[] NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- Who follows an organization's arrivals holds its row.
CREATE TABLE event_followers (
    organization_id varchar(100) PRIMARY KEY
);

-- The registry: which events came in, with which properties, how often and when.
CREATE TABLE event_schemas (
    organization_id varchar(100) NOT NULL,
    event varchar(200) NOT NULL,
    events bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (organization_id, event)
);

CREATE TABLE event_properties (
    organization_id varchar(100) NOT NULL,
    event varchar(200) NOT NULL,
    property varchar(200) NOT NULL,
    type varchar(20) NOT NULL,
    occurrences bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    -- Cut and masked.
    examples text[] NOT NULL,
    PRIMARY KEY (organization_id, event, property, type)
);

-- By day of the events (UTC); the property '' counts the events themselves.
CREATE TABLE event_property_days (
    organization_id varchar(100) NOT NULL,
    event varchar(200) NOT NULL,
    property varchar(200) NOT NULL,
    day date NOT NULL,
    occurrences bigint NOT NULL,
    PRIMARY KEY (organization_id, event, property, day)
);

CREATE INDEX event_property_days_day ON event_property_days (organization_id, day);

CREATE TABLE schema_drifts (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    kind varchar(20) NOT NULL,
    event varchar(200) NOT NULL,
    property varchar(200) NOT NULL,
    type varchar(20) NOT NULL,
    happened_at timestamptz NOT NULL,
    detected_at timestamptz NOT NULL,
    observed bigint NOT NULL,
    expected double precision NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, kind, event, property, type, happened_at)
);

-- Rollups: events and people by quarter of an hour (UTC), of an event and of each of its sources.
CREATE TABLE event_rollups (
    organization_id varchar(100) NOT NULL,
    event varchar(200) NOT NULL,
    -- '' is all of them.
    source varchar(100) NOT NULL,
    bucket timestamptz NOT NULL,
    events bigint NOT NULL,
    -- The 1,024 least hashes of the people, in order: all of them where there are fewer.
    people bigint[] NOT NULL,
    PRIMARY KEY (organization_id, event, source, bucket)
);

-- What has to be counted anew. Only ever added to and taken away: two that say the same are two rows,
-- so that who counts never takes away what was said after it looked.
CREATE TABLE rollup_changes (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    event varchar(200) NOT NULL,
    bucket timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE FUNCTION bucket_of(moment timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_bin(interval '15 minutes', moment, timestamptz '2000-01-01 00:00:00+00')
$$;

-- What is deleted is counted anew, whoever deletes it.
CREATE FUNCTION note_deleted_events() RETURNS trigger
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
    INSERT INTO rollup_changes (organization_id, event, bucket)
    SELECT DISTINCT organization_id, event, bucket_of("timestamp") FROM gone;
    RETURN NULL;
END $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION note_deleted_events() SET search_path = %I, pg_temp',
        current_schema());
END $$;

CREATE TRIGGER note_deleted_events AFTER DELETE ON events
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_deleted_events();

-- Those that are there already arrive, some at a time; row-level security would hide them from us.
ALTER TABLE events NO FORCE ROW LEVEL SECURITY;
INSERT INTO event_arrivals (organization_id, timestamps, ids)
SELECT organization_id, array_agg("timestamp"), array_agg(id)
FROM (
    SELECT organization_id, "timestamp", id,
        row_number() OVER (PARTITION BY organization_id ORDER BY "timestamp", id) / 5000 AS part
    FROM events
) placed
GROUP BY organization_id, part;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
