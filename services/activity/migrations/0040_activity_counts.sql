-- Activities counted by person, type and time: by quarter of an hour and by day (UTC). A job fills it
-- from user_activity in the order of the numbers, so it takes in what was there before as well.
CREATE TABLE activity_counts (
    organization_id varchar(100) NOT NULL,
    grain varchar(10) NOT NULL CHECK (grain IN ('quarter', 'day')),
    bucket timestamptz NOT NULL,
    user_id varchar(100) NOT NULL,
    activity_type varchar(50) NOT NULL,
    activities bigint NOT NULL,
    -- Those with a suggestion_clicked.
    clicks bigint NOT NULL,
    PRIMARY KEY (organization_id, grain, bucket, user_id, activity_type)
) WITH (fillfactor = 80);

-- Up to which number an organization's activities are counted. What is newer is read from
-- user_activity, so that the figures are always those of the moment.
CREATE TABLE activity_counted (
    organization_id varchar(100) PRIMARY KEY,
    up_to bigint NOT NULL
) WITH (fillfactor = 50);
