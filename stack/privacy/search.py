"""Searching for traces of a canary: files, the database, and what workers expose."""

import contextlib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from contract.settings import Settings
from db.engine import connect
from stack.errors import CheckNotPossibleError, MissingDependencyError
from stack.local.postgres import find_postgres
from stack.local.scratch import memory_folder
from stack.probes import fetch

CHUNK_BYTES = 256 * 1024

ZERO_CHUNK = bytes(CHUNK_BYTES)
"""Most of what brokers and databases reserve in advance. Comparing is a hundred times faster than searching."""

MTIME_TOLERANCE_SECONDS = 2.0
"""File systems keep times coarsely; a file this much older than the canary may still have been written after it."""

ROWS = 1_000


def default_search_folders(config: Settings) -> list[Path]:
    """Return the folders of this machine where parts of a stack write: home with logs, memory file system, temporary.

    The local broker's and the local database's data lie in the latter two.
    """
    return _outermost([config.home, memory_folder(), Path(tempfile.gettempdir()), Path("/var/tmp")])  # noqa: S108


def files_containing(needles: Sequence[bytes], folders: Iterable[Path], since: float = 0.0) -> Iterator[Path]:
    """Yield the files that hold one of the needles. Files last changed before `since` (seconds since 1970) cannot."""
    for folder in folders:
        for place, _, names in os.walk(folder):
            for path in (Path(place) / name for name in names):
                with contextlib.suppress(OSError):  # gone meanwhile, or of another user
                    if _changed(path, since) and _contains(path, needles):
                        yield path


def database_contains(engine: Engine, needles: Sequence[bytes]) -> tuple[bool, str]:
    """Return whether the whole database holds one of the needles, and how it was read. Raises DatabaseError."""
    program = _pg_dump()
    if program is not None:
        with _start_pg_dump(program, engine) as dump:
            held = dump.stdout is not None and _any_contains(_chunks(dump.stdout), needles)
        if dump.returncode == 0:
            return held, "pg_dump"
    return _any_contains(_rows(engine), needles), "every row of every table"  # pg_dump is older than the server, say


def _start_pg_dump(program: str, engine: Engine) -> subprocess.Popen[bytes]:
    """Start `pg_dump`. The password goes by its environment: command lines are shown to every user of the machine."""
    address, password = engine.url.set(drivername="postgresql"), engine.url.password
    return subprocess.Popen(
        [program, address._replace(password=None).render_as_string()],
        env=os.environ | {"PGPASSWORD": str(password or "")}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def data_folder(engine: Engine) -> Path | None:
    """Return PostgreSQL's data folder with its write-ahead log, when it is on this machine and may be read."""
    with connect(engine) as connection:
        try:
            folder = Path(str(connection.execute(text("SHOW data_directory")).scalar_one()))
        except DBAPIError:  # only superusers may read it
            return None
    return folder if os.access(folder / "pg_wal", os.R_OK | os.X_OK) else None


def _outermost(folders: Iterable[Path]) -> list[Path]:
    """Return the folders without those that lie in another of them."""
    absolute = {folder.resolve() for folder in folders if folder.exists()}
    return sorted(folder for folder in absolute if not absolute & set(folder.parents))


def _changed(path: Path, since: float) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and max(status.st_mtime, status.st_ctime) >= since - MTIME_TOLERANCE_SECONDS


def _contains(path: Path, needles: Sequence[bytes]) -> bool:
    with path.open("rb") as file:  # not mapped: a file that its owner shortens meanwhile would end this process
        return any(_finds(_chunks(file), needles))


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _any_contains(chunks: Iterable[bytes], needles: Sequence[bytes]) -> bool:
    """Read everything, so that a program that writes it can end, and return whether a needle was in it."""
    return any(list(_finds(chunks, needles)))


def _finds(chunks: Iterable[bytes], needles: Sequence[bytes]) -> Iterator[bool]:
    """Yield for each chunk whether a needle ends in it."""
    overlap, tail = max(map(len, needles), default=1) - 1, b""
    for chunk in chunks:
        content = tail + (chunk[:overlap] if chunk == ZERO_CHUNK else chunk)
        yield any(needle in content for needle in needles)
        tail = content[len(content) - overlap :]


def _rows(engine: Engine) -> Iterator[bytes]:
    listed = text("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
                  "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")  # fmt: skip
    with connect(engine) as connection:
        for table in connection.execute(listed).scalars().all():
            rows = connection.execution_options(stream_results=True, max_row_buffer=ROWS).execute(
                text(f"SELECT t::text FROM {table} t")  # noqa: S608 - quoted by the database itself
            )
            for part in rows.scalars().partitions(ROWS):
                yield "\n".join(part).encode()


def _pg_dump() -> str | None:
    try:
        program = find_postgres() / "bin" / "pg_dump"
    except MissingDependencyError:
        return shutil.which("pg_dump")
    return str(program) if program.exists() else shutil.which("pg_dump")


PAGES = ("/healthz", "/readyz", "/metrics")


def workers_exposing(needles: Sequence[bytes], addresses: Mapping[str, str]) -> list[str]:
    """Return the workers whose pages hold one of the needles. Raises CheckNotPossibleError when one does not answer.

    `addresses`: worker → where it serves its pages.
    """
    found = []
    for worker, address in addresses.items():
        try:
            text = "".join(fetch(address, page)[1] for page in PAGES)
        except (OSError, HTTPException) as error:
            raise CheckNotPossibleError(f"{worker} does not answer at {address} ({type(error).__name__})") from error
        if any(needle in text.encode() for needle in needles):
            found.append(worker)
    return found
