-- Whether only those who change knowledge see it: questions that nobody approved.
ALTER TABLE knowledge_items ADD COLUMN restricted boolean NOT NULL DEFAULT false;

-- What living items are found by: stems of their words and, after "=", whole names.
CREATE TABLE knowledge_terms (
    organization_id varchar(100) NOT NULL,
    term varchar(100) NOT NULL,
    item_id uuid NOT NULL,
    weight real NOT NULL,
    PRIMARY KEY (organization_id, term, item_id)
);

CREATE INDEX knowledge_terms_item ON knowledge_terms (organization_id, item_id);

-- The three letters at each place of each stem, by which a misspelt one is found. Rows stay when
-- the last item with the stem goes: a stem without items leads nowhere.
CREATE TABLE knowledge_grams (
    organization_id varchar(100) NOT NULL,
    gram varchar(3) NOT NULL,
    stem varchar(100) NOT NULL,
    PRIMARY KEY (organization_id, gram, stem)
);

-- When an item was last an answer to somebody's question.
CREATE TABLE knowledge_uses (
    organization_id varchar(100) NOT NULL,
    item_id uuid NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, item_id)
);
