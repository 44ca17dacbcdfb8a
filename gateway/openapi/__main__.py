"""`python -m gateway.openapi DESCRIPTORS OUT`: write openapi.json from a descriptor set."""

import json
import sys
from pathlib import Path

from gateway.openapi.document import describe, services_in


def main(descriptors: str, out: str) -> None:
    described = Path(descriptors).read_bytes()
    document = describe(described, services_in(described))
    text = json.dumps(document, indent=2, ensure_ascii=False)
    Path(out).write_text(text + "\n", encoding="utf-8")


main(*sys.argv[1:])
