-- Counting a question changes `frequency`, `recent` and `success_rate`. An update that changes what
-- an index orders by writes into every index of the table; one that does not stays on its page and
-- touches none (HOT). So indexes order by levels, which change seldom, and the few rows of a level
-- are sorted by what they stand for.
ALTER TABLE query_patterns
    -- The power of two that `frequency` has reached.
    ADD COLUMN frequency_level integer NOT NULL
        GENERATED ALWAYS AS (floor(ln(frequency::float8) / ln(2::float8))::integer) STORED,
    -- `recent` is a power of two already.
    ADD COLUMN recent_level integer NOT NULL
        GENERATED ALWAYS AS (floor(recent)::integer) STORED,
    -- Room on the page for the next version of its rows.
    SET (fillfactor = 60);

DROP INDEX idx_query_patterns_type, idx_query_patterns_target, idx_query_patterns_frequency,
    idx_query_patterns_success, query_patterns_recent, query_patterns_opening;

CREATE INDEX idx_query_patterns_type
    ON query_patterns (organization_id, pattern_type, generation, frequency_level DESC, id);
CREATE INDEX idx_query_patterns_target
    ON query_patterns (organization_id, target_id, pattern_type, generation, frequency_level DESC);
CREATE INDEX query_patterns_recent
    ON query_patterns (organization_id, target_id, pattern_type, generation, recent_level DESC);
CREATE INDEX query_patterns_opening
    ON query_patterns (organization_id, target_id, pattern_type, generation, opening,
        recent_level DESC);
-- BRIN: the one kind of index whose columns may change in a HOT update.
CREATE INDEX idx_query_patterns_frequency
    ON query_patterns USING brin (organization_id, frequency);
CREATE INDEX idx_query_patterns_success
    ON query_patterns USING brin (organization_id, success_rate);
