"""Write the list anew from live servers: python -m services.analytics.firewall.functions DSN…

The first is a server of the newest version. All of their functions are listed, and those of every
extension that is at hand there (they are created in a transaction that is rolled back), so name
servers with PostgreSQL's contrib, and older ones for functions that newer ones no longer have.
"""

import asyncio
import sys
from pathlib import Path

from services.analytics.firewall.functions.listing import FILE
from services.analytics.firewall.functions.reading import lines, procedures, type_names


async def main(dsns: list[str]) -> None:
    functions, types = [], []
    for dsn in dsns:
        functions += await procedures(dsn)
        types += await type_names(dsn)
    Path(__file__).with_name(FILE).write_text("\n".join(lines(functions, types)) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
