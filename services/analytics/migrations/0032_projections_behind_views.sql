-- What is projected is what users' SQL sees.
SELECT put_behind_views(name::regclass)
FROM unnest(ARRAY['users', 'conversations', 'conversation_events', 'user_activity',
    'user_profiles', 'interaction_logs']) AS name;
