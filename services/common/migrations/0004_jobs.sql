-- The newest run of each job, for people to see; the queue itself is pgqueuer's.
CREATE TABLE job_runs (
    job text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    error text
);
