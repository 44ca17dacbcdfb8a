-- Slots that were found in an organization's own questions, and the templates that wait for it.

-- Who counts patterns holds this row until the end of its transaction, so that no question is
-- counted by the templates of before while others are made. `mark` changes with what is known.
CREATE TABLE induction_states (
    organization_id varchar(100) PRIMARY KEY,
    version bigint NOT NULL DEFAULT 0,
    mark uuid NOT NULL DEFAULT gen_random_uuid(),
    -- How many base templates came in all, and at how many to look for slots next.
    bases bigint NOT NULL DEFAULT 0,
    next_look bigint NOT NULL DEFAULT 0
);

-- Never removed: a question that fits two belongs to the older one, or to the wider one that the
-- older one was merged into.
CREATE TABLE induced_templates (
    organization_id varchar(100) NOT NULL,
    number bigint NOT NULL,
    version bigint NOT NULL,
    template_key bytea NOT NULL,
    -- Folded words; {VALUE} where a slot was found.
    words text[] NOT NULL,
    -- Whether names that were never seen fit, or only values that were learned.
    takes_names boolean NOT NULL,
    merged_into bigint,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, number)
);

-- Values that slots held: an ordinary word fits a slot from its version on.
CREATE TABLE induced_values (
    organization_id varchar(100) NOT NULL,
    value text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (organization_id, value)
);

-- Templates by rule and vocabulary in which no slot was found yet.
CREATE TABLE base_templates (
    organization_id varchar(100) NOT NULL,
    template_key bytea NOT NULL,
    number bigint NOT NULL,
    text text NOT NULL,
    -- NULL until somebody asks something: learned before there was induction.
    words text[],
    PRIMARY KEY (organization_id, template_key)
);

CREATE INDEX base_templates_newest ON base_templates (organization_id, number);
CREATE INDEX base_templates_words ON base_templates USING gin (words);

-- What was counted for one template and belongs to another since.
CREATE TABLE template_merges (
    organization_id varchar(100) NOT NULL,
    from_key bytea NOT NULL,
    to_key bytea NOT NULL,
    version bigint NOT NULL,
    merged_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, from_key)
);

CREATE INDEX template_merges_in_order ON template_merges (organization_id, version);

ALTER TABLE query_patterns
    -- Whether the words of the template may be names: then it is shown to colleagues only once
    -- several people asked it.
    ADD COLUMN names boolean NOT NULL DEFAULT true,
    -- Of everybody's patterns: hashes of people by slot and value, no more than it takes.
    ADD COLUMN askers jsonb NOT NULL DEFAULT '{}';

CREATE INDEX query_patterns_template ON query_patterns (organization_id, template_key);

INSERT INTO base_templates (organization_id, template_key, number, text)
SELECT DISTINCT ON (organization_id, template_key) organization_id, template_key, 0, query_template
FROM query_patterns
WHERE pattern_type = 'global'
ORDER BY organization_id, template_key, generation DESC;
