"""The documentation page, made from openapi.json: one static page that needs nothing else.

Without its script it reads the same; the script only fills the copy buttons and the search.
"""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urlencode

Schema = dict[str, Any]

CODE = re.compile(r"`([^`]+)`")
TITLE = "Attune API"
BOUNDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "from {}",
    "exclusiveMinimum": "over {}",
    "maximum": "up to {}",
    "exclusiveMaximum": "below {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
    "format": "{}",
}
SIZES = {"int32", "int64", "float", "double"}


def render(api: Schema) -> str:
    """The whole page."""
    operations = list(operations_of(api))
    tags = api.get("tags", [])
    schemas = api.get("components", {}).get("schemas", {})
    main = "".join(tag_section(tag, operations) for tag in tags)
    main += errors_section(schemas.get("ErrorReason", {}))
    main += "".join(schema_section(name, schemas[name]) for name in schemas)
    return PAGE.format(
        title=TITLE,
        version=escape(api.get("info", {}).get("version", "")),
        about=prose(api.get("info", {}).get("description", "")),
        menu="".join(menu_of(tag, operations) for tag in tags),
        main=main,
    )


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/docs/docs.css">
<link rel="icon" href="data:,">
<script src="/docs/docs.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the endpoints</a>
<nav aria-label="Endpoints">
<p class="brand">Attune <span>API {version}</span></p>
<input id="filter" type="search" placeholder="Filter" aria-label="Filter endpoints" hidden>
{menu}
<p class="group"><a href="#errors">Errors</a></p>
<p class="group"><a href="/api/v1/openapi.json">openapi.json</a></p>
</nav>
<main id="main">
<header><h1>{title}</h1>{about}</header>
{main}
</main>
</body>
</html>
"""


def operations_of(api: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Verb, path and operation; references to shared parameters are followed."""
    shared = api.get("components", {}).get("parameters", {})
    for path, verbs in api.get("paths", {}).items():
        for verb, operation in verbs.items():
            parameters = [
                shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p
                for p in operation.get("parameters", ())
            ]
            yield verb.upper(), path, operation | {"parameters": parameters}


def menu_of(tag: Schema, operations: list[tuple[str, str, Schema]]) -> str:
    links = "".join(
        f'<li><a href="#{escape(operation["operationId"])}">{badge(verb)}'
        f"<span>{escape(words(operation['operationId']))}</span></a></li>"
        for verb, _, operation in operations
        if tag["name"] in operation["tags"]
    )
    return f'<p class="group">{escape(tag["name"])}</p><ul>{links}</ul>'


def words(name: str) -> str:
    """logActivity as Log activity."""
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", name).capitalize()


def badge(verb: str) -> str:
    return f'<b class="verb {verb.lower()}">{verb}</b>'


def tag_section(tag: Schema, operations: list[tuple[str, str, Schema]]) -> str:
    name = escape(tag["name"])
    own = (o for o in operations if tag["name"] in o[2]["tags"])
    articles = "".join(article(*operation) for operation in own)
    head = f'<h2 id="tag-{name}">{name}</h2>{prose(tag.get("description"))}'
    return f"<section>{head}{articles}</section>"


def article(verb: str, path: str, operation: Schema) -> str:
    name = escape(operation["operationId"])
    media = json_media(operation.get("requestBody", {}))
    body = f"<h4>Body</h4>{body_table(media)}" if media else ""
    answer = operation["responses"]["200"]
    shown: Schema = next(iter(answer.get("content", {}).values()), {})
    example = shown.get("example")
    result = f"<h4>Answer</h4>{prose(answer['description'])}{shape(shown.get('schema', {}))}"
    result += code(pretty(example)) if example is not None else ""
    codes = ", ".join(status for status in operation["responses"] if status != "200")
    return (
        f'<article id="{name}"><h3>{badge(verb)} <code>{escape(path)}</code>'
        f'<a class="anchor" href="#{name}" aria-label="Link to {name}">#</a></h3>'
        f"{prose(operation['description'])}{parameter_table(operation['parameters'])}{body}"
        f"<h4>Request</h4>{code(curl(verb, path, operation, media), copy=True)}{result}"
        f'<p class="errors"><a href="#errors">Errors</a>: {codes}</p></article>'
    )


def json_media(body: Schema) -> Schema:
    media: Schema = body.get("content", {}).get("application/json", {})
    return media


def body_table(media: Schema) -> str:
    return shape(media["schema"])


def shape(schema: Schema) -> str:
    """A link to a named schema, or the table of an unnamed one."""
    if "$ref" in schema:
        return f"<p>{type_of(schema)}</p>"
    return properties(schema) if "properties" in schema else f"<p>{type_of(schema)}</p>"


def parameter_table(parameters: list[Schema]) -> str:
    rows = "".join(
        row(p["name"], p["schema"], p["required"], p.get("description", ""), p["in"])
        for p in parameters
    )
    return f"<h4>Parameters</h4><div class=wide><table>{rows}</table></div>" if rows else ""


def properties(schema: Schema) -> str:
    required = set(schema.get("required", ()))
    rows = "".join(
        row(name, field, name in required, field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    )
    return f"<div class=wide><table>{rows}</table></div>"


def row(name: str, schema: Schema, required: bool, text: str, place: str = "") -> str:
    marks = '<span class="required">required</span>' if required else ""
    marks += f" {escape(place)}" if place else ""
    return (
        f'<tr><th scope="row"><code>{escape(name)}</code><small>{marks}</small></th>'
        f"<td>{type_of(schema)}{bounds(schema)}</td><td>{prose(text)}</td></tr>"
    )


def type_of(schema: Schema) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}{bounds(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"map to {type_of(schema['additionalProperties'])}"
    return escape(schema.get("type", "any JSON"))


def bounds(schema: Schema) -> str:
    told = {key: value for key, value in schema.items() if str(value) not in SIZES}
    notes = [note.format(told[key]) for key, note in BOUNDS.items() if key in told]
    choices = " ".join(f"<code>{escape(str(choice))}</code>" for choice in schema.get("enum", ()))
    text = f"<small>{escape(', '.join(notes))}</small>" if notes else ""
    return text + (f'<small class="choices">{choices}</small>' if choices else "")


def errors_section(reasons: Schema) -> str:
    rows = "".join(
        f'<tr id="{escape(reason)}"><th scope="row"><code>{escape(reason)}</code></th>'
        f"<td>{prose(text)}</td></tr>"
        for reason, text in reasons.get("x-descriptions", {}).items()
    )
    about = prose(reasons.get("description", ""))
    table = f"<div class=wide><table>{rows}</table></div>"
    return f'<section><h2 id="errors">Errors</h2>{about}{table}</section>'


def schema_section(name: str, schema: Schema) -> str:
    name = escape(name)
    inner = properties(schema) if "properties" in schema else bounds(schema)
    return (
        f'<article class="schema" id="schema-{name}"><h3><code>{name}</code></h3>'
        f"{prose(schema.get('description', ''))}{inner}</article>"
    )


def curl(verb: str, path: str, operation: Schema, media: Schema) -> str:
    """A command to paste, with $TOKEN for the credential."""
    lines = [f"curl {'' if verb == 'GET' else f'-X {verb} '}'{{origin}}{filled(path, operation)}'"]
    if operation.get("security") != []:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if media:
        lines.append("-H 'Content-Type: application/json'")
        lines.append("-d '" + pretty(media.get("example", {})).replace("'", "'\\''") + "'")
    return " \\\n  ".join(lines).replace("{origin}", "http://127.0.0.1:8000")


def filled(path: str, operation: Schema) -> str:
    """The path with an example, or else the name, for each part of it and each needed parameter."""
    needed = {}
    for parameter in operation["parameters"]:
        name = parameter["name"]
        example = str(parameter["schema"].get("examples", [name])[0])
        if parameter["in"] == "path":
            path = path.replace("{" + name + "}", example)
        elif parameter.get("required"):
            needed[name] = example
    return f"{path}?{urlencode(needed)}" if needed else path


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def code(text: str, copy: bool = False) -> str:
    button = '<button type="button" class="copy" hidden>Copy</button>' if copy else ""
    return f'<div class="code">{button}<pre tabindex="0"><code>{escape(text)}</code></pre></div>'


def prose(text: str | None) -> str:
    paragraphs = (text or "").split("\n\n")
    marked = (CODE.sub(r"<code>\1</code>", escape(p, quote=False)) for p in paragraphs if p)
    return "".join(f"<p>{paragraph}</p>" for paragraph in marked)
