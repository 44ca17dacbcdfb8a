"""A workbook of one sheet (ECMA-376), written as its rows come.

The archive is written without going back, so that nothing waits in memory or on disk. No cell is a
formula: texts are inline strings, whatever they begin with.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape

from services.analytics.execution.domain import ResultColumn
from services.analytics.execution.values import row_to_json

# Excel's own bounds: characters of a cell, and digits of a number that it keeps.
MOST_CHARACTERS = 32_767
MOST_DIGITS = 15
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
PARTS = {
    "[Content_Types].xml": (
        f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="Result" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
}
# What no XML document may hold.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Spreadsheet:
    """XLSX."""

    content_type = f"{TYPES}.sheet"
    suffix = "xlsx"

    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        self._columns = columns
        self._sink = Sink()
        self._archive = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        self._sheet: IO[bytes] | None = None

    def head(self) -> bytes:
        for name, text in PARTS.items():
            self._archive.writestr(name, text)
        self._sheet = self._archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        begin = f'{XML}<worksheet xmlns="{MAIN}"><sheetData>'
        return self._write(begin + row_of([column.name for column in self._columns]))

    def rows(self, batch: Sequence[Sequence[Any]]) -> bytes:
        return self._write("".join(map(row_of, batch)))

    def tail(self) -> bytes:
        self._write("</sheetData></worksheet>", take=False)
        assert self._sheet
        self._sheet.close()
        self._archive.close()
        return self._sink.taken()

    def _write(self, text: str, *, take: bool = True) -> bytes:
        assert self._sheet
        self._sheet.write(text.encode())
        return self._sink.taken() if take else b""


class Sink(io.RawIOBase):
    """What the archive is written to: nothing stays that was taken."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


def row_of(values: Sequence[Any]) -> str:
    return f"<row>{''.join(map(cell, values))}</row>"


def cell(value: Any) -> str:
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case int() | Decimal() if digits(value) <= MOST_DIGITS:
            return f"<c><v>{value}</v></c>"
        case int() | Decimal():
            return text_cell(format(value, "f" if isinstance(value, Decimal) else "d"))
        case str():
            return text_cell(value)
    return text_cell(row_to_json(value).decode())


def digits(value: int | Decimal) -> int:
    return len(Decimal(value).normalize().as_tuple().digits)


def text_cell(text: str) -> str:
    told = escape(FORBIDDEN.sub("\ufffd", text[:MOST_CHARACTERS]))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{told}</t></is></c>'
