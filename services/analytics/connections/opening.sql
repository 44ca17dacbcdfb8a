-- name: holds_attune
-- system: asked of another database, which belongs to one organization
-- Whether any schema there is one of Attune's, by who owns it. Every role can see that, on whatever
-- way it came: by another name, a port that is forwarded, a replica, a pooler.
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_namespace
    WHERE pg_catalog.pg_get_userbyid(nspowner)::pg_catalog.text
        OPERATOR(pg_catalog.=) pg_catalog.concat('attune_', nspname, '_owner'));
