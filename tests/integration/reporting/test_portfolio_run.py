"""A portfolio run as the dashboard makes it: real database, broker and worker, and totals only."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from contract.bundle import Bundle
from contract.encoding import RowEncoder
from contract.settings import Settings
from db.batches import recent_batches
from db.clients import ClientQuery, RangeCriterion
from reporting.backend.resources import AppResources
from reporting.backend.services import SessionServices
from reporting.pages.portfolio.analysis import band_rows, main_reasons, segment_rows
from reporting.pages.portfolio.run import MAX_CONCURRENT_RUNS, PortfolioResult, PortfolioRun
from reporting.population import MIN_GROUP_SIZE
from reporting.problems import Problem
from reporting.server.users import DEVELOPMENT_USER
from scorer.engine import Engine
from tests.integration.producers.conftest import clients_url, people, scoring  # noqa: F401 - fixtures

pytestmark = [pytest.mark.broker, pytest.mark.database]

WAIT_SECONDS = 90
"""For anything; a run over 2,500 clients takes a second on a free machine."""


@pytest.fixture
def services(scoring: Settings, clients_url: str) -> Iterator[SessionServices]:  # noqa: F811
    shared = AppResources(scoring.model_copy(update={"database_url": clients_url}))
    yield SessionServices(shared, DEVELOPMENT_USER.actor)
    shared.close()


def ended(services: SessionServices, bundle: Bundle, query: ClientQuery | None = None) -> PortfolioResult:
    return PortfolioRun(services, bundle, query or ClientQuery()).outcome.result(WAIT_SECONDS)


@contextmanager
def with_settings(services: SessionServices, **changes: object) -> Iterator[SessionServices]:
    shared = AppResources(services.config.model_copy(update=changes))
    yield SessionServices(shared, DEVELOPMENT_USER.actor)
    shared.close()


def test_the_totals_are_those_of_every_client(services, bundle, people) -> None:  # noqa: F811
    chosen = [values for _, values in people if values["LIMIT_BAL"] >= 50_000]
    rows = np.concatenate([RowEncoder(bundle.schema).encode(values)[0][None] for values in chosen])
    pds = Engine(bundle).score(rows).probability

    outcome = ended(services, bundle, ClientQuery(criteria=[RangeCriterion("LIMIT_BAL", minimum=50_000)]))

    assert (outcome.problem, outcome.cancelled, outcome.lost) == (None, False, 0)
    assert outcome.requested == outcome.answered == outcome.aggregate.scored == len(chosen)
    threshold = bundle.metrics.threshold
    counts = [row.count for row in band_rows(outcome.aggregate, threshold)]
    expected = np.bincount((pds >= threshold / 2).astype(int) + (pds >= threshold), minlength=3)
    assert counts == expected.tolist()
    assert outcome.aggregate.mean == pytest.approx(pds.mean())
    women = [pd for pd, values in zip(pds, chosen, strict=True) if values["SEX"] == "2" or values["SEX"] == 2]
    assert [row.count for row in segment_rows(outcome.aggregate, "SEX", threshold)][1] == len(women)
    assert main_reasons(outcome.aggregate)


def test_the_access_is_recorded_under_the_runs_number(services, bundle) -> None:
    ended(services, bundle, ClientQuery(criteria=[RangeCriterion("LIMIT_BAL", minimum=100_000)]))
    run = recent_batches(services.engine, 1)[0]
    with services.engine.connect() as connection:
        statement = text("SELECT actor, client_ref, purpose, outcome FROM access_log ORDER BY id DESC LIMIT 1")
        assert tuple(connection.execute(statement).one()) == (
            "development",
            f"batch:{run.batch_id}",
            "portfolio",
            "started",
        )
    assert run.status == "finished"


def test_without_a_record_nobody_is_scored(services, bundle, clients_url) -> None:  # noqa: F811
    engine = create_engine(clients_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE access_log RENAME TO lost_log"))
    try:
        outcome = ended(services, bundle)
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE lost_log RENAME TO access_log"))
        engine.dispose()
    assert (outcome.problem, outcome.answered) == (Problem.ACCESS_NOT_RECORDED, 0)


def test_a_few_clients_are_not_a_portfolio(services, bundle, people) -> None:  # noqa: F811
    limits = sorted(values["LIMIT_BAL"] for _, values in people)
    outcome = ended(services, bundle, ClientQuery(criteria=[RangeCriterion("LIMIT_BAL", minimum=limits[-1])]))
    assert 0 < outcome.requested < MIN_GROUP_SIZE
    assert (outcome.answered, outcome.meets_min_group_size, outcome.problem) == (0, False, None)


def test_cancel_stops_at_once_and_keeps_what_was_counted(services, bundle, people) -> None:  # noqa: F811
    run = PortfolioRun(services, bundle, ClientQuery())
    run.cancel()
    outcome = run.outcome.result(WAIT_SECONDS)
    assert run.cancelling
    assert outcome.cancelled
    assert outcome.aggregate.scored < len(people)
    assert recent_batches(services.engine, 1)[0].status == "aborted"


def test_no_broker_no_database_no_worker(services, bundle) -> None:
    with with_settings(services, kafka_bootstrap_servers="127.0.0.1:9") as nowhere:
        assert ended(nowhere, bundle).problem is Problem.BROKER_UNAVAILABLE
    with with_settings(services, database_url="postgresql+psycopg2://neoscore@127.0.0.1:9/neoscore") as away:
        assert ended(away, bundle).problem is Problem.DATABASE_UNAVAILABLE


def test_so_many_runs_and_no_more(services, bundle) -> None:
    runs = [PortfolioRun(services, bundle, ClientQuery()) for _ in range(MAX_CONCURRENT_RUNS + 1)]
    outcomes = [run.outcome.result(WAIT_SECONDS) for run in runs]
    assert [outcome.problem for outcome in outcomes] == [None] * MAX_CONCURRENT_RUNS + [Problem.TOO_BUSY]
