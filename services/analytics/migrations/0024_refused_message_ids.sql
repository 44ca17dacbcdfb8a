-- A request that is sent again by its idempotency key keeps what it refused twice: replayed, the two
-- are one event.
ALTER TABLE refused_events ADD COLUMN message_id varchar(200);
