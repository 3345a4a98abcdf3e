"""`neoscore audit` as an auditor runs it, on a log with names that want to be formulas."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from contract.access import AccessOutcome, Purpose
from contract.settings import settings
from db.access_log import AccessEvent, Actor, record_access
from db.access_log_chain import GENESIS, verify_chain, verify_entries
from db.access_log_reader import AccessLogEntry, EntryFilter, newest_entries
from db.engine import begin, open_engine
from db.migrate import migrate
from stack.commands.audit import app

pytestmark = pytest.mark.database


def _view(name: str, client_ref: str) -> AccessEvent:
    return AccessEvent(Actor(name, "advisor"), Purpose.VIEW, AccessOutcome.SHOWN, client_ref)


@pytest.fixture(scope="module")
def url(new_database: Callable[[], str]) -> Iterator[str]:
    url = new_database()
    engine = open_engine(url)
    migrate(engine)
    for number, name in enumerate(("anna", "=HYPERLINK(1)", "bo\nb", "anna", 'é,"x"', "@sum")):
        record_access(engine, _view(name, f"client {number}"))
    yield url
    engine.dispose()


def _audit(url: str, *arguments: str) -> Result:
    settings.cache_clear()
    try:
        return CliRunner().invoke(app, arguments, env={"NEOSCORE_DATABASE_URL": url})
    finally:
        settings.cache_clear()


def test_an_intact_log_has_a_head_which_later_proves_that_nothing_up_to_it_was_removed(url: str) -> None:
    found = _audit(url, "verify")
    assert (found.exit_code, found.stderr) == (0, "")
    head = found.stdout.split()[-1]
    for kept in (head, GENESIS):
        assert _audit(url, "verify", "--head", kept).exit_code == 0
    cut = _audit(url, "verify", "--head", "1" * 64)
    assert (cut.exit_code, cut.stdout) == (1, "")
    assert "entries were removed" in cut.stderr
    assert _audit(url, "verify", "--head", "short").exit_code == 2


def test_a_log_cut_after_a_stored_head_is_detected_by_a_later_stored_head(new_database: Callable[[], str]) -> None:
    url = new_database()
    engine = open_engine(url)
    migrate(engine)
    heads = []
    for _ in range(3):
        record_access(engine, _view("anna", "c1"))
        heads.append(_audit(url, "verify").stdout.split()[-1])
    whole = _audit(url, "verify", *(part for head in heads for part in ("--head", head)))
    assert whole.exit_code == 0
    assert "no entry up to 3 was removed or changed; 0 entries follow it" in whole.stdout
    earlier = _audit(url, "verify", "--head", heads[0])
    assert "no entry up to 1 was removed or changed; 2 entries follow it" in earlier.stdout
    with begin(engine) as connection:
        connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER refuse"))
        connection.execute(text("DELETE FROM access_log WHERE id = 3"))
    engine.dispose()
    assert _audit(url, "verify", "--head", heads[1]).exit_code == 0, "the cut is after it"
    cut = _audit(url, "verify", "--head", heads[1], "--head", heads[2])
    assert (cut.exit_code, cut.stdout) == (1, "")
    assert f"none of 2 entries has the head hash {heads[2][:16]}" in cut.stderr


def test_an_altered_log_is_told_with_the_first_broken_entry(new_database: Callable[[], str]) -> None:
    url = new_database()
    engine = open_engine(url)
    migrate(engine)
    for _ in range(3):
        record_access(engine, _view("anna", "c1"))
    with begin(engine) as connection:
        connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER refuse"))
        connection.execute(text("UPDATE access_log SET role = 'auditor' WHERE id = 2"))
    engine.dispose()
    found = _audit(url, "verify")
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr.startswith("neoscore: hash chain broken at entry 2")


def test_no_cell_of_a_spreadsheet_is_a_formula(url: str, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    assert _audit(url, "export", "--output", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
    rows = list(csv.reader(io.StringIO(file.read_bytes().decode())))
    assert [row[2] for row in rows[1:]] == ["anna", "'=HYPERLINK(1)", "bo\nb", "anna", 'é,"x"', "'@sum"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_the_chain_can_be_computed_from_an_export(url: str) -> None:
    exported = [json.loads(line) for line in _audit(url, "export", "--format", "jsonl").stdout.splitlines()]
    entries = [AccessLogEntry(**line | {"at": datetime.fromisoformat(line["at"])}) for line in exported]
    found = verify_entries(entries)  # type: ignore[arg-type]
    assert (found.intact, found.entries) == (True, 6)
    engine = open_engine(url)
    assert found.head == verify_chain(engine).head
    engine.dispose()


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--actor", "anna"), 2),
        (("--client-ref", "client 1"), 1),
        (("--since", "2020-01-01", "--until", "2021-01-01"), 0),
        (("--since", "2020-01-01T00:00:00Z"), 6),
    ],
)
def test_an_export_can_be_a_part(url: str, options: tuple[str, ...], count: int) -> None:
    found = _audit(url, "export", "--format", "jsonl", *options)
    assert (found.exit_code, len(found.stdout.splitlines())) == (0, count)


def test_an_empty_part_has_its_heading_and_an_unwritable_file_is_a_sentence(url: str, tmp_path: Path) -> None:
    empty = _audit(url, "export", "--actor", "nobody")
    assert (empty.exit_code, len(empty.stdout.splitlines())) == (0, 1)
    refused = _audit(url, "export", "--output", str(tmp_path / "no" / "log.csv"))
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)


@dataclass(frozen=True)
class Case:
    query: EntryFilter
    found: list[int]


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    "case",
    [
        Case(EntryFilter(), [6, 5, 4, 3]),
        Case(EntryFilter(actor="anna"), [4, 1]),
        Case(EntryFilter(purpose="view", outcome="shown", client_ref="client 2"), [3]),
        Case(EntryFilter(purpose="score"), []),
        Case(EntryFilter(role="nobody"), []),
        Case(EntryFilter(until=NOW - timedelta(days=1)), []),
        Case(EntryFilter(since=NOW - timedelta(days=1)), [6, 5, 4, 3]),
    ],
)
def test_the_newest_come_first_a_page_at_a_time(url: str, case: Case) -> None:
    engine = open_engine(url)
    assert [entry.id for entry in newest_entries(engine, case.query, limit=4)] == case.found
    assert [entry.id for entry in newest_entries(engine, EntryFilter(), limit=4, before=3)] == [2, 1]
    engine.dispose()
