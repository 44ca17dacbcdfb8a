-- What was asked in the chat and how it was answered: a row from the moment at which it is asked,
-- completed when the answer ends. The id begins with the time, so that months are partitions of it:
-- a window and an id are each looked up in the months that they are of, and old months are dropped.
CREATE TABLE chat_answers (
    organization_id varchar(100) NOT NULL,
    -- What feedback and the actions of the answer name it by.
    message_id uuid NOT NULL,
    -- NULL of a question outside of any conversation, which is "" then.
    run_id uuid,
    conversation_id varchar(200) NOT NULL,
    -- The answer among the events of its conversation: what a vote is about.
    event_id uuid,
    user_id varchar(100) NOT NULL,
    job_role varchar(100) NOT NULL,
    question text NOT NULL,
    connection_id varchar(100) NOT NULL,
    -- NULL until it ends; of a process that was killed it stays so.
    outcome varchar(20)
        CHECK (outcome IN ('answered', 'abstained', 'asked_back', 'failed', 'cancelled')),
    -- "" where it ended before there was any, as are the model and the statement.
    way varchar(20) NOT NULL DEFAULT '',
    model varchar(200) NOT NULL DEFAULT '',
    understood text NOT NULL DEFAULT '',
    sql text NOT NULL DEFAULT '',
    query_id uuid,
    -- Whether it was read as a change of the question before.
    follows boolean NOT NULL DEFAULT false,
    -- From the question to the end of its answer.
    milliseconds integer,
    prompt_tokens integer NOT NULL DEFAULT 0,
    completion_tokens integer NOT NULL DEFAULT 0,
    -- NULL where it is not known.
    cost_nano_usd bigint,
    sql_errors integer NOT NULL DEFAULT 0,
    dropped_sentences integer NOT NULL DEFAULT 0,
    -- The answer after which the person asked nearly the same again, which this one answers.
    rephrased_of uuid,
    -- The vote of the person that counts, from 1 to 5.
    score smallint,
    saved_at timestamptz,
    -- Since when there is a good vote, or it is saved.
    accepted_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, message_id)
) PARTITION BY RANGE (message_id);

CREATE INDEX chat_answers_conversation
    ON chat_answers (organization_id, conversation_id, message_id) WHERE conversation_id <> '';
CREATE INDEX chat_answers_event ON chat_answers (organization_id, event_id)
    WHERE event_id IS NOT NULL;

INSERT INTO partitioned_tables VALUES ('chat_answers', 1, 3, true);

-- Drops the partitions that ended before the given time; returns how many.
CREATE FUNCTION drop_old_chat_answers(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    part record;
    dropped_parts integer := 0;
BEGIN
    FOR part IN
        SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bounds
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'chat_answers'::regclass ORDER BY c.relname
    LOOP
        EXIT WHEN substring(part.bounds FROM 'TO \(''([^'']+)''\)')::uuid > uuid7_from(before);
        EXECUTE format('DROP TABLE %I', part.relname);
        dropped_parts := dropped_parts + 1;
    END LOOP;
    RETURN dropped_parts;
END $$;

-- A caller's temporary tables are looked at last, and no lock is waited for without bound.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION drop_old_chat_answers(timestamptz) SET search_path = %I, pg_temp',
        current_schema());
    ALTER FUNCTION drop_old_chat_answers(timestamptz) SET lock_timeout = '2s';
    PERFORM ensure_partitions(current_date);
END $$;
