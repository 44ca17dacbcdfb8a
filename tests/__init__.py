"""Tests start servers while gRPC runs in the same process."""

import os

# Before grpc is imported: its fork handlers crash a child that is started as another user, as
# PostgreSQL is where root runs the tests.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
# No test asks a model that a developer's environment names.
for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
    os.environ.pop(name, None)
