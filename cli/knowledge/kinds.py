"""What of each kind of knowledge stands in files, and where the API has it."""

from collections.abc import Mapping
from dataclasses import dataclass

EVENTS = "events"
TEXT, TEXTS, NUMBER, OBJECT, LIST = "a text", "a list of texts", "a number", "a mapping", "a list"
CONNECTION = "connection_id"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`section` is its key in files and in the API's lists, `path` where the API has it.

    `key` names an item, of `connection_id` where there is one. Fields in `kept` have defaults of
    the server's: those that a file leaves out stay as they are; others are emptied.
    """

    noun: str
    section: str
    path: str
    key: str
    fields: Mapping[str, str]
    kept: frozenset[str] = frozenset()

    @property
    def article(self) -> str:
        """The noun with its article."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"

    @property
    def of_connection(self) -> bool:
        return CONNECTION in self.fields


ABOUT = {"category": TEXT, "tags": TEXTS}
NAMED = {"name": TEXT, CONNECTION: TEXT, "display_name": TEXT, "description": TEXT}
WHERE = {"synonyms": TEXTS, "relation": TEXT, "schema": TEXT, "via": TEXTS}

# In the order in which they are made: what comes later may name what comes before.
KINDS = (
    Kind(
        noun="event definition",
        section="event_definitions",
        path="/api/v1/knowledge/event-definitions",
        key="name",
        fields={"name": TEXT, "description": TEXT, "properties": LIST, "examples": LIST}
        | {"synonyms": TEXTS}
        | ABOUT,
    ),
    Kind(
        noun="dimension",
        section="dimensions",
        path="/api/v1/connections/{connection_id}/dimensions",
        key="name",
        fields=NAMED | WHERE | {"field": OBJECT, "values": TEXTS},
        kept=frozenset({"schema"}),
    ),
    Kind(
        noun="entity",
        section="entities",
        path="/api/v1/connections/{connection_id}/entities",
        key="name",
        fields=NAMED | WHERE | {"key": TEXT},
        kept=frozenset({"schema"}),
    ),
    Kind(
        noun="business metric",
        section="business_metrics",
        path="/api/v1/knowledge/business-metrics",
        key="name",
        fields=NAMED
        | {"synonyms": TEXTS, "type": TEXT, "formula": TEXT, "source": OBJECT, "aggregate": TEXT}
        | {"field": OBJECT, "percentile": NUMBER, "numerator": TEXT, "denominator": TEXT}
        | {"filters": LIST, "unit": TEXT, "grain": TEXT, "dimensions": TEXTS, "owner": TEXT}
        | ABOUT,
        kept=frozenset({"type", "source", "owner"}),
    ),
    Kind(
        noun="entry",
        section="entries",
        path="/api/v1/knowledge/entries",
        key="title",
        fields={"title": TEXT, "content": TEXT} | ABOUT,
    ),
    Kind(
        noun="question",
        section="questions",
        path="/api/v1/knowledge/questions",
        key="question",
        fields={"question": TEXT, "sql": TEXT, CONNECTION: TEXT, "owner": TEXT} | ABOUT,
        kept=frozenset({"owner"}),
    ),
)
BY_SECTION = {kind.section: kind for kind in KINDS}
# Whose order tells nothing.
UNORDERED = frozenset({"tags", "synonyms", "dimensions"})
EMPTY: Mapping[str, object] = {TEXT: "", TEXTS: [], LIST: [], NUMBER: None, OBJECT: None}
