-- What is not delivered is seldom much of the log, and is asked for by its status.
DROP INDEX webhook_deliveries_failed;
CREATE INDEX webhook_deliveries_undelivered
ON webhook_deliveries (organization_id, endpoint_id, status, created_at, delivery_id)
WHERE status <> 'delivered';

-- Rows take the room of dropped ones, and so are not in the order of time for long. What is old is
-- found for each endpoint in the index of the log.
DROP INDEX webhook_deliveries_old;
