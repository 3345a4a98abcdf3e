"""The ledger of batches and the registry of models."""

import pytest
from sqlalchemy import Engine

from contract.messages import ModelRef
from db.batches import BatchCounts, close_batch, open_batch, recent_batches
from db.errors import BatchError
from db.registry import ModelEventKind, model_events, record_model_event, registered_models

pytestmark = pytest.mark.database


def test_a_run_is_opened_and_closed_once(engine: Engine) -> None:
    open_batch(engine, "run-1", 10)
    running = recent_batches(engine)[0]
    assert (running.batch_id, running.requested, running.status, running.finished_at) == ("run-1", 10, "running", None)
    close_batch(engine, "run-1", BatchCounts(scored=6, rejected=2, expired=1, failed=1))
    done = recent_batches(engine)[0]
    assert (done.scored, done.rejected, done.expired, done.failed, done.status) == (6, 2, 1, 1, "finished")
    assert done.finished_at is not None
    assert done.finished_at >= done.started_at
    with pytest.raises(BatchError, match="run-1"):
        close_batch(engine, "run-1", BatchCounts())
    with pytest.raises(BatchError, match="run-1"):
        open_batch(engine, "run-1", 10)
    with pytest.raises(BatchError, match="run-2"):
        close_batch(engine, "run-2", BatchCounts())


def test_a_run_that_is_broken_off_says_so_and_runs_come_newest_first(engine: Engine) -> None:
    open_batch(engine, "run-3", 10)
    close_batch(engine, "run-3", BatchCounts(scored=3), "aborted", requested=5)
    newest = recent_batches(engine, limit=1)
    assert [(run.batch_id, run.status, run.requested) for run in newest] == [("run-3", "aborted", 5)]


def test_each_event_is_a_row_and_the_version_activated_last_is_active(engine: Engine) -> None:
    first, second = ModelRef("uci", "uci-1", "a" * 64), ModelRef("uci", "uci-2", "b" * 64)
    data = {"data": "loans.csv", "data_digest": "c" * 64, "result": "ROC AUC 0.7815"}
    record_model_event(engine, first, ModelEventKind.TRAINED, "anna", **data)
    record_model_event(engine, first, ModelEventKind.ACTIVATED, "anna")
    record_model_event(engine, second, ModelEventKind.IMPORTED, "ben")
    record_model_event(engine, second, ModelEventKind.ACTIVATED, "ben")
    record_model_event(engine, first, ModelEventKind.TRAINED, "ben", **data)
    record_model_event(engine, first, ModelEventKind.ACTIVATED, "ben")
    models = registered_models(engine)
    assert [(model.version, model.active) for model in models] == [("uci-2", False), ("uci-1", True)]
    assert models[1].digest == first.digest
    assert models[1].made is not None
    assert (models[1].made.kind, models[1].made.actor, models[1].made.data_digest) == ("trained", "anna", "c" * 64)
    events = model_events(engine, "uci-1")
    assert [(event.kind, event.actor) for event in events] == [
        ("trained", "anna"), ("activated", "anna"), ("trained", "ben"), ("activated", "ben"),
    ]  # fmt: skip
    assert len(model_events(engine)) == 6
