"""Nobody answers: every request ends all the same, and says why."""

import threading

import pytest

from contract.settings import Settings
from db.batches import recent_batches
from db.engine import open_engine
from producers.client import ScoreClient
from producers.errors import ClientClosedError, ResponseTimeoutError, TooManyInFlightError
from producers.portfolio_run import PortfolioProgress, score_portfolio
from producers.portfolio_summary import PortfolioSummary

pytestmark = pytest.mark.broker


@pytest.fixture
def engine(clients_url: str):
    engine = open_engine(clients_url)
    yield engine
    engine.dispose()


def test_the_deadline_ends_a_request(config: Settings):
    with ScoreClient(config, "/test") as client:
        with pytest.raises(ResponseTimeoutError, match="check that a worker is running"):
            client.score("someone", {}, timeout=0.2)
        assert client.in_flight == 0


def test_too_many_unanswered_requests_are_refused(config: Settings):
    narrow = config.model_copy(update={"max_requests_in_flight": 2, "submit_timeout_seconds": 0})
    with ScoreClient(narrow, "/test") as client:
        pending = [client.submit("someone", {}) for _ in range(2)]
        with pytest.raises(TooManyInFlightError):
            client.submit("someone", {})
    assert all(isinstance(future.exception(), ClientClosedError) for future in pending)


def test_a_closed_client_takes_nothing(config: Settings):
    client = ScoreClient(config, "/test")
    client.close()
    client.close()
    with pytest.raises(ClientClosedError):
        client.submit("someone", {})


def test_a_portfolio_run_gives_up_and_the_ledger_says_so(config: Settings, engine, bundle):
    hasty = config.model_copy(update={"request_ttl_seconds": 0.2, "max_blocks_in_flight": 1})
    seen: list[PortfolioProgress] = []
    summary = score_portfolio(hasty, engine, bundle.schema, limit=2_000, on_progress=seen.append)
    assert summary.gave_up
    assert not summary.complete
    assert (summary.lost, summary.lost_blocks, summary.answered) == (1_024, 1, 0)
    assert seen == [PortfolioProgress(1_024, 2_000)]
    entry = recent_batches(engine, 1)[0]
    assert (entry.batch_id, entry.status, entry.scored) == (summary.batch_id, "aborted", 0)


def test_cancelling_a_portfolio_run_closes_its_ledger_entry(config: Settings, engine, bundle):
    def cancel(_: PortfolioProgress) -> None:
        raise KeyboardInterrupt

    hasty = config.model_copy(update={"request_ttl_seconds": 0.2})
    with pytest.raises(KeyboardInterrupt):
        score_portfolio(hasty, engine, bundle.schema, limit=10, on_progress=cancel)
    assert recent_batches(engine, 1)[0].status == "aborted"


def test_a_run_that_waits_in_vain_can_be_cancelled_too(config: Settings, engine, bundle):
    cancel, patient = threading.Event(), config.model_copy(update={"request_ttl_seconds": 3600})

    def cancel_soon(_: PortfolioSummary) -> None:
        threading.Timer(0.3, cancel.set).start()

    summary = score_portfolio(patient, engine, bundle.schema, limit=10, on_start=cancel_soon, cancel=cancel)
    assert summary.cancelled
    assert (summary.answered, summary.lost, summary.requested) == (0, 0, 10)


def test_the_commands_end_with_their_own_codes(run_command, people):
    one = run_command("score", people[0][0], "--timeout", "0.2")
    assert (one.returncode, one.stdout) == (5, "")
    assert "check that a worker is running" in one.stderr
    stream = run_command("publish", "stream", "--rate", "10", "--duration", "0.5", request_ttl_seconds="0.2")
    assert stream.returncode == 1
    assert "timed out    5" in stream.stdout
    assert "5 of 5 requests got no response" in stream.stderr
    batch = run_command("score-portfolio", "--limit", "5", request_ttl_seconds="0.2")
    assert batch.returncode == 1
    assert "no response for 5 clients (1 blocks)" in batch.stderr
    assert "Traceback" not in one.stderr + stream.stderr + batch.stderr
