"""Clients to score, a database that holds them, workers that a module shares, and the commands."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import create_engine, make_url, text

from contract.bundle import Bundle
from contract.settings import Settings
from db.engine import open_engine
from db.migrate import migrate
from db.seed import seed_clients
from stack.workers import service_environment
from tests.support.workers import running_worker

PEOPLE = 2_500
"""Two full blocks and a part of one."""

Person: TypeAlias = tuple[str, dict[str, Any]]
RunCommand: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def people() -> list[Person]:
    """Pseudonyms and all published values of the first clients of the UCI data."""
    from training.sources import load_dataset

    dataset = load_dataset("uci-credit-default")
    rows = dataset.frame.head(PEOPLE).to_dict("records")
    return [(f"person-{number:05}", row) for number, row in enumerate(rows)]


@pytest.fixture(scope="session")
def clients_url(database_url: str, bundle: Bundle, people: list[Person]) -> Iterator[str]:
    """Address of a database that holds `people`."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
    engine = open_engine(url)
    migrate(engine)
    seed_clients(engine, bundle.schema, people)
    engine.dispose()
    yield url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="module")
def scoring(config: Settings, bundle: Bundle, log_folder: Path) -> Iterator[Settings]:
    """The settings, while a worker answers."""
    with running_worker(config, bundle, log_folder / f"worker-{uuid.uuid4().hex[:8]}.log"):
        yield config


@pytest.fixture
def run_command(config: Settings, bundle: Bundle, clients_url: str) -> RunCommand:
    """Return a function that runs `neoscore` with these arguments to its end."""

    def run(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        variables = service_environment(
            config,
            NEOSCORE_MODEL=str(bundle.path.absolute()),
            NEOSCORE_DATABASE_URL=clients_url,
            COLUMNS="80",
            **{f"NEOSCORE_{name.upper()}": value for name, value in settings.items()},
        )
        command = [sys.executable, "-m", "stack.cli", *arguments]
        return subprocess.run(
            command, input=stdin, env=variables, capture_output=True, text=True, timeout=120, check=False
        )

    return run
