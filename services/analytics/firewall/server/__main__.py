"""Write the lists anew from live servers: python -m services.analytics.firewall.server DSN…

All functions of the servers are listed, and those of every extension that is at hand there: they
are created in a transaction that is rolled back. So name servers with PostgreSQL's contrib, and
older ones too, for functions that newer ones no longer have. Each DSN is of a superuser.
"""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

from services.analytics.firewall.server.listing import FUNCTIONS, RELATIONS
from services.analytics.firewall.server.reading import Found, lines, read

HEADER = "# Made by `python -m services.analytics.firewall.server`: "
OF_FUNCTIONS = "name (or name/arguments, where overloads differ), extension, verdict, reason."
OF_RELATIONS = "the relations of pg_catalog."


async def main(dsns: list[str]) -> None:
    found = [await read(dsn) for dsn in dsns]
    all_of_them = Found(
        [function for one in found for function in one.functions],
        [name for one in found for name in one.types],
        [name for one in found for name in one.relations],
    )
    write(FUNCTIONS, OF_FUNCTIONS, lines(all_of_them.functions, all_of_them.types))
    write(RELATIONS, OF_RELATIONS, sorted(set(all_of_them.relations)))


def write(file: str, what: str, rows: Iterable[str]) -> None:
    text = "\n".join((HEADER + what, *rows))
    Path(__file__).with_name(file).write_text(f"{text}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
