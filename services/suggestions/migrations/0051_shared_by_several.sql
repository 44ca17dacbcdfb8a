-- What colleagues see of one another: the templates in words that everybody uses (`common`), and the
-- others once several people asked them. A rebuild fills both for what was learned before.
ALTER TABLE query_patterns
    DROP COLUMN names,
    ADD COLUMN common boolean NOT NULL DEFAULT false,
    -- Hashes of people who asked it, no more than it takes; none where it is common.
    ADD COLUMN people jsonb NOT NULL DEFAULT '[]';
