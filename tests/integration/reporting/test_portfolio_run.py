"""A portfolio run as the dashboard makes it: real database, broker and worker, and totals only."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text

from contract.bundle import Bundle
from contract.settings import Settings
from db.batches import recent_batches
from db.clients import ClientQuery, RangeCriterion
from reporting.backend.resources import AppResources
from reporting.backend.services import SessionServices
from reporting.pages.portfolio.run import MAX_CONCURRENT_RUNS, PortfolioResult, PortfolioRun
from reporting.problems import Problem
from reporting.server.users import DEVELOPMENT_USER
from tests.integration.producers.conftest import clients_url, people, scoring  # noqa: F401 - fixtures
from tests.support.access_log import access_log_entries

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


def test_the_totals_and_the_chosen_segments_are_shown(services, bundle, people) -> None:  # noqa: F811
    chosen = [values for _, values in people if values["LIMIT_BAL"] >= 50_000]
    query = ClientQuery(criteria=[RangeCriterion("LIMIT_BAL", minimum=50_000)])
    run = PortfolioRun(services, bundle, query, "SEX")
    outcome = run.outcome.result(WAIT_SECONDS)

    assert (outcome.problem, outcome.cancelled, outcome.summary.lost) == (None, False, 0)
    assert outcome.summary.requested == outcome.summary.answered == outcome.summary.scored == len(chosen)
    assert run.progress.done == run.progress.total == len(chosen)
    assert outcome.totals is not None
    assert outcome.totals.segments is not None
    assert outcome.totals.segments.segmentation.feature.name == "SEX"


def test_the_access_is_recorded_in_the_persons_name(services, bundle) -> None:
    ended(services, bundle, ClientQuery(criteria=[RangeCriterion("LIMIT_BAL", minimum=100_000)]))
    run = recent_batches(services.engine, 1)[0]
    entries = access_log_entries(services.config.database_url, purpose="portfolio")[-2:]
    assert [(entry.actor, entry.request_id, entry.outcome, list(entry.features)) for entry in entries] == [
        ("development", run.batch_id, "started", ["LIMIT_BAL"]),
        ("development", run.batch_id, "finished", ["LIMIT_BAL"]),
    ]
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
    assert (outcome.problem, outcome.totals) == (Problem.ACCESS_NOT_RECORDED, None)


def test_a_few_clients_are_not_a_portfolio(services, bundle, people) -> None:  # noqa: F811
    limits = sorted(values["LIMIT_BAL"] for _, values in people)
    outcome = ended(services, bundle, ClientQuery(criteria=[RangeCriterion("LIMIT_BAL", minimum=limits[-1])]))
    assert (outcome.totals, outcome.problem) == (None, None)


def test_cancel_stops_at_once_and_keeps_what_was_counted(services, bundle, people) -> None:  # noqa: F811
    run = PortfolioRun(services, bundle, ClientQuery())
    run.cancel()
    outcome = run.outcome.result(WAIT_SECONDS)
    assert run.cancelling
    assert outcome.cancelled
    assert outcome.summary.scored < len(people)
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
