-- What people were shown: one row an answer, cached ones too, kept for a while by time. Written a
-- moment after the answer; see services/suggestions/servings.
CREATE TABLE servings (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    served_at timestamptz NOT NULL,
    id uuid NOT NULL,
    connection_id varchar(100) NOT NULL,
    -- What the caller named the sitting; NULL where it named none.
    session_id varchar(100),
    job_role varchar(100) NOT NULL,
    -- The way the answer came, and where that is the cache: how it was made.
    source varchar(50) NOT NULL,
    original_source varchar(50),
    -- How much was typed, in characters.
    typed integer NOT NULL,
    -- [{"text": ..., "template": ..., "origin": ...}], the best first.
    suggestions jsonb NOT NULL,
    -- Hashes of the folded texts, in the same order: what a click is found by.
    text_keys bytea[] NOT NULL,
    template_keys bytea[] NOT NULL,
    -- Places in the list, from 1: what was clicked, and what was asked afterwards.
    clicked integer[] NOT NULL DEFAULT '{}',
    executed integer[] NOT NULL DEFAULT '{}',
    -- When the person's next step was counted for all that the list showed.
    settled_at timestamptz,
    PRIMARY KEY (organization_id, user_id, served_at, id)
) PARTITION BY RANGE (served_at);

CREATE INDEX servings_served_at ON servings USING brin (organization_id, served_at);

INSERT INTO partitioned_tables VALUES ('servings', 1, 3);

-- The same, one row a suggestion.
CREATE VIEW served_suggestions AS
SELECT s.organization_id, s.user_id, s.served_at, s.id AS serving_id, item.position::integer,
    item.one ->> 'text' AS text, item.one ->> 'template' AS template,
    item.one ->> 'origin' AS origin, s.source, s.original_source, s.connection_id, s.session_id,
    s.job_role, s.typed, item.position = ANY (s.clicked) AS clicked,
    item.position = ANY (s.executed) AS executed
FROM servings s, jsonb_array_elements(s.suggestions) WITH ORDINALITY AS item (one, position);

-- Clicks by the number of their activity, each with the serving it belongs to. One that came before
-- its serving was written waits for it.
CREATE TABLE suggestion_clicks (
    organization_id varchar(100) NOT NULL,
    activity_id bigint NOT NULL,
    user_id varchar(100) NOT NULL,
    job_role varchar(100) NOT NULL,
    connection_id varchar(100),
    session_id varchar(100),
    text_key bytea NOT NULL,
    clicked_at timestamptz NOT NULL,
    -- NULL: it waits until wait_until, and then counts as a click on nothing that was shown.
    serving_id uuid,
    served_at timestamptz,
    position integer,
    wait_until timestamptz,
    PRIMARY KEY (organization_id, activity_id)
);

CREATE INDEX suggestion_clicks_waiting ON suggestion_clicks (organization_id, wait_until)
    WHERE wait_until IS NOT NULL;
CREATE INDEX suggestion_clicks_clicked_at ON suggestion_clicks (organization_id, clicked_at);

-- How often a template was in the list that a person saw last before the next step, and how often
-- that step was to click it, or to ask it without a click. Beside the generations of the patterns:
-- a rebuild leaves it as it is.
CREATE TABLE template_acceptance (
    organization_id varchar(100) NOT NULL,
    pattern_type varchar(50) NOT NULL
        CHECK (pattern_type IN ('user_specific', 'role_based', 'global')),
    target_id varchar(100) NOT NULL,
    template_key bytea NOT NULL,
    shown bigint NOT NULL,
    accepted bigint NOT NULL,
    executed bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, pattern_type, target_id, template_key)
) WITH (fillfactor = 80);

-- Drops the partitions of servings that ended before the given time; returns how many.
CREATE FUNCTION drop_old_servings(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    part record;
    dropped_parts integer := 0;
BEGIN
    FOR part IN
        SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bounds
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'servings'::regclass ORDER BY c.relname
    LOOP
        EXIT WHEN substring(part.bounds FROM 'TO \(''([^'']+)''\)')::timestamptz > before;
        EXECUTE format('DROP TABLE %I', part.relname);
        dropped_parts := dropped_parts + 1;
    END LOOP;
    RETURN dropped_parts;
END $$;

-- A caller's temporary tables are looked at last, and no lock is waited for without bound.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION drop_old_servings(timestamptz) SET search_path = %I, pg_temp',
        current_schema());
    ALTER FUNCTION drop_old_servings(timestamptz) SET lock_timeout = '2s';
END $$;
