"""What PostgreSQL servers have, in committed lists made from live ones by reasoned rules: which
functions user SQL may call, and what their own relations are called.
"""

from services.analytics.firewall.server.listing import Listed, listed, system_relations
from services.analytics.firewall.server.verdicts import UNCALLABLE, Verdict

__all__ = ["UNCALLABLE", "Listed", "Verdict", "listed", "system_relations"]
