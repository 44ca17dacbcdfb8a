-- Apart from the columns of 0150: conversations are read, and only not written to, while all of
-- them are looked through for these.
CREATE INDEX conversations_parent
    ON conversations (organization_id, parent_conversation_id, started_at DESC, id DESC)
    WHERE parent_conversation_id IS NOT NULL;

-- Withdrawn ratings go with their conversation too.
CREATE INDEX interaction_log_history_conversation
    ON interaction_log_history (organization_id, conversation_id);
