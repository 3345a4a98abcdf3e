"""No request is lost, and none is answered twice with different content, whatever happens to workers."""

import os
import signal
import threading

import pytest

from contract.messages import Scored, ScoreResult
from tests.integration.scorer.conftest import StartWorkers
from tests.support.tiny import draw_features
from tests.support.wire import Wire

pytestmark = pytest.mark.broker

FEATURES = draw_features(500, seed=23)


def _content(answer: ScoreResult) -> object:
    assert isinstance(answer, Scored)
    return answer.probability, answer.contributions, answer.reasons, answer.model


def _same_content(answers: list[ScoreResult]) -> bool:
    return all(_content(answer) == _content(answers[0]) for answer in answers)


def test_a_restart_answers_nothing_twice(start: StartWorkers, wire: Wire) -> None:
    [first] = start()
    before = [wire.ask(f, f"r{i}") for i, f in enumerate(FEATURES[:300])]
    wire.answers(before)
    first.stop()
    assert first.exit_code == 0
    between = [wire.ask(f, f"r{i}") for i, f in enumerate(FEATURES[:300])]
    wire.flush()
    start()
    wire.answers(between)
    wire.answers([wire.ask(f, f"r{i}") for i, f in enumerate(FEATURES[:50])])  # every partition has moved on
    results = wire.results
    assert [len(results[request_id]) for request_id in before + between] == [1] * 600


def test_a_stop_under_load_finishes_in_order(start: StartWorkers, wire: Wire) -> None:
    [leaving, _] = start(2)
    asked = [wire.ask(f, f"o{i}") for i, f in enumerate(FEATURES * 4)]
    leaving.stop()
    assert leaving.exit_code == 0
    wire.answers(asked)
    assert all(_same_content(wire.results[request_id]) for request_id in asked)


def test_a_killed_worker_loses_nothing(start: StartWorkers, wire: Wire) -> None:
    [victim, _] = start(2)
    asked: list[str] = []

    def ask_all() -> None:
        for n in range(10):
            asked.extend(wire.ask(f, f"k{n}-{i}") for i, f in enumerate(FEATURES))

    sending = threading.Thread(target=ask_all)
    sending.start()
    wire.read(lambda: len(wire.results) > 1_000)
    os.kill(victim.pid, signal.SIGKILL)
    sending.join()
    wire.answers(asked)
    results = wire.results
    assert len(asked) == 5_000
    assert all(isinstance(results[request_id][0], Scored) for request_id in asked)
    assert all(_same_content(results[request_id]) for request_id in asked)
