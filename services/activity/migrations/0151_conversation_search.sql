-- The words of conversations, by which they are found; made from them, and again at any time.
-- Each word begins with a tag of the organization, so that one index over the words alone begins
-- with the organization as all others do (btree_gin is not to be had everywhere).
CREATE TABLE conversation_words (
    organization_id varchar(100) NOT NULL,
    conversation_id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    started_at timestamptz NOT NULL,
    -- As given, of which the words are too.
    title text,
    words tsvector NOT NULL,
    PRIMARY KEY (organization_id, conversation_id)
);

CREATE INDEX conversation_words_words ON conversation_words USING gin (words);
CREATE INDEX conversation_words_started_at
    ON conversation_words (organization_id, started_at DESC, conversation_id DESC);
CREATE INDEX conversation_words_user_id
    ON conversation_words (organization_id, user_id, started_at DESC, conversation_id DESC);
