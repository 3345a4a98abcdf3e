"""Tables from files and databases: finds out what a source is, and reads it."""

import gzip
import mmap
import zlib
from pathlib import Path

from tabular.csv_file import read_csv
from tabular.errors import TableError
from tabular.file_kinds import HEAD_BYTES, FileKind, check_kind
from tabular.parquet_file import read_parquet
from tabular.postgres import SCHEMES, parse_address, read_postgres
from tabular.table import Table
from tabular.workbook import read_workbook


def read_table(source: str | Path, *, sheet: str | None = None) -> Table:
    """Read a file, the named sheet of a workbook, or a table of PostgreSQL by its address.

    Raises TableError: what is wrong, where, and what to do.
    """
    table = read_postgres(parse_address(str(source))) if is_address(source) else _read_file(Path(source), sheet)
    if not table.rows:
        raise TableError(f"{source_name(source)}: the table has no rows")
    return table


def is_address(source: str | Path) -> bool:
    """Return whether a source is the address of a database table, and not the path of a file."""
    return str(source).startswith(SCHEMES)


def names_workbook(source: str | Path) -> bool:
    """Return whether a source is, by its name, a file with sheets."""
    return not is_address(source) and Path(source).suffix.lower() == ".xlsx"


def source_name(source: str | Path) -> str:
    """Return the name of a file without its folder, or of a database table without where it is and who reads it."""
    return parse_address(str(source)).name if is_address(source) else Path(source).name


def _read_file(path: Path, sheet: str | None) -> Table:
    content, name = _content(path), path.name
    kind = check_kind(name, bytes(content[:HEAD_BYTES]))
    if kind is FileKind.GZIP:
        content = _unpack(content, name)
        kind = check_kind(name[: -len(".gz")], bytes(content[:HEAD_BYTES]))
    if sheet is not None and kind is not FileKind.WORKBOOK:
        raise TableError(f"{name}: only an .xlsx workbook has sheets")
    if kind is FileKind.WORKBOOK:
        return read_workbook(content, name, sheet)
    return (read_parquet if kind is FileKind.PARQUET else read_csv)(content, name)


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
