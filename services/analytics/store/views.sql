-- What users' SQL sees of the event store. Run as attune_analytics_views, in the schema store, each
-- time that this file has changed; so every statement can be run again. A column is added at the
-- end; for another change, drop the view first.
--
-- Each view has organization_id, by which wall 1 narrows what it reads, and which no catalogue and
-- no SELECT * shows. A table behind a view needs put_behind_views(table) in its migration.
-- Comments are what people and models are told of relations and columns.

GRANT USAGE ON SCHEMA store TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA store GRANT SELECT ON TABLES TO PUBLIC;

CREATE OR REPLACE VIEW events WITH (security_barrier) AS
SELECT organization_id, timestamp, id, type, event, user_id, anonymous_id, properties, context,
    extra, message_id, source, received_at
FROM analytics.events;

COMMENT ON VIEW events IS
    'What happened: product events, and what Attune itself records. One row an event.';
COMMENT ON COLUMN events.timestamp IS 'When it happened.';
COMMENT ON COLUMN events.id IS 'UUIDv7 of when it arrived.';
COMMENT ON COLUMN events.type IS
    'track, page, screen, identify, group or alias; fact for what Attune records.';
COMMENT ON COLUMN events.event IS 'Its name, such as "purchase".';
COMMENT ON COLUMN events.user_id IS 'Who it was.';
COMMENT ON COLUMN events.anonymous_id IS 'Who it was before anybody knew.';
COMMENT ON COLUMN events.properties IS 'What is particular to the event, as JSON.';
COMMENT ON COLUMN events.context IS 'The circumstances: device, page, campaign, as JSON.';
COMMENT ON COLUMN events.extra IS 'What else the sender said, as JSON.';
COMMENT ON COLUMN events.message_id IS 'The sender''s own id of the event.';
COMMENT ON COLUMN events.source IS 'Which key or import it came by, or which service tells of it.';
COMMENT ON COLUMN events.received_at IS 'When it arrived.';
