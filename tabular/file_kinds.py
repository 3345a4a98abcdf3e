"""What a file is, by its name and by its first bytes."""

import re
from codecs import BOM_UTF8
from enum import StrEnum

from tabular.errors import TableError


class FileKind(StrEnum):
    """A kind of file that can be read."""

    CSV = "a CSV text"
    PARQUET = "a Parquet file"
    WORKBOOK = "an .xlsx workbook"
    GZIP = "a file packed by gzip"


HEAD_BYTES = 4096
"""What `check_kind` needs of a file."""

_ENDINGS = {
    ".csv": FileKind.CSV,
    ".tsv": FileKind.CSV,
    ".txt": FileKind.CSV,
    ".parquet": FileKind.PARQUET,
    ".xlsx": FileKind.WORKBOOK,
    ".gz": FileKind.GZIP,
}

_SIGNATURES = (
    (rb"PAR1", FileKind.PARQUET),
    (rb"\x1f\x8b", FileKind.GZIP),
    (rb"PK\x03\x04.*?(xl/|\[Content_Types\]\.xml)", FileKind.WORKBOOK),
    (rb"PK(\x03\x04|\x05\x06)", "a zip archive: unpack it, and name a file of it"),
    (rb"(BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!)", "a packed file: unpack it first, or pack it by gzip"),
    (rb"\xd0\xcf\x11\xe0", "an old .xls workbook, or one with a password: save it as .xlsx without a password"),
    (rb"%PDF", "a PDF: save the table that it shows as .xlsx or CSV"),
    (
        rb"\s*<(!doctype html|html|head|meta|table|body)",
        "an HTML page, as some systems export tables: open it in a spreadsheet, and save it as .xlsx or CSV",
    ),
    (rb"\s*<\?xml", "an XML file: open it in a spreadsheet, and save it as .xlsx or CSV"),
    (rb"\s*(\{\s*\"|\[\s*[\[{])", "a JSON file: save the table as CSV or Parquet"),
    (rb"(ARROW1|FEA1)", "an Arrow file: save the table as Parquet"),
    (rb"SQLite format 3", "an SQLite database: export the table as CSV"),
    (rb"\{\\rtf", "a text document: save its table as CSV"),
    (rb"(\x89PNG|\xff\xd8\xff|GIF8)", "an image: expected a table"),
)
"""First bytes → what the file is, or what it is and what to do instead."""  # fmt: skip


def check_kind(name: str, head: bytes) -> FileKind:
    """Return what a file is. Raises TableError if it cannot be read, or is not what its name says."""
    head = head.removeprefix(BOM_UTF8)
    signed = (kind for pattern, kind in _SIGNATURES if re.match(pattern, head, re.IGNORECASE | re.DOTALL))
    found = next(signed, FileKind.CSV)
    if not isinstance(found, FileKind):
        raise TableError(f"{name}: this is {found}")
    named = next((kind for ending, kind in _ENDINGS.items() if name.lower().endswith(ending)), None)
    if named is None:
        raise TableError(f"{name}: expected a file named {', '.join(_ENDINGS)}; this one seems to be {found}")
    if named is not found:
        if found is FileKind.CSV:
            raise TableError(f"{name}: not {named}, as its name says")
        raise TableError(f"{name}: this is {found}, and not {named}: give it the right ending")
    return named
