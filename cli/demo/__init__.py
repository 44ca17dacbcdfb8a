"""What `attune demo` does: forty people ask two thousand questions, and the suite learns."""
