"""SQL of docs/connections.md."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "connections.md").read_text()
[ROLE_SQL] = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)[:1]
