"""Imported before all else by a service's process: what it leaves out stays out.

structlog takes rich and pygments, for the tracebacks of consoles, wherever they are installed:
5 MiB in each process. To Python an entry of None is a module that is not there.
"""

import sys

sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
