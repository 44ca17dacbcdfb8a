-- name: start_job_run
-- system: jobs belong to the installation, not to an organization
INSERT INTO job_runs (job, started_at, ended_at, error)
VALUES ($1, $2, NULL, NULL)
ON CONFLICT (job) DO UPDATE SET started_at = $2, ended_at = NULL, error = NULL;

-- name: end_job_run
-- system: jobs belong to the installation, not to an organization
UPDATE job_runs SET ended_at = $2, error = $3 WHERE job = $1;

-- name: list_job_runs
-- system: jobs belong to the installation, not to an organization
SELECT job, started_at, ended_at, error FROM job_runs;
