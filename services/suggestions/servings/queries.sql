-- name: insert_servings
INSERT INTO servings (organization_id, user_id, served_at, id, connection_id, session_id, job_role,
    source, original_source, typed, suggestions, text_keys, template_keys)
SELECT $1, s.user_id, s.served_at, s.id, s.connection_id, s.session_id, s.job_role,
    s.source, s.original_source, s.typed, s.suggestions::jsonb, s.text_keys::bytea[],
    s.template_keys::bytea[]
FROM unnest($2::text[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::int[], $11::text[], $12::text[], $13::text[])
    AS s (user_id, served_at, id, connection_id, session_id, job_role, source, original_source,
        typed, suggestions, text_keys, template_keys);

-- name: insert_clicks
-- One that is told again is on record already.
INSERT INTO suggestion_clicks (organization_id, activity_id, user_id, job_role, connection_id,
    session_id, text_key, clicked_at, wait_until)
SELECT $1, c.activity_id, c.user_id, c.job_role, c.connection_id, c.session_id, c.text_key,
    c.clicked_at, $9
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[],
    $8::timestamptz[])
    AS c (activity_id, user_id, job_role, connection_id, session_id, text_key, clicked_at)
ON CONFLICT (organization_id, activity_id) DO NOTHING;

-- name: match_clicks
-- The newest serving of the text to the person between $3 before each click and $4 after it, for
-- those of $2 that still wait. Of what the person was shown it looks at the newest $5 only: a click
-- on what was never shown would read the whole window.
SELECT c.activity_id, array_position(s.text_keys, c.text_key) AS position, s.id, s.served_at,
    s.user_id, s.job_role, s.template_keys, s.clicked, s.executed,
    s.settled_at IS NOT NULL AS settled
FROM suggestion_clicks c,
LATERAL (
    SELECT n.id, n.served_at, n.user_id, n.job_role, n.text_keys, n.template_keys, n.clicked,
        n.executed, n.settled_at
    FROM (
        SELECT id, served_at, user_id, job_role, text_keys, template_keys, clicked, executed,
            settled_at
        FROM servings
        WHERE organization_id = $1 AND user_id = c.user_id
            AND served_at > c.clicked_at - $3::interval
            AND served_at <= c.clicked_at + $4::interval
        ORDER BY served_at DESC, id DESC
        LIMIT $5
    ) n
    WHERE c.text_key = ANY (n.text_keys)
    ORDER BY n.served_at DESC, n.id DESC
    LIMIT 1
) s
WHERE c.organization_id = $1 AND c.activity_id = ANY ($2::bigint[]) AND c.wait_until > $6
ORDER BY c.activity_id;

-- name: waiting_clicks
-- The oldest that wait, after the given place.
SELECT activity_id, wait_until
FROM suggestion_clicks
WHERE organization_id = $1 AND (wait_until, activity_id) > ($2, $3)
ORDER BY wait_until, activity_id
LIMIT $4;

-- name: join_clicks
UPDATE suggestion_clicks c
SET serving_id = j.serving_id, served_at = j.served_at, position = j.position, wait_until = NULL
FROM unnest($2::bigint[], $3::uuid[], $4::timestamptz[], $5::int[])
    AS j (activity_id, serving_id, served_at, position)
WHERE c.organization_id = $1 AND c.activity_id = j.activity_id;

-- name: give_up_clicks
-- Ends the waiting of those that waited long enough, so many at once; what another is at, it leaves.
UPDATE suggestion_clicks SET wait_until = NULL
WHERE organization_id = $1 AND activity_id = ANY (ARRAY(
    SELECT activity_id FROM suggestion_clicks
    WHERE organization_id = $1 AND wait_until <= $2
    LIMIT $3 FOR UPDATE SKIP LOCKED));

-- name: cap_clicks
-- Of each person the newest $3 go on waiting.
UPDATE suggestion_clicks c SET wait_until = NULL
FROM unnest($2::text[]) AS u (user_id),
LATERAL (
    SELECT activity_id FROM suggestion_clicks
    WHERE organization_id = $1 AND user_id = u.user_id AND wait_until IS NOT NULL
    ORDER BY activity_id DESC
    OFFSET $3
) w
WHERE c.organization_id = $1 AND c.activity_id = w.activity_id;

-- name: wait_for_cursor
-- Waits for the lease, unlike the consumer, and holds it until the transaction ends.
SELECT seq FROM event_cursors WHERE organization_id = $1 AND consumer = $2 FOR UPDATE;

-- name: wait_at_most
-- system: says how long this transaction waits for a lock
SELECT set_config('lock_timeout', $1, true);

-- name: match_asks
-- For each question the list that the person saw last before it, and the newest that held it, both
-- among the newest $8.
SELECT q.number, s.id, s.served_at, s.user_id, s.job_role, s.template_keys, s.clicked, s.executed,
    s.settled_at IS NOT NULL AS settled, array_position(s.text_keys, q.text_key) AS position
FROM unnest($2::int[], $3::text[], $4::bytea[], $5::int[], $6::timestamptz[])
    AS q (number, user_id, text_key, length, asked_at),
LATERAL (
    WITH newest AS NOT MATERIALIZED (
        SELECT id, served_at, user_id, job_role, text_keys, template_keys, clicked, executed,
            settled_at, typed
        FROM servings
        WHERE organization_id = $1 AND user_id = q.user_id
            AND served_at > q.asked_at - $7::interval AND served_at <= q.asked_at
        ORDER BY served_at DESC, id DESC
        LIMIT $8
    )
    (SELECT n.id, n.served_at, n.user_id, n.job_role, n.text_keys, n.template_keys, n.clicked,
        n.executed, n.settled_at
    FROM newest n
    WHERE n.typed < q.length
    ORDER BY n.served_at DESC, n.id DESC
    LIMIT 1)
    UNION
    (SELECT n.id, n.served_at, n.user_id, n.job_role, n.text_keys, n.template_keys, n.clicked,
        n.executed, n.settled_at
    FROM newest n
    WHERE q.text_key = ANY (n.text_keys)
    ORDER BY n.served_at DESC, n.id DESC
    LIMIT 1)
) s
ORDER BY q.number, s.served_at, s.id;

-- name: mark_servings
UPDATE servings s
SET clicked = m.clicked::int[], executed = m.executed::int[], settled_at = coalesce(s.settled_at,
    CASE WHEN m.settled THEN $7::timestamptz END)
FROM unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::bool[], $8::text[])
    AS m (served_at, id, clicked, executed, settled, user_id)
WHERE s.organization_id = $1 AND s.user_id = m.user_id AND s.served_at = m.served_at
    AND s.id = m.id;

-- name: add_acceptance
INSERT INTO template_acceptance AS t (organization_id, pattern_type, target_id, template_key,
    shown, accepted, executed, updated_at)
SELECT $1, a.pattern_type, a.target_id, a.template_key, a.shown, a.accepted, a.executed, $8
FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bigint[])
    AS a (pattern_type, target_id, template_key, shown, accepted, executed)
ON CONFLICT (organization_id, pattern_type, target_id, template_key) DO UPDATE
SET shown = t.shown + excluded.shown, accepted = t.accepted + excluded.accepted,
    executed = t.executed + excluded.executed, updated_at = excluded.updated_at;

-- name: move_acceptance
-- What was counted for a template belongs to another since.
WITH moved AS (
    DELETE FROM template_acceptance t
    USING unnest($2::bytea[], $3::bytea[]) AS m (old, new)
    WHERE t.organization_id = $1 AND t.template_key = m.old AND m.old <> m.new
    RETURNING t.pattern_type, t.target_id, m.new AS template_key, t.shown, t.accepted, t.executed
)
INSERT INTO template_acceptance AS t (organization_id, pattern_type, target_id, template_key,
    shown, accepted, executed, updated_at)
SELECT $1, pattern_type, target_id, template_key, sum(shown), sum(accepted), sum(executed), $4
FROM moved
GROUP BY pattern_type, target_id, template_key
ORDER BY pattern_type, target_id, template_key
ON CONFLICT (organization_id, pattern_type, target_id, template_key) DO UPDATE
SET shown = t.shown + excluded.shown, accepted = t.accepted + excluded.accepted,
    executed = t.executed + excluded.executed, updated_at = excluded.updated_at;

-- name: move_accepted_answers
-- Where an answer counts that somebody may take back.
UPDATE accepted_answers a
SET template_key = m.new
FROM unnest($2::bytea[], $3::bytea[]) AS m (old, new)
WHERE a.organization_id = $1 AND a.template_key = m.old AND m.old <> m.new;

-- name: organizations_with_waiting_clicks
-- system: a job looks after those of all organizations
SELECT DISTINCT organization_id FROM suggestion_clicks WHERE wait_until IS NOT NULL;

-- name: drop_old_servings
-- system: partitions hold all organizations
SELECT drop_old_servings($1);

-- name: drop_old_clicks
-- system: expiry concerns all organizations alike
DELETE FROM suggestion_clicks
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM suggestion_clicks WHERE clicked_at <= $1 LIMIT 5000 FOR UPDATE SKIP LOCKED));
