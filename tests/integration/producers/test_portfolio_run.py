"""A portfolio run seen from inside the program: who watches it, and how it is cancelled."""

import threading

import pytest
from sqlalchemy import Engine

from contract.settings import Settings
from db.batches import recent_batches
from db.clients import ClientQuery, RangeCriterion
from db.engine import open_engine
from producers.portfolio_run import score_portfolio
from producers.portfolio_summary import PortfolioSummary

pytestmark = [pytest.mark.broker, pytest.mark.database]


@pytest.fixture
def engine(clients_url: str):
    engine = open_engine(clients_url)
    yield engine
    engine.dispose()


def test_a_watched_run_hands_every_block_on_with_its_answers(scoring: Settings, engine: Engine, bundle, people):
    seen, started = [], []

    def watch(info, sent, answers):
        assert info.features
        assert answers.column("client_ref").equals(sent.column("client_ref"))
        seen.extend(sent.column("client_ref").to_pylist())

    query = ClientQuery(criteria=[RangeCriterion("LIMIT_BAL", minimum=50_000)])
    summary = score_portfolio(
        scoring, engine, bundle.schema, query, on_start=lambda summary: started.append(summary.answered),
        on_block=watch,
    )  # fmt: skip
    assert sorted(seen) == sorted(ref for ref, values in people if values["LIMIT_BAL"] >= 50_000)
    assert started == [0]
    assert summary.complete


def test_a_cancelled_run_stops_and_says_what_it_counted(scoring: Settings, engine: Engine, bundle, people):
    cancel = threading.Event()
    narrow = scoring.model_copy(update={"max_blocks_in_flight": 1})
    summary = score_portfolio(
        narrow, engine, bundle.schema, on_progress=lambda _: cancel.set(), explain=False, cancel=cancel
    )
    assert summary.cancelled
    assert not summary.gave_up
    assert summary.answered == summary.scored == 1024
    assert summary.requested == len(people)
    entry = recent_batches(engine, 1)[0]
    assert (entry.batch_id, entry.status, entry.scored) == (summary.batch_id, "aborted", 1024)


def test_what_cannot_be_recorded_is_not_run(config: Settings, engine: Engine, bundle):
    def refuse(_: PortfolioSummary) -> None:
        raise LookupError("the log is away")

    with pytest.raises(LookupError):
        score_portfolio(config, engine, bundle.schema, limit=10, on_start=refuse)
    entry = recent_batches(engine, 1)[0]
    assert (entry.status, entry.scored) == ("aborted", 0)
