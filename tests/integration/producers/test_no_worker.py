"""Nobody answers: every request ends all the same, and says why."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine

from contract.access import Purpose
from contract.bundle import Bundle
from contract.settings import Settings
from db.access_log import Actor
from db.batches import recent_batches
from db.engine import open_engine
from producers.client import ScoreClient
from producers.errors import ClientClosedError, ResponseTimeoutError, TooManyInFlightError
from producers.portfolio.run import PortfolioOutcome, PortfolioProgress, PortfolioRequest, run_portfolio
from tests.support.access_log import access_log_entries

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


def run(config: Settings, engine: Engine, bundle: Bundle, limit: int, **options: Any) -> PortfolioOutcome:
    request = PortfolioRequest(Actor("tester", "command_line"), Purpose.COMMAND_LINE_PORTFOLIO, limit=limit)
    return run_portfolio(config, engine, bundle, request, **options)


def outcomes(config: Settings, clients_url: str) -> list[str]:
    return [entry.outcome for entry in access_log_entries(clients_url, purpose="command_line_portfolio")]


def test_a_portfolio_run_gives_up_and_ledger_and_access_log_say_so(config: Settings, engine, bundle, clients_url):
    hasty = config.model_copy(update={"request_ttl_seconds": 0.2, "max_blocks_in_flight": 1})
    seen: list[PortfolioProgress] = []
    outcome = run(hasty, engine, bundle, 2_000, on_progress=seen.append)
    summary = outcome.summary
    assert summary.gave_up
    assert not summary.complete
    assert (summary.lost, summary.lost_blocks, summary.answered, outcome.totals) == (1_024, 1, 0, None)
    assert seen == [PortfolioProgress(0, 2_000), PortfolioProgress(1_024, 2_000)]
    entry = recent_batches(engine, 1)[0]
    assert (entry.batch_id, entry.status, entry.scored) == (summary.batch_id, "aborted", 0)
    assert outcomes(config, clients_url)[-2:] == ["started", "failed"]


def test_cancelling_a_portfolio_run_ends_its_entries(config: Settings, engine, bundle, clients_url):
    def cancel(progress: PortfolioProgress) -> None:
        if progress.done:
            raise KeyboardInterrupt

    hasty = config.model_copy(update={"request_ttl_seconds": 0.2})
    with pytest.raises(KeyboardInterrupt):
        run(hasty, engine, bundle, 30, on_progress=cancel)
    assert recent_batches(engine, 1)[0].status == "aborted"
    assert outcomes(config, clients_url)[-2:] == ["started", "aborted"]


def test_a_run_that_waits_in_vain_can_be_cancelled_too(config: Settings, engine, bundle, clients_url):
    cancel, patient = threading.Event(), config.model_copy(update={"request_ttl_seconds": 3600})

    def cancel_soon(_: PortfolioProgress) -> None:
        threading.Timer(0.3, cancel.set).start()

    outcome = run(patient, engine, bundle, 30, on_progress=cancel_soon, cancel=cancel)
    summary = outcome.summary
    assert summary.cancelled
    assert (summary.answered, summary.lost, summary.requested, outcome.totals) == (0, 0, 30, None)
    assert outcomes(config, clients_url)[-2:] == ["started", "aborted"]


def test_the_commands_end_with_their_own_codes(run_command, people):
    one = run_command("score", people[0][0], "--timeout", "0.2")
    assert (one.returncode, one.stdout) == (5, "")
    assert "check that a worker is running" in one.stderr
    stream = run_command("publish", "stream", "--rate", "10", "--duration", "0.5", request_ttl_seconds="0.2")
    assert stream.returncode == 1
    assert "timed out    5" in stream.stdout
    assert "5 of 5 requests got no response" in stream.stderr
    batch = run_command("score-portfolio", "--limit", "25", request_ttl_seconds="0.2")
    assert batch.returncode == 1
    assert "no response for 20 clients (1 blocks)" in batch.stderr
    assert "fewer than 20 clients have a score" in batch.stderr
    assert batch.stdout == ""
    assert "Traceback" not in one.stderr + stream.stderr + batch.stderr
