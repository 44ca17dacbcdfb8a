"""PostgreSQL's own grammar: text to tree and back.

A tree is what libpg_query writes as JSON, which is five times quicker to have than its protobuf. A
field that is empty, zero or false is not there.
"""

import ctypes
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
import postgast
from google.protobuf import descriptor_pb2, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import EncodeError, Message
from postgast import pg_query_pb2 as pg
from postgast.errors import check_error
from postgast.native import PgQueryProtobuf, lib

from services.analytics.firewall.refusing import Refused

Node: TypeAlias = dict[str, Any]

MAX_BYTES = 256 * 1024
# The parser's tree is as deep as a chain of operators is long, and is written by a function that
# calls itself: 60,000 levels overflow a stack of 8 MB. A level takes two tokens at least.
MAX_TOKENS = 16_384
# Within a comment the scanner reads from each "/*" to the end of the run of signs: 120 KB of
# nothing else take it half a minute. So a long run of signs has no more of them than this.
MAX_OPENINGS = 50
_SIGNS = re.compile(r"[-+*/<>=~!@#%^&|`?]{200,}")

# Where things stand in the text: all that tells apart two texts of the same meaning.
POSITIONS = (
    "location",
    "name_location",
    "stmt_location",
    "stmt_len",
    "list_start",
    "list_end",
    "rexpr_list_start",
    "rexpr_list_end",
)
# Within a JSON string a quotation mark has a backslash before it, so these are fields and no text.
# Two patterns, each with a beginning that is searched for: as one they take four times as long.
_FIELD = rf'"(?:{"|".join(POSITIONS)})":-?\d+'
_POSITION = re.compile(f",{_FIELD}".encode())
_FIRST_POSITION = re.compile(f"{{{_FIELD},?".encode())


def parse(sql: str, *, positions: bool = False) -> Node:
    """The tree, less where things stand unless `positions` are asked for.

    Raises Refused where it is no SQL, too long or nested too deeply.
    """
    _check_size(sql)
    try:
        data = _parsed(sql)
    except postgast.PgQueryError as error:
        position = characters(sql, error.cursorpos - 1) if error.cursorpos else None
        raise Refused(
            "syntax", f"This is not SQL as PostgreSQL knows it: {error}.", position
        ) from None
    try:
        return _read(data if positions else _without_positions(data))
    except RecursionError:
        raise too_deep() from None


def too_deep() -> Refused:
    return Refused("too_deep", "The statement is nested too deeply.")


@dataclass(frozen=True)
class WithQuery:
    """A WITH query and how it is written. It is in many trees at once: nobody may change it."""

    node: Node
    sql: str


def with_query(node: Node) -> WithQuery:
    """A WITH query to put in front of statements."""
    select = {"withClause": {"ctes": [node]}, "limitOption": "LIMIT_OPTION_DEFAULT"}
    sql = _deparsed({"stmts": [{"stmt": {"SelectStmt": {**select, "op": "SETOP_NONE"}}}]})
    return WithQuery(node, sql.removeprefix("WITH ").removesuffix(" SELECT"))


def render(tree: Node, queries: Sequence[WithQuery]) -> str:
    """Text that means this tree with the queries in front, and nothing else.

    Raises Refused where parsing that text would not give the tree again.
    """
    try:
        sql = _deparsed(tree)
        if queries:
            sql = _put_in_front(queries, tree["stmts"][0]["stmt"]["SelectStmt"], sql)
        again = _read(_without_positions(_parsed(sql)))
    except (postgast.PgQueryError, EncodeError, RecursionError):
        raise Refused("unstable", "The statement cannot be written anew.") from None
    if again != tree and again != _bare(tree):
        raise Refused("unstable", "The statement does not mean the same when written anew.")
    return sql


def _bare(tree: Node) -> Node:
    """Less the positions that rendering a CYCLE clause needs."""
    return _read(_without_positions(msgspec.json.encode(tree)))


def _put_in_front(queries: Sequence[WithQuery], select: Node, sql: str) -> str:
    """Puts them into the statement's tree too: what is written is compared with that."""
    clause = select.get("withClause", {"ctes": []})
    own = "" if not clause["ctes"] else "WITH RECURSIVE " if clause.get("recursive") else "WITH "
    select["withClause"] = clause | {"ctes": [*(query.node for query in queries), *clause["ctes"]]}
    written = ", ".join(query.sql for query in queries)
    return f"{own or 'WITH '}{written}{', ' if own else ' '}{sql.removeprefix(own)}"


def _deparsed(tree: Node) -> str:
    """As postgast.deparse, which makes a type of each length that it is given."""
    data = _TREE(**tree).SerializeToString()
    pointer = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value
    result = lib.pg_query_deparse_protobuf(PgQueryProtobuf(len(data), pointer))
    try:
        check_error(result)
        return str(result.query, "utf-8")
    finally:
        lib.pg_query_free_deparse_result(result)


def tree_hash(tree: Node) -> str:
    """The same for equal trees."""
    return hashlib.sha256(msgspec.json.encode(tree, order="deterministic")).hexdigest()


def characters(sql: str, position: int) -> int:
    """The offset in characters of an offset in bytes of UTF-8."""
    return len(sql.encode()[: max(position, 0)].decode(errors="ignore"))


def first_token(sql: str) -> int:
    """Where the text begins after white space and comments: an offset in bytes."""
    tokens = (t for t in postgast.scan(sql).tokens if t.token not in COMMENTS)
    return next((int(token.start) for token in tokens), 0)


COMMENTS = (pg.Token.Value("SQL_COMMENT"), pg.Token.Value("C_COMMENT"))


def _check_size(sql: str) -> None:
    try:
        size = len(sql.encode())
    except UnicodeEncodeError as error:
        raise Refused("encoding", "The text is not valid Unicode.", error.start) from None
    if (nul := sql.find("\0")) >= 0:
        raise Refused("encoding", "The text has a NUL character, which SQL cannot have.", nul)
    if size > MAX_BYTES:
        raise Refused("too_long", f"The statement is longer than {MAX_BYTES // 1024} KiB.")
    if any(run.count("/*") > MAX_OPENINGS for run in _SIGNS.findall(sql)):
        raise Refused("too_long", "The statement has too many comments in one another.")
    if size > MAX_TOKENS and _tokens(sql) > MAX_TOKENS:
        raise Refused("too_long", f"The statement has more than {MAX_TOKENS:,} words and signs.")


def _tokens(sql: str) -> int:
    try:
        return len(postgast.scan(sql).tokens)
    except postgast.PgQueryError:
        return 0  # the parser stops where the scanner did, and says where


_read = msgspec.json.Decoder(Node).decode


def _parsed(sql: str) -> bytes:
    """The tree as JSON, which postgast does not offer."""
    result = lib.pg_query_parse(sql.encode())
    try:
        check_error(result)
        return bytes(result.parse_tree)
    finally:
        lib.pg_query_free_parse_result(result)


def _without_positions(data: bytes) -> bytes:
    return _FIRST_POSITION.sub(b"{", _POSITION.sub(b"", data))


def _tree_class() -> type[Message]:
    """The class of trees with fields named as in the JSON: the deparser takes protobuf alone."""
    file = descriptor_pb2.FileDescriptorProto()
    pg.DESCRIPTOR.CopyToProto(file)
    for message in file.message_type:
        for field in message.field:
            field.name = field.json_name
    pool = DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("pg_query.ParseResult"))


_TREE = _tree_class()
