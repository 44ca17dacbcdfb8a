-- What people do. Numbered per organization by the event log: an activity's id is
-- the number of the event that tells of it.
CREATE TABLE user_activity (
    organization_id varchar(100) NOT NULL,
    id bigint NOT NULL,
    user_id varchar(100) NOT NULL,
    activity_type varchar(50) NOT NULL,
    query_text text,
    response_data jsonb,
    suggestion_clicked text,
    feedback_rating integer,
    metadata jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX idx_user_activity_user_id
    ON user_activity (organization_id, user_id, created_at DESC, id DESC);
CREATE INDEX idx_user_activity_type ON user_activity (organization_id, activity_type);
CREATE INDEX idx_user_activity_created_at ON user_activity (organization_id, created_at DESC);
CREATE INDEX idx_user_activity_user_type
    ON user_activity (organization_id, user_id, activity_type, created_at DESC, id DESC);

INSERT INTO partitioned_tables VALUES ('user_activity', 25, 3);
