-- Who is whom is seen by user SQL, too: else a person who was anonymous first counts as two.
SELECT put_behind_views('user_merges');
