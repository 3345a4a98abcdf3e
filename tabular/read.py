"""Tables from files: finds out what a file is, and reads it."""

import gzip
import mmap
import zlib
from pathlib import Path

from tabular.csv_file import read_csv
from tabular.errors import TableError
from tabular.file_kinds import HEAD_BYTES, FileKind, check_kind
from tabular.parquet_file import read_parquet
from tabular.table import Table
from tabular.workbook import read_workbook


def read_table(source: str | Path, *, sheet: str | None = None) -> Table:
    """Read a file, or the named sheet of a workbook. Raises TableError: what is wrong, where, and what to do."""
    path = Path(source)
    content, name = _content(path), path.name
    kind = check_kind(name, bytes(content[:HEAD_BYTES]))
    if kind is FileKind.GZIP:
        content = _unpack(content, name)
        kind = check_kind(name[: -len(".gz")], bytes(content[:HEAD_BYTES]))
    if sheet is not None and kind is not FileKind.WORKBOOK:
        raise TableError(f"{name}: only an .xlsx workbook has sheets")
    if kind is FileKind.WORKBOOK:
        table = read_workbook(content, name, sheet)
    else:
        table = (read_parquet if kind is FileKind.PARQUET else read_csv)(content, name)
    if not table.rows:
        raise TableError(f"{name}: the table has no rows")
    return table


def _content(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file") from None
    except ValueError:
        raise TableError(f"{path}: the file is empty") from None
    except OSError as error:
        raise TableError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None


def _unpack(content: memoryview, name: str) -> memoryview:
    try:
        return memoryview(gzip.decompress(content))
    except (OSError, EOFError, zlib.error):
        raise TableError(f"{name}: the packed file is damaged or incomplete") from None
