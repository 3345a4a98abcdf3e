"""A portfolio run seen from inside the program: what it counts, what it records, how it is cancelled."""

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, text

from contract.access import Purpose
from contract.bundle import Bundle
from contract.codes import Band
from contract.encoding import RowEncoder
from contract.settings import Settings
from db.access_log import Actor
from db.batches import recent_batches
from db.clients import ClientQuery, RangeCriterion, Selection
from db.engine import open_engine
from producers.errors import ModelChangedError, RunNotRecordedError, TooFewClientsError
from producers.portfolio.run import PortfolioOutcome, PortfolioRequest, run_portfolio
from producers.portfolio.totals import band_rows, segment_rows
from scorer.engine import Engine as ModelEngine
from tests.support.access_log import access_log_entries
from tests.support.tiny_model import write_tiny_bundle

pytestmark = [pytest.mark.broker, pytest.mark.database]

LARGE = ClientQuery(criteria=[RangeCriterion("LIMIT_BAL", minimum=50_000)])


@pytest.fixture
def engine(clients_url: str):
    engine = open_engine(clients_url)
    yield engine
    engine.dispose()


def run(config: Settings, engine: Engine, bundle: Bundle, where: Selection = None, **options: Any) -> PortfolioOutcome:
    request = PortfolioRequest(Actor("tester", "advisor"), Purpose.PORTFOLIO, where, divide_by="SEX")
    return run_portfolio(config, engine, bundle, request, **options)


def test_the_totals_are_those_of_every_client_within_the_margin(scoring: Settings, engine: Engine, bundle, people):
    chosen = [values for _, values in people if values["LIMIT_BAL"] >= 50_000]
    rows = np.concatenate([RowEncoder(bundle.schema).encode(values)[0][None] for values in chosen])
    pds = ModelEngine(bundle).score(rows).probability

    outcome = run(scoring, engine, bundle, LARGE)

    assert outcome.summary.complete
    assert outcome.summary.scored == len(chosen)
    totals = outcome.totals
    assert totals is not None
    threshold, allowed = bundle.metrics.threshold, 2 * totals.margin
    expected = np.bincount((pds >= threshold / 2).astype(int) + (pds >= threshold), minlength=3)
    for row, count in zip(band_rows(totals, threshold), expected.tolist(), strict=True):
        assert row.count == pytest.approx(count, abs=allowed)
    assert totals.mean == pytest.approx(pds.mean(), abs=allowed / len(chosen))
    women = sum(str(values["SEX"]) == "2" for values in chosen)
    assert segment_rows(totals, threshold)[1].count == pytest.approx(women, abs=10)
    assert totals.reasons


def test_two_runs_of_the_same_clients_show_the_same_however_they_are_selected(scoring: Settings, engine, bundle):
    one = run(scoring, engine, bundle, LARGE).totals
    other = run(scoring, engine, bundle, "LIMIT_BAL >= 50000").totals
    assert one is not None
    assert other is not None
    assert np.array_equal(one.counts, other.counts)
    assert np.array_equal(one.means, other.means)


def test_a_run_is_in_the_access_log_with_the_features_that_select_and_divide(
    scoring: Settings, engine, bundle, clients_url
):
    outcome = run(scoring, engine, bundle, "LIMIT_BAL >= 50000 and AGE < 60 or LIMIT_BAL < 20000")
    run_id = outcome.summary.batch_id
    entries = [e for e in access_log_entries(clients_url, actor="tester") if e.request_id == run_id]
    assert [entry.outcome for entry in entries] == ["started", "finished"]
    for entry in entries:
        assert (entry.actor, entry.role, entry.purpose, entry.client_ref) == ("tester", "advisor", "portfolio", "")
        assert list(entry.features) == ["LIMIT_BAL", "AGE", "SEX"]
        assert entry.row_count == round(outcome.summary.requested / 10) * 10
        assert entry.model_digest == bundle.ref.digest


def test_a_handful_is_refused_and_that_is_recorded(scoring: Settings, engine, bundle, people, clients_url):
    with pytest.raises(TooFewClientsError, match="fewer than 20 clients match"):
        run(scoring, engine, bundle, ClientQuery(ref_prefix=people[0][0]))
    entry = access_log_entries(clients_url, purpose="portfolio")[-1]
    assert (entry.outcome, list(entry.features), entry.row_count) == ("too_few", ["client_ref", "SEX"], 0)


def test_a_cancelled_run_stops_and_shows_what_it_counted(scoring: Settings, engine: Engine, bundle, people):
    cancel = threading.Event()
    narrow = scoring.model_copy(update={"max_blocks_in_flight": 1})
    outcome = run(narrow, engine, bundle, on_progress=lambda at: cancel.set() if at.done else None, cancel=cancel)
    summary = outcome.summary
    assert summary.cancelled
    assert not summary.gave_up
    assert summary.answered == summary.scored == 1024
    assert summary.requested == len(people)
    assert outcome.totals is not None
    assert [row.band for row in band_rows(outcome.totals, bundle.metrics.threshold)] == list(Band)
    entry = recent_batches(engine, 1)[0]
    assert (entry.batch_id, entry.status, entry.scored) == (summary.batch_id, "aborted", 1024)


def test_what_cannot_be_recorded_is_not_run(scoring: Settings, engine: Engine, bundle):
    before = recent_batches(engine, 1)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE access_log RENAME TO lost_log"))
    try:
        with pytest.raises(RunNotRecordedError):
            run(scoring, engine, bundle)
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE lost_log RENAME TO access_log"))
    assert recent_batches(engine, 1) == before


def test_another_models_answers_end_the_run(scoring: Settings, engine: Engine, bundle, tmp_path):
    other = write_tiny_bundle(tmp_path)
    outcome = run(scoring, engine, replace(bundle, ref=other.ref))
    assert isinstance(outcome.summary.last_error, ModelChangedError)
    assert (outcome.summary.scored, outcome.totals) == (0, None)
