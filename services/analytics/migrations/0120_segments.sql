-- Segments: groups of people, who is in each, and what changed of whom since that was looked at.
CREATE TABLE segments (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    name varchar(200) NOT NULL,
    description varchar(2000) NOT NULL,
    kind varchar(20) NOT NULL CHECK (kind IN ('rules', 'sql', 'upload', 'bucket')),
    -- What makes it: a message attune.analytics.v1.SegmentRule or SegmentBucket, or SQL as text.
    spec bytea NOT NULL,
    -- The SQL that this came to when it was saved.
    query text NOT NULL,
    owner varchar(100) NOT NULL,
    -- Counts its changes, from 1.
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz NOT NULL,
    -- As of refreshed_at; both NULL until its people were found first.
    user_count bigint,
    refreshed_at timestamptz,
    -- Of the definition that the members are of.
    known_version integer,
    -- The last change of people that the members know, and the windows of the events by then.
    watermark bigint,
    periods text,
    -- Somebody wants its people found anew.
    wanted boolean NOT NULL DEFAULT true,
    -- Who finds them now, and until when that is taken for true.
    lease uuid,
    leased_until timestamptz,
    error text,
    PRIMARY KEY (organization_id, id)
);

CREATE INDEX idx_segments_created_at ON segments (organization_id, created_at, id);

-- Without a foreign key, which is looked up for each of a million rows: who writes them holds the
-- segment's row.
CREATE TABLE segment_members (
    organization_id varchar(100) NOT NULL,
    segment_id uuid NOT NULL,
    user_id varchar(200) NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (organization_id, segment_id, user_id)
);
CREATE INDEX idx_segment_members_user ON segment_members (organization_id, user_id);

-- Ids as they were uploaded: who that is may change.
CREATE TABLE segment_uploads (
    organization_id varchar(100) NOT NULL,
    segment_id uuid NOT NULL,
    user_id varchar(200) NOT NULL,
    PRIMARY KEY (organization_id, segment_id, user_id)
);
CREATE INDEX idx_segment_uploads_user ON segment_uploads (organization_id, user_id);

-- Which segments ask for the members of which.
CREATE TABLE segment_references (
    organization_id varchar(100) NOT NULL,
    segment_id uuid NOT NULL,
    refers_to uuid NOT NULL,
    PRIMARY KEY (organization_id, segment_id, refers_to),
    FOREIGN KEY (organization_id, segment_id) REFERENCES segments (organization_id, id)
        ON DELETE CASCADE,
    FOREIGN KEY (organization_id, refers_to) REFERENCES segments (organization_id, id)
);
CREATE INDEX idx_segment_references_to ON segment_references (organization_id, refers_to);

-- What of other services needs a segment, such as a campaign that is not over.
CREATE TABLE segment_uses (
    organization_id varchar(100) NOT NULL,
    segment_id uuid NOT NULL,
    kind varchar(20) NOT NULL,
    used_by varchar(100) NOT NULL,
    name varchar(200) NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (organization_id, segment_id, kind, used_by),
    FOREIGN KEY (organization_id, segment_id) REFERENCES segments (organization_id, id)
);

CREATE TABLE segment_sizes (
    organization_id varchar(100) NOT NULL,
    segment_id uuid NOT NULL,
    refreshed_at timestamptz NOT NULL,
    user_count bigint NOT NULL,
    added bigint NOT NULL,
    removed bigint NOT NULL,
    -- Whether all were found anew.
    complete boolean NOT NULL,
    PRIMARY KEY (organization_id, segment_id, refreshed_at),
    FOREIGN KEY (organization_id, segment_id) REFERENCES segments (organization_id, id)
        ON DELETE CASCADE
);

-- Ids of people of whom something changed, noted in the transaction that changes it. Only ever added
-- to and taken away, so that nobody who stores events waits.
CREATE TABLE segment_marks (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    people text[] NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- The marks, numbered one by one while the organization's row of segment_heads is held: what is
-- committed later has a higher number.
CREATE TABLE segment_changes (
    organization_id varchar(100) NOT NULL,
    seq bigint NOT NULL,
    people text[] NOT NULL,
    numbered_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, seq)
);

CREATE TABLE segment_heads (
    organization_id varchar(100) PRIMARY KEY,
    head bigint NOT NULL DEFAULT 0,
    -- Up to here changes are gone.
    pruned bigint NOT NULL DEFAULT 0
);

-- People as they are found, until the members are made the same.
CREATE UNLOGGED TABLE segment_findings (
    organization_id varchar(100) NOT NULL,
    segment_id uuid NOT NULL,
    lease uuid NOT NULL,
    user_id varchar(200) NOT NULL,
    -- Of uploads, where an id may come twice.
    place bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (organization_id, segment_id, lease, user_id, place)
);

-- What a nameless visitor did is found by who it was.
CREATE INDEX idx_events_anonymous ON events (organization_id, anonymous_id, timestamp)
    WHERE user_id IS NULL;

SELECT put_behind_views('segment_members');
SELECT put_behind_views('segment_uploads');

CREATE OR REPLACE FUNCTION note_deleted_events() RETURNS trigger
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
    INSERT INTO rollup_changes (organization_id, event, bucket)
    SELECT DISTINCT organization_id, event, bucket_of("timestamp") FROM gone;
    INSERT INTO segment_marks (organization_id, people)
    SELECT organization_id, array_agg(DISTINCT coalesce(user_id, anonymous_id)) FROM gone
    WHERE coalesce(user_id, anonymous_id) IS NOT NULL
    GROUP BY organization_id;
    RETURN NULL;
END $$;

-- Who is forgotten is forgotten at once.
CREATE FUNCTION forget_members() RETURNS trigger
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
    DELETE FROM segment_members m USING gone
    WHERE m.organization_id = gone.organization_id AND m.user_id = gone.user_id;
    DELETE FROM segment_uploads u USING gone
    WHERE u.organization_id = gone.organization_id AND u.user_id = gone.user_id;
    INSERT INTO segment_marks (organization_id, people)
    SELECT organization_id, array_agg(user_id) FROM gone GROUP BY organization_id;
    RETURN NULL;
END $$;

CREATE FUNCTION mark_changed_people() RETURNS trigger
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
    INSERT INTO segment_marks (organization_id, people)
    SELECT organization_id, array_agg(DISTINCT user_id) FROM changed GROUP BY organization_id;
    RETURN NULL;
END $$;

-- Of an id that comes to mean somebody, or does no more, both are other people than before.
CREATE FUNCTION mark_merged_people() RETURNS trigger
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
    INSERT INTO segment_marks (organization_id, people)
    SELECT organization_id, array_agg(DISTINCT id)
    FROM (
        SELECT organization_id, previous_id AS id FROM changed
        UNION
        SELECT organization_id, user_id FROM changed
    ) ids
    GROUP BY organization_id;
    RETURN NULL;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['note_deleted_events', 'forget_members', 'mark_changed_people',
        'mark_merged_people']
    LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', name,
            current_schema());
    END LOOP;
END $$;

CREATE TRIGGER forget_members AFTER DELETE ON users
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_members();

CREATE TRIGGER mark_told_profiles AFTER INSERT ON user_profiles
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_changed_people();
CREATE TRIGGER mark_changed_profiles AFTER UPDATE ON user_profiles
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_changed_people();
CREATE TRIGGER mark_gone_profiles AFTER DELETE ON user_profiles
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_changed_people();

CREATE TRIGGER mark_new_merges AFTER INSERT ON user_merges
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_merged_people();
CREATE TRIGGER mark_changed_merges AFTER UPDATE ON user_merges
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_merged_people();
CREATE TRIGGER mark_gone_merges AFTER DELETE ON user_merges
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_merged_people();
