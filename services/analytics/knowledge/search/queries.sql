-- name: forget_terms
DELETE FROM knowledge_terms WHERE organization_id = $1 AND item_id = $2;

-- name: add_terms
INSERT INTO knowledge_terms (organization_id, term, item_id, weight)
SELECT $1, term, $2, weight
FROM unnest($3::text[], $4::real[]) AS new (term, weight);

-- name: add_grams
INSERT INTO knowledge_grams (organization_id, gram, stem)
SELECT $1, gram, stem
FROM unnest($2::text[], $3::text[]) AS new (gram, stem)
ORDER BY gram, stem
ON CONFLICT (organization_id, gram, stem) DO NOTHING;

-- name: count_items
SELECT count(*) FROM knowledge_items WHERE organization_id = $1 AND deleted_at IS NULL;

-- name: count_holders
-- How many items have each of these terms; those that none has are left out.
SELECT term, count(*) AS holders
FROM knowledge_terms
WHERE organization_id = $1 AND term = ANY ($2::text[])
GROUP BY term;

-- name: similar_stems
-- Those that have the most of these letters, and that some item has.
SELECT g.stem
FROM knowledge_grams g
WHERE g.organization_id = $1 AND g.gram = ANY ($2::text[])
    AND length(g.stem) BETWEEN $3 AND $4
    AND EXISTS (
        SELECT 1 FROM knowledge_terms t WHERE t.organization_id = $1 AND t.term = g.stem)
GROUP BY g.stem
ORDER BY count(*) DESC, g.stem
LIMIT 50;

-- name: names_of_terms
-- What the items are called that have one of these whole names.
SELECT DISTINCT i.name
FROM knowledge_terms t
JOIN knowledge_items i ON i.organization_id = $1 AND i.item_id = t.item_id
WHERE t.organization_id = $1 AND t.term = ANY ($2::text[]) AND i.deleted_at IS NULL
LIMIT 20;

-- name: best_items
-- Of the connection $5 and of none or, where it is '', of all; restricted ones where $6 says so.
SELECT i.item_id, i.kind, i.connection_id, i.name, i.key, i.category, i.tags, i.content, i.version,
    i.created_by, i.created_at, i.updated_by, i.updated_at, i.deleted_at, i.restricted,
    found.score, found.terms
FROM (
    SELECT t.item_id, sum(t.weight * a.weight) AS score,
        array_agg(t.term ORDER BY t.weight * a.weight DESC, t.term) AS terms
    FROM unnest($2::text[], $3::real[]) AS a (term, weight)
    JOIN knowledge_terms t ON t.organization_id = $1 AND t.term = a.term
    GROUP BY t.item_id
) found
JOIN knowledge_items i ON i.organization_id = $1 AND i.item_id = found.item_id
WHERE i.deleted_at IS NULL AND i.kind = ANY ($4::text[]) AND ($5 = '' OR i.connection_id IN ('', $5))
    AND ($6 OR NOT i.restricted)
ORDER BY found.score DESC, i.name, i.item_id
LIMIT $7;

-- name: note_uses
-- Once an hour for each, so that questions seldom write.
INSERT INTO knowledge_uses (organization_id, item_id, used_at)
SELECT $1, item_id, $3
FROM unnest($2::uuid[]) AS new (item_id)
ORDER BY item_id
ON CONFLICT (organization_id, item_id) DO UPDATE SET used_at = excluded.used_at
WHERE knowledge_uses.used_at < excluded.used_at - interval '1 hour';
