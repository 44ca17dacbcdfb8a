-- Ingest: which messages came before, who the events are about, and months of long ago.

-- Message ids seen in the last 7 days. A retry brings the same message with another corrected time,
-- so that no key of the events themselves could tell that it is the same one.
CREATE TABLE event_messages (
    organization_id varchar(100) NOT NULL,
    -- The first 16 bytes of the BLAKE2b hash of the message id.
    message_hash bytea NOT NULL,
    -- The event that came first; a UUIDv7, which begins with when.
    event_id uuid NOT NULL,
    PRIMARY KEY (organization_id, message_hash)
);
CREATE INDEX idx_event_messages_age ON event_messages USING brin (event_id)
    WITH (autosummarize = on);

-- The people whom events are about, by the id that the product gives them.
CREATE TABLE users (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    -- What the product says of them: of each trait the newest value, by the time of the event.
    traits jsonb NOT NULL DEFAULT '{}',
    traits_at timestamptz,
    -- Times of events. `last_seen` may be up to a minute behind.
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX idx_users_last_seen ON users (organization_id, last_seen);

-- Companies, teams, accounts: what people belong to.
CREATE TABLE groups (
    organization_id varchar(100) NOT NULL,
    group_id varchar(200) NOT NULL,
    traits jsonb NOT NULL DEFAULT '{}',
    traits_at timestamptz,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (organization_id, group_id)
);

CREATE TABLE group_members (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    group_id varchar(200) NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id, group_id)
);

-- Ids that mean a person: what somebody was before they were known, and former ids. An id means
-- one person at a time; what is undone stays, with who did it and when.
CREATE TABLE user_merges (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    kind varchar(20) NOT NULL CHECK (kind IN ('anonymous', 'alias')),
    -- The anonymous id, or the former user id.
    previous_id varchar(200) NOT NULL,
    user_id varchar(100) NOT NULL,
    -- The time and the source of the event that said so.
    merged_at timestamptz NOT NULL,
    source varchar(100) NOT NULL,
    undone_at timestamptz,
    undone_by varchar(100),
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX idx_user_merges_current ON user_merges (organization_id, kind, previous_id)
    WHERE undone_at IS NULL;
CREATE INDEX idx_user_merges_user ON user_merges (organization_id, user_id);

-- Events are copied into the partition of their month by its own name: COPY takes no table with
-- row-level security. So processes may insert into the partitions that are made later too.
DO $$
BEGIN
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT INSERT ON TABLES TO %I',
        current_schema(), 'attune_' || current_schema());
END $$;

-- The months from the one of `earliest` to the one of `latest`, for imports of old events.
CREATE FUNCTION ensure_event_partitions(earliest date, latest date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '2s' AS $$
DECLARE
    month date;
    name text;
    made integer := 0;
BEGIN
    IF earliest < date '1970-01-01' OR latest > current_date + 366 THEN
        RAISE EXCEPTION 'partitions are made from 1970 to a year ahead'
            USING ERRCODE = 'datetime_field_overflow';
    END IF;
    FOR month IN
        SELECT generate_series(date_trunc('month', earliest), date_trunc('month', latest),
            interval '1 month')
    LOOP
        name := 'events_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING ALL)', name);
        EXECUTE format(
            'ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
            to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION ensure_event_partitions(date, date) SET search_path = %I, pg_temp',
        current_schema());
END $$;
