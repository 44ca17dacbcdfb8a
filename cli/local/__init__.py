"""What runs a suite on one machine: a library for the launcher, the tests and the benchmarks."""

import os

# Servers are started as another user, by a fork: with gRPC's own fork handlers in the same process
# the child may crash. To be set before gRPC is imported.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
