-- Run as attune_analytics_roles, in the schema analytics, by every migration.

-- Give an organization a role to log in with, or the one that it has a new password; true where this
-- call did it. `unreadable` is the stored password that the caller read and could not use, NULL
-- where there was none: when it has changed since, another process has been faster, and nothing is
-- done. `verifier` is what PostgreSQL keeps of a password, so that none is in a log.
CREATE OR REPLACE FUNCTION give_query_role(
    organization varchar, verifier text, sealed bytea, unreadable bytea
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = analytics, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    prefix constant text := 'attune_query_' || left(md5(current_database()), 8) || '_';
    given name := prefix || left(replace(gen_random_uuid()::text, '-', ''), 16);
    known query_roles;
BEGIN
    IF verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' THEN
        RAISE EXCEPTION 'this is no SCRAM verifier' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO query_roles (organization_id, role, password) VALUES (organization, given, sealed)
    ON CONFLICT (organization_id) DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO known FROM query_roles WHERE organization_id = organization FOR UPDATE;
        IF known.password IS DISTINCT FROM unreadable THEN
            RETURN false;
        END IF;
        IF starts_with(known.role, prefix)
            AND EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = known.role) THEN
            given := known.role;
        END IF;
        UPDATE query_roles SET role = given, password = sealed
        WHERE organization_id = organization;
    END IF;
    IF given IS DISTINCT FROM known.role THEN
        EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', given);
        EXECUTE format('ALTER ROLE %I SET search_path = store', given);
        EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', given);
    END IF;
    EXECUTE format('ALTER ROLE %I PASSWORD %L', given, verifier);
    RETURN true;
END $$;
