"""Crews of workers that tests may hurt, and the ledgers that are shown when the tests are done."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.bundle import Bundle
from contract.settings import Settings
from stack.errors import MissingDependencyError
from stack.local.kafka import check_kafka
from tests.faults.crew import Crew
from tests.faults.lonely import Lonely
from tests.support.delivery_tracker import DeliveryCounts

LEDGER = "ledger"

Enter = Callable[..., DeliveryCounts]


@pytest.fixture(scope="module")  # others on this broker have their own workers, and would get answers of these
def crew(config: Settings, tiny_bundle: Bundle, log_folder: Path) -> Iterator[Crew]:
    """The workers that a module's tests on a shared broker share."""
    crew = Crew(config, tiny_bundle, log_folder)
    yield crew
    crew.dismiss(crew.workers)


@pytest.fixture(scope="module")
def lonely(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lonely]:
    """A broker that a module's tests may end, and its workers."""
    try:
        check_kafka()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    lonely = Lonely(tmp_path_factory.mktemp("lonely"), tiny_bundle)
    yield lonely
    lonely.stop()


@pytest.fixture
def enter(record_property: Callable[[str, object], None]) -> Enter:
    """Return a function that writes counts, and how long recovery took, into the report of the session."""

    def enter(counts: DeliveryCounts, recovery: float | None = None, note: str = "") -> DeliveryCounts:
        recovered = "" if recovery is None else f"; recovered in {recovery:.1f} s"
        record_property(LEDGER, f"{note and note + ': '}{counts}{recovered}")
        return counts

    return enter


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    lines = [
        f"{report.nodeid.rpartition('::')[2]}\n    {line}"
        for report in reports
        if report.when == "call"
        for name, line in report.user_properties
        if name == LEDGER
    ]
    if lines:
        terminalreporter.section("ledger")
        for line in lines:
            terminalreporter.line(line)
