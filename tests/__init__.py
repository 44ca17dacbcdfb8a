"""Tests start servers while gRPC runs in the same process."""

import os

# Before grpc is imported: its fork handlers crash a child that is started as another user, as
# PostgreSQL is where root runs the tests.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
