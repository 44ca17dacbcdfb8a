"""Which functions user SQL may call: a committed list, made from live servers by reasoned rules."""

from services.analytics.firewall.functions.listing import Listed, listed
from services.analytics.firewall.functions.verdicts import Verdict

__all__ = ["Listed", "Verdict", "listed"]
