-- Tenants, as the identity provider names them.
CREATE TABLE organizations (
    organization_id varchar(100) PRIMARY KEY,
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    week_start integer NOT NULL DEFAULT 1 CHECK (week_start BETWEEN 1 AND 7),
    fiscal_year_start integer NOT NULL DEFAULT 1 CHECK (fiscal_year_start BETWEEN 1 AND 12),
    created_at timestamptz NOT NULL
);

-- The people of an organization. role and job_role are the newest that the
-- person's credential told, or what an admin set where it tells none.
CREATE TABLE members (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    role varchar(20) NOT NULL CHECK (role IN ('viewer', 'analyst', 'admin')),
    job_role varchar(100),
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

CREATE INDEX members_created_at ON members (organization_id, created_at, user_id);
