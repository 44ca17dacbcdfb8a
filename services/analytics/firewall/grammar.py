"""PostgreSQL's own grammar: text to tree and back."""

import ctypes
import hashlib

import postgast
from google.protobuf import descriptor_pb2, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, EncodeError, Message
from postgast import pg_query_pb2 as pg
from postgast.errors import check_error
from postgast.native import lib

from services.analytics.firewall.refusing import Refused

MAX_BYTES = 256 * 1024
# The parser's tree is as deep as a chain of operators is long, and is written by a function that
# calls itself: 60,000 levels overflow a stack of 8 MB. A level takes two tokens at least.
MAX_TOKENS = 16_384

# Where things stand in the text: all that tells apart two texts of the same meaning.
POSITIONS = {
    "location",
    "name_location",
    "stmt_location",
    "stmt_len",
    "list_start",
    "list_end",
    "rexpr_list_start",
    "rexpr_list_end",
}


def parse(sql: str) -> pg.ParseResult:
    """The tree. Raises Refused where it is no SQL, too long or nested too deeply."""
    _check_size(sql)
    try:
        return postgast.parse(sql)
    except postgast.PgQueryError as error:
        position = characters(sql, error.cursorpos - 1) if error.cursorpos else None
        raise Refused(
            "syntax", f"This is not SQL as PostgreSQL knows it: {error}.", position
        ) from None
    except DecodeError:
        raise Refused("too_deep", "The statement is nested too deeply.") from None


def render(tree: pg.ParseResult, has_positions: bool) -> str:
    """Text that means this tree and nothing else.

    Raises Refused where parsing that text would not give the tree again.
    """
    try:
        sql: str = postgast.deparse(tree)
        again = _without_positions(_parsed(sql))
    except (postgast.PgQueryError, DecodeError, EncodeError):
        raise Refused("unstable", "The statement cannot be written anew.") from None
    if again != _wire_format(tree, has_positions):
        raise Refused("unstable", "The statement does not mean the same when written anew.")
    return sql


def tree_hash(tree: pg.ParseResult, has_positions: bool) -> str:
    """The same for trees that differ in positions alone."""
    return hashlib.sha256(_wire_format(tree, has_positions)).hexdigest()


def _wire_format(tree: Message, has_positions: bool) -> bytes:
    """The tree less where things stand. Taking positions out takes longer than all the rest."""
    data = bytes(tree.SerializeToString(deterministic=True))
    return _without_positions(data) if has_positions else data


def _without_positions(data: bytes) -> bytes:
    bare = _BARE.FromString(data)
    bare.DiscardUnknownFields()
    return bytes(bare.SerializeToString(deterministic=True))


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
    if size > MAX_TOKENS and _tokens(sql) > MAX_TOKENS:
        raise Refused("too_long", f"The statement has more than {MAX_TOKENS:,} words and signs.")


def _tokens(sql: str) -> int:
    try:
        return len(postgast.scan(sql).tokens)
    except postgast.PgQueryError:
        return 0  # the parser stops where the scanner did, and says where


def _parsed(sql: str) -> bytes:
    """As postgast.parse, and not read yet."""
    result = lib.pg_query_parse_protobuf(sql.encode())
    try:
        check_error(result)
        return ctypes.string_at(result.parse_tree.data, result.parse_tree.len)
    finally:
        lib.pg_query_free_protobuf_parse_result(result)


def _bare_class() -> type[Message]:
    """The class of trees whose fields for positions are unknown, and so are dropped in C."""
    file = descriptor_pb2.FileDescriptorProto()
    pg.DESCRIPTOR.CopyToProto(file)
    for message in file.message_type:
        kept = [field for field in message.field if field.name not in POSITIONS]
        del message.field[:]
        message.field.extend(kept)
    pool = DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("pg_query.ParseResult"))


_BARE = _bare_class()
