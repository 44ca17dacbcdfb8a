-- A person's clicks that wait: how many do is bounded.
CREATE INDEX suggestion_clicks_waiting_of ON suggestion_clicks
    (organization_id, user_id, activity_id) WHERE wait_until IS NOT NULL;

-- The other two indexes on servings find all that this one found, and each costs every keystroke.
DROP INDEX servings_served_at;
