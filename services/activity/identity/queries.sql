-- name: meet_member
-- First visits make the organization and the member known; later ones keep what
-- the credential tells. Beside it stands what the person's traits tell.
WITH organization AS (
    INSERT INTO organizations (organization_id, name, created_at)
    VALUES ($1, $1::varchar, $6)
    ON CONFLICT (organization_id) DO NOTHING
),
member AS (
    INSERT INTO members AS m (organization_id, user_id, role, job_role, created_at)
    VALUES ($1, $2, coalesce($3, $5), $4, $6)
    ON CONFLICT (organization_id, user_id) DO UPDATE
    SET role = coalesce($3, m.role), job_role = coalesce($4, m.job_role)
    RETURNING user_id, role, job_role, disabled, created_at
)
SELECT member.user_id, member.role, member.job_role, member.disabled, member.created_at,
    coalesce(t.traits -> 'goals', '[]') AS goals,
    coalesce(t.traits ->> 'department', '') AS department
FROM member
LEFT JOIN user_traits t ON t.organization_id = $1 AND t.user_id = $2;

-- name: get_organization
SELECT organization_id, name, time_zone, week_start, fiscal_year_start, created_at
FROM organizations
WHERE organization_id = $1;

-- name: update_organization
UPDATE organizations
SET name = coalesce($2, name), time_zone = coalesce($3, time_zone),
    week_start = coalesce($4, week_start),
    fiscal_year_start = coalesce($5, fiscal_year_start)
WHERE organization_id = $1
RETURNING organization_id, name, time_zone, week_start, fiscal_year_start, created_at;

-- name: list_members
SELECT user_id, role, job_role, disabled, created_at
FROM members
WHERE organization_id = $1 AND (created_at, user_id) > ($2, $3)
ORDER BY created_at, user_id
LIMIT $4;

-- name: update_member
UPDATE members
SET role = coalesce($3, role),
    job_role = CASE WHEN $4 THEN $5 ELSE job_role END,
    disabled = coalesce($6, disabled)
WHERE organization_id = $1 AND user_id = $2
RETURNING user_id, role, job_role, disabled, created_at;
