"""Runs statements on connections: read-only, within one deadline, up to bounds, cancellable."""
