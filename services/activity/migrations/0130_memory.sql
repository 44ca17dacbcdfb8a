-- What is remembered of people. memory_mentions is what their messages say, found by
-- rules or proposed by a model; memory_facts is what follows from it, and what people
-- told, corrected and forgot by hand.
CREATE TABLE memory_mentions (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    event_id uuid NOT NULL,
    origin text NOT NULL CHECK (origin IN ('rules', 'model')),
    place integer NOT NULL,
    conversation_id uuid NOT NULL,
    said_at timestamptz NOT NULL,
    attribute text NOT NULL,
    about text NOT NULL,
    value text NOT NULL,
    gone boolean NOT NULL,
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    model text,
    PRIMARY KEY (organization_id, user_id, event_id, origin, place)
);

CREATE INDEX memory_mentions_said_at ON memory_mentions (organization_id, user_id, said_at);

-- `valid_…`: for how long it held in the world; `recorded_at` to `superseded_at`: for how
-- long it was believed here. A forgotten fact has lost its words and keeps its events and
-- digests of what it was, so that the same events never bring it back.
CREATE TABLE memory_facts (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    kind text,
    attribute text,
    about text,
    value text,
    statement text,
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    said_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    expires_at timestamptz,
    state text NOT NULL
        CHECK (state IN ('current', 'superseded', 'expired', 'corrected', 'forgotten')),
    origin text NOT NULL CHECK (origin IN ('rules', 'model', 'user')),
    model text,
    event_ids uuid[] NOT NULL,
    conversation_ids uuid[] NOT NULL,
    corrects uuid,
    digests bytea[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (organization_id, id),
    CHECK ((state = 'forgotten') = (value IS NULL))
);

CREATE INDEX memory_facts_user_id ON memory_facts (organization_id, user_id, id DESC);
CREATE INDEX memory_facts_expires_at ON memory_facts (organization_id, expires_at)
    WHERE state = 'current' AND expires_at IS NOT NULL;

-- One row a person, which is locked by who changes what is remembered of the person.
-- Nothing is remembered of what was said up to `forgotten_before`. `read_to`: the event up
-- to which a model has read; `news_at`: when there came more.
CREATE TABLE memory_users (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    forgotten_before timestamptz,
    news_at timestamptz,
    asked_at timestamptz,
    read_to uuid,
    summary text,
    summary_model text,
    summary_at timestamptz,
    PRIMARY KEY (organization_id, user_id)
);

CREATE INDEX memory_users_news_at ON memory_users (organization_id, news_at)
    WHERE news_at IS NOT NULL;
