"""The command `attune`."""

__version__ = "0.1.0"
