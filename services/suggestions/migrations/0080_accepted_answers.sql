-- Answers of the chat that people accepted, by which each counts once in template_acceptance, and is
-- taken from there where they take it back.
CREATE TABLE accepted_answers (
    organization_id varchar(100) NOT NULL,
    message_id uuid NOT NULL,
    user_id varchar(100) NOT NULL,
    job_role varchar(100) NOT NULL,
    -- Of the question: where it is counted.
    template_key bytea NOT NULL,
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, message_id)
);

CREATE INDEX accepted_answers_template ON accepted_answers (organization_id, template_key);
CREATE INDEX accepted_answers_accepted_at ON accepted_answers (accepted_at);
