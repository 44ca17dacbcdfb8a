"""What Prometheus reads about activities. No organization or person is ever a label."""

from prometheus_client import Counter

ACTIVITIES = Counter("attune_activities_total", "Activities recorded.", ["activity_type"])
