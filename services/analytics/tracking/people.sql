-- name: keep_user_traits
-- What was told later wins, whatever comes first.
INSERT INTO users AS u (organization_id, user_id, traits, traits_at, first_seen, last_seen)
SELECT $1, user_id, traits::jsonb, last, first, last
FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
    AS t (user_id, traits, first, last)
ON CONFLICT (organization_id, user_id) DO UPDATE
SET traits = CASE WHEN u.traits_at > excluded.traits_at
        THEN excluded.traits || u.traits ELSE u.traits || excluded.traits END,
    traits_at = greatest(u.traits_at, excluded.traits_at);

-- name: keep_group_traits
INSERT INTO groups AS g (organization_id, group_id, traits, traits_at, first_seen, last_seen)
SELECT $1, group_id, traits::jsonb, last, first, last
FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
    AS t (group_id, traits, first, last)
ON CONFLICT (organization_id, group_id) DO UPDATE
SET traits = CASE WHEN g.traits_at > excluded.traits_at
        THEN excluded.traits || g.traits ELSE g.traits || excluded.traits END,
    traits_at = greatest(g.traits_at, excluded.traits_at),
    first_seen = least(g.first_seen, excluded.first_seen),
    last_seen = greatest(g.last_seen, excluded.last_seen);

-- name: keep_members
INSERT INTO group_members AS m (organization_id, user_id, group_id, since)
SELECT $1, user_id, group_id, since
FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS t (user_id, group_id, since)
ON CONFLICT (organization_id, user_id, group_id) DO UPDATE
SET since = excluded.since
WHERE excluded.since < m.since;

-- name: merge
-- What somebody undid stays undone.
INSERT INTO user_merges
    (organization_id, id, kind, previous_id, user_id, merged_at, source)
SELECT $1::text, id, kind, previous_id, user_id, merged_at, source
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
    AS m (id, kind, previous_id, user_id, merged_at, source)
WHERE NOT EXISTS (
    SELECT FROM user_merges u
    WHERE u.organization_id = $1 AND u.user_id = m.user_id AND u.kind = m.kind
        AND u.previous_id = m.previous_id AND u.undone_at IS NOT NULL)
ON CONFLICT (organization_id, kind, previous_id) WHERE undone_at IS NULL DO NOTHING;
