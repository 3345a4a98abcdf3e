"""The promise: some minutes after a score, nothing of it exists anywhere but with whoever asked."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from contract.access import Purpose
from contract.settings import Settings
from db.access_log import Actor
from db.engine import connect, open_engine
from db.migrate import migrate
from db.seed import seed_clients
from db.tables import ClientRow
from producers.client import ScoreClient
from producers.portfolio.run import PortfolioRequest, run_portfolio
from stack.errors import MissingDependencyError
from stack.local.postgres import start_postgres
from stack.local.scratch import memory_folder
from stack.privacy import search as searching
from stack.privacy.canary import make_canary, needles
from stack.privacy.check import CheckTarget, PrivacyCheck
from stack.privacy.dashboard_visit import canary_in_database
from stack.privacy.lanes import SOURCE, score_canary
from stack.privacy.report import CheckOutcome
from stack.privacy.search import data_folder, database_contains, files_containing
from stack.state import ProcessInfo, StackState
from stack.workers import metrics_url, service_environment
from training.sources import load_dataset

pytestmark = [pytest.mark.broker, pytest.mark.database]

CLIENTS = 2_000


@dataclass(frozen=True)
class Bank:
    """A database of clients on this machine."""

    url: str
    engine: Engine


@pytest.fixture(scope="module")
def bank(log_folder: Path) -> Iterator[Bank]:
    try:
        part = start_postgres(log_folder / "forgetting-postgres.log", 0)
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    migrate(part.address)
    engine = open_engine(part.address)
    dataset = load_dataset("uci-credit-default")
    clients = dataset.frame.head(CLIENTS).to_dict("records")
    seed_clients(engine, dataset.schema, ((f"portfolio-{number}", row) for number, row in enumerate(clients)))
    yield Bank(part.address, engine)
    engine.dispose()
    part.stop()


def search(log_folder: Path) -> list[Path]:
    return [log_folder.parent, memory_folder(), Path(tempfile.gettempdir()), Path(__file__).parents[2] / ".neoscore"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_of_a_score_can_be_found_three_minutes_later(
    broker, config: Settings, bundle, worker, bank, log_folder
):
    if not broker.forgets:
        pytest.skip("Tansu, the only broker here, has no retention: the guarantee does not hold, and services say so")
    mine = config.model_copy(update={"database_url": bank.url, "result_ttl_seconds": 10})
    workers = worker(config, bundle, result_ttl_seconds="10")
    request = PortfolioRequest(Actor("tester", "command_line"), Purpose.COMMAND_LINE_PORTFOLIO)
    run_portfolio(mine, bank.engine, bundle, request)
    part = ProcessInfo("worker 1", workers[0].pid, time.time(), str(log_folder), metrics_url(workers[0]))
    state = StackState(os.getpid(), processes=[part])
    steps = PrivacyCheck(CheckTarget(mine, bundle.schema, bank.engine, search(log_folder), state)).run()
    outcomes = {step.name: step.outcome for step in steps}
    said = {step.name: step.detail for step in steps}
    assert outcomes.pop("dashboard") is CheckOutcome.SKIPPED, "nobody knows one"
    if broker.kind == "docker":  # its files are in the container
        assert outcomes.pop("positive control of the search") is CheckOutcome.SKIPPED
    assert {name: said[name] for name, outcome in outcomes.items() if outcome is not CheckOutcome.PASSED} == {}
    assert outcomes["metrics"] is CheckOutcome.PASSED
    assert len(outcomes) >= 9
    assert workers[0].exit_code is None


@pytest.mark.parametrize("broker", ["tansu"], indirect=True, scope="module")
def test_on_a_broker_that_forgets_nothing_the_promise_is_broken(config, bundle, bank, tmp_path) -> None:
    variables = service_environment(config, NEOSCORE_MODEL=str(bundle.path.absolute()), NEOSCORE_DATABASE_URL=bank.url)
    command = [sys.executable, "-m", "stack.cli", "privacy", "check", "--report", str(tmp_path / "report.md")]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "no retention guarantee" in done.stdout
    assert "privacy check failed" in done.stderr
    assert "**failed**" in (tmp_path / "report.md").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def test_what_was_kept_is_found(config: Settings, bundle, worker, bank: Bank, tmp_path: Path, monkeypatch) -> None:
    worker(config, bundle)
    canary = make_canary(bundle.schema)
    with ScoreClient(config, SOURCE) as client:
        scores = score_canary(client, canary)
    wanted = needles([], scores)
    (tmp_path / "service.log").write_text(f"INFO scored with {scores[0]}")
    assert [path.name for path in files_containing(wanted, [tmp_path])] == ["service.log"]

    values = needles([canary.client_ref], canary.unique_values)
    assert database_contains(bank.engine, values)[0] is False
    with canary_in_database(bank.engine, canary):
        assert database_contains(bank.engine, values) == (True, "pg_dump")
        with monkeypatch.context() as without:
            without.setattr(searching, "_pg_dump", lambda: None)
            assert database_contains(bank.engine, values) == (True, "every row of every table")
        with bank.engine.connect() as connection:
            connection.execute(text("CHECKPOINT"))
        folder = data_folder(bank.engine)
        assert folder is not None
        assert list(files_containing(values, [folder])) != []
    assert database_contains(bank.engine, values)[0] is False
    with connect(bank.engine) as connection:
        assert connection.execute(select(func.count()).select_from(ClientRow)).scalar_one() == CLIENTS
