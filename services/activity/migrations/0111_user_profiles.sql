-- How people use the product, made from conversations, activities and traits. All of it
-- can be made anew from those.

CREATE TABLE user_profiles (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    email text,
    created_at timestamptz NOT NULL,
    total_conversations bigint NOT NULL DEFAULT 0,
    total_messages bigint NOT NULL DEFAULT 0,
    total_credits_used bigint NOT NULL DEFAULT 0,
    last_active_at timestamptz,
    primary_use_case text,
    preferred_tools jsonb NOT NULL DEFAULT '{}',
    -- In minutes.
    average_session_length integer NOT NULL DEFAULT 0,
    -- From 0 to 1; NULL while no conversation has ended.
    completion_rate double precision,
    retention_cohort text NOT NULL
        CHECK (retention_cohort IN ('day_1', 'week_1', 'week_2', 'churned')),
    activation_status text NOT NULL
        CHECK (activation_status IN ('signed_up', 'first_creation', 'power_user', 'dormant')),
    credit_exhaustion_count integer NOT NULL DEFAULT 0,
    preferences jsonb NOT NULL DEFAULT '{}',
    context_summary text,
    frequently_used_prompts text[] NOT NULL DEFAULT '{}',
    -- The status while the person is active, and when silence alone changes one of the
    -- two next; NULL where it never does.
    active_status text NOT NULL,
    due_at timestamptz,
    PRIMARY KEY (organization_id, user_id)
);

CREATE INDEX user_profiles_created_at
    ON user_profiles (organization_id, created_at DESC, user_id DESC);
CREATE INDEX user_profiles_activation_status
    ON user_profiles (organization_id, activation_status, created_at DESC, user_id DESC);
CREATE INDEX user_profiles_retention_cohort
    ON user_profiles (organization_id, retention_cohort, created_at DESC, user_id DESC);
CREATE INDEX user_profiles_due_at ON user_profiles (organization_id, due_at)
    WHERE due_at IS NOT NULL;

-- What a person's conversations of one day (UTC, by their start) come to.
CREATE TABLE user_days (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    day date NOT NULL,
    conversations integer NOT NULL,
    messages bigint NOT NULL,
    credits bigint NOT NULL,
    completed integer NOT NULL,
    ended integer NOT NULL,
    blocked integer NOT NULL,
    tools jsonb NOT NULL,
    use_cases jsonb NOT NULL,
    PRIMARY KEY (organization_id, user_id, day)
);

-- When a person was there: spans without a longer silence in between.
CREATE TABLE user_sessions (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id, started_at)
);

-- The newest things that a person said, chose and rated, of each kind so many; source
-- is the event or activity that it comes from.
CREATE TABLE user_signals (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    kind varchar(100) NOT NULL,
    source varchar(200) NOT NULL,
    seen_at timestamptz NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (organization_id, user_id, kind, source)
);

CREATE INDEX user_signals_seen_at
    ON user_signals (organization_id, user_id, kind, seen_at DESC, source DESC);

-- What a prompt should know of a person, ready to be sent. The version is the truth of
-- what is newest; copies are elsewhere.
CREATE TABLE user_contexts (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    version bigint NOT NULL,
    content bytea NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

-- What the events of conversations tell of a person: the own words, never the
-- assistant's or the system's, and what was chosen when tools were called.
CREATE VIEW conversation_signals AS
SELECT e.organization_id, e.user_id, s.kind, e.id, e."timestamp" AS seen_at, s.value
FROM conversation_events e
CROSS JOIN LATERAL (
    SELECT 'prompt' AS kind, left(w.words #>> '{}', 300) AS value
    FROM (VALUES (1, e.content -> 'message'), (2, e.content -> 'content'), (3, e.content -> 'text'))
        AS w (place, words)
    WHERE e.event_type = 'message' AND e.content ->> 'role' = 'user'
        AND jsonb_typeof(w.words) = 'string' AND btrim(w.words #>> '{}') <> ''
    ORDER BY w.place
    LIMIT 1
) AS s
UNION ALL
SELECT e.organization_id, e.user_id, c.kind, e.id, e."timestamp", c.value #>> '{}'
FROM conversation_events e
CROSS JOIN LATERAL jsonb_each(
    CASE WHEN jsonb_typeof(e.content -> 'params') = 'object' THEN e.content -> 'params'
        ELSE '{}' END) AS c (kind, value)
WHERE e.event_type = 'tool_call'
    AND c.kind IN ('style', 'tone', 'format', 'length', 'language', 'aspect_ratio', 'quality')
    AND jsonb_typeof(c.value) IN ('string', 'number')
    AND length(c.value #>> '{}') BETWEEN 1 AND 100;
