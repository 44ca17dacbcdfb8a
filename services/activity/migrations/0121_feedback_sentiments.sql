-- Sentiments that are rare, alone or with a score (a 5 with words that sound bad), are found
-- without reading all votes of that score.
CREATE INDEX interaction_logs_sentiment
ON interaction_logs (organization_id, sentiment, user_feedback_score, created_at, id);
