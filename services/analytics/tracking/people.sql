-- name: keep_user_traits
-- Of each trait what was told later wins, whatever comes first.
INSERT INTO users AS u (organization_id, user_id, traits, trait_times, traits_at, first_seen,
    last_seen)
SELECT $1, user_id, traits::jsonb, times::jsonb, last, first, last
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
    AS t (user_id, traits, times, first, last)
ON CONFLICT (organization_id, user_id) DO UPDATE
SET (traits, trait_times) = (
        SELECT u.traits || coalesce(jsonb_object_agg(n.key, n.value), '{}'),
            u.trait_times
                || coalesce(jsonb_object_agg(n.key, excluded.trait_times -> n.key), '{}')
        FROM jsonb_each(excluded.traits) AS n (key, value)
        WHERE NOT u.traits ? n.key
            OR coalesce((u.trait_times ->> n.key)::timestamptz, u.traits_at, '-infinity')
                <= (excluded.trait_times ->> n.key)::timestamptz),
    traits_at = greatest(u.traits_at, excluded.traits_at);

-- name: keep_group_traits
INSERT INTO groups AS g (organization_id, group_id, traits, trait_times, traits_at, first_seen,
    last_seen)
SELECT $1, group_id, traits::jsonb, times::jsonb, last, first, last
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
    AS t (group_id, traits, times, first, last)
ON CONFLICT (organization_id, group_id) DO UPDATE
SET (traits, trait_times) = (
        SELECT g.traits || coalesce(jsonb_object_agg(n.key, n.value), '{}'),
            g.trait_times
                || coalesce(jsonb_object_agg(n.key, excluded.trait_times -> n.key), '{}')
        FROM jsonb_each(excluded.traits) AS n (key, value)
        WHERE NOT g.traits ? n.key
            OR coalesce((g.trait_times ->> n.key)::timestamptz, g.traits_at, '-infinity')
                <= (excluded.trait_times ->> n.key)::timestamptz),
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
