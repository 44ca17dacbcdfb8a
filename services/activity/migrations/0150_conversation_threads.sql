-- What conversations are called, what was said last in them, and of what they are threads.
-- All NULL in those from before; the title is what somebody gave.
ALTER TABLE conversations
    ADD COLUMN title text,
    ADD COLUMN last_message text,
    ADD COLUMN parent_conversation_id uuid,
    ADD COLUMN parent_message_id uuid;

-- Which conversations there were: that they stay deleted, and who did it. Of the id that its
-- maker brought, which may say something, only a digest is kept.
CREATE TABLE deleted_conversations (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    external_id_digest bytea,
    user_id varchar(100) NOT NULL,
    deleted_by varchar(100) NOT NULL,
    deleted_at timestamptz NOT NULL,
    -- The event log's head when it was deleted: what tells of it is up to there.
    told_to bigint NOT NULL,
    -- When the facts that told of it had lost their payloads.
    erased_at timestamptz,
    PRIMARY KEY (organization_id, id)
);

CREATE UNIQUE INDEX deleted_conversations_external_id
    ON deleted_conversations (organization_id, external_id_digest);
CREATE INDEX deleted_conversations_told
    ON deleted_conversations (organization_id, told_to) WHERE erased_at IS NULL;
