"""How property tests run: the same examples each time, and no stop-watch on a shared machine."""

from hypothesis import HealthCheck, settings

quick = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
