-- What ranks a pattern besides its counts.
ALTER TABLE query_patterns
    -- log2 of how often it was asked, each time counted half as much for each half-life (14 days)
    -- since: as a sum of 2^(moment / half-life), so that time passing changes no row.
    ADD COLUMN recent double precision NOT NULL DEFAULT 0,
    -- How often in each hour of the week: {"0": ...} is Monday 00:00 to 01:00, UTC.
    ADD COLUMN hours jsonb NOT NULL DEFAULT '{}',
    -- Which templates were asked next, by template_key in hex.
    ADD COLUMN followers jsonb NOT NULL DEFAULT '{}',
    -- Its questions with what filled their slots, each with its `recent`. Only read as a whole.
    ADD COLUMN asked json NOT NULL DEFAULT '{}',
    -- The folded text before the first slot, cut: what half-typed text is looked up by.
    ADD COLUMN opening text COLLATE "C" NOT NULL DEFAULT '';

UPDATE query_patterns
SET recent = ln(greatest(frequency, 1)) / ln(2) + extract(epoch FROM last_used) / 86400 / 14,
    opening = left(lower(split_part(query_template, '{', 1)), 40);

CREATE INDEX query_patterns_recent
    ON query_patterns (organization_id, target_id, pattern_type, generation, recent DESC,
        template_key);
CREATE INDEX query_patterns_opening
    ON query_patterns (organization_id, target_id, pattern_type, generation, opening,
        recent DESC);

-- The newest questions of a person, by session and ("") of all: what the next one follows.
CREATE TABLE session_heads (
    organization_id varchar(100) NOT NULL,
    generation bigint NOT NULL,
    user_id varchar(100) NOT NULL,
    -- {session: [template_key in hex, seconds since 1970, whether something is known to follow]}
    heads jsonb NOT NULL,
    PRIMARY KEY (organization_id, generation, user_id)
) WITH (fillfactor = 70);
