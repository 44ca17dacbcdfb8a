-- How many requests for suggestions were answered in which way, by quarter of an hour (UTC). The
-- cache forgets its hits with its entries; this does not.
CREATE TABLE suggestion_request_counts (
    organization_id varchar(100) NOT NULL,
    bucket timestamptz NOT NULL,
    source varchar(50) NOT NULL,
    requests bigint NOT NULL,
    -- Those answered with a suggestion or more.
    shown bigint NOT NULL,
    PRIMARY KEY (organization_id, bucket, source)
) WITH (fillfactor = 50);

-- Rows come in the order of time, so that this finds the old ones at next to no cost.
CREATE INDEX suggestion_request_counts_bucket ON suggestion_request_counts USING brin (bucket);

-- An organization's newest answers: what is popular is counted over so many of them.
CREATE INDEX servings_newest ON servings (organization_id, served_at DESC);
