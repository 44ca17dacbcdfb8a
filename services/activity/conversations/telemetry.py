"""What Prometheus reads about conversations. No organization or person is ever a label."""

from prometheus_client import Counter

CONVERSATIONS = Counter("attune_conversations_total", "Conversations started or imported.")
EVENTS = Counter("attune_conversation_events_total", "Events appended.", ["event_type"])
