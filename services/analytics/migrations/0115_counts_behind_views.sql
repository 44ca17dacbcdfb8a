-- Counts that are kept are seen by user SQL, too: dashboards need not read all events each time.
SELECT put_behind_views('event_rollups');
