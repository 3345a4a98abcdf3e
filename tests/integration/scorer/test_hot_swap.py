"""Another model becomes active under load: no request is lost, and each answer is wholly its model's."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.active_model import POINTER, activate
from contract.blocks import BlockInfo, decode_result_block
from contract.bundle import Bundle
from contract.ids import new_request_id
from contract.messages import ModelRef, Rejected, Scored
from contract.settings import Settings
from contract.topics import BATCH_RESPONSES
from scorer.engine import Engine
from stack.local.process import ChildProcess
from stack.workers import service_environment, start_worker, wait_until_serving
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.records import block_batch
from tests.support.tiny_model import draw_features, draw_rows, write_tiny_bundle
from tests.support.waiting import WAIT_SECONDS

pytestmark = pytest.mark.broker

FEATURES = draw_features(500, seed=31)
PAUSE_SECONDS = 0.005
"""Between two requests of the load: steady, and far below what a worker can do."""


@dataclass
class Served:
    """A worker that follows the active model, and the two models that take turns."""

    folder: Path
    bundles: list[Bundle]
    log: Path
    child: ChildProcess

    def change_to(self, bundle: Bundle) -> None:
        """Activate and wait until the worker has taken it over."""
        before = self.said("now serving model")
        activate(self.folder, bundle.ref.version)
        self.wait_until_said("now serving model", before + 1)

    def said(self, words: str) -> int:
        return self.log.read_text().count(words)

    def wait_until_said(self, words: str, times: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while self.said(words) < times:
            assert self.child.exit_code is None
            assert time.monotonic() < deadline, f"the worker did not say: {words}"
            time.sleep(0.05)


@pytest.fixture
def served(config: Settings, tmp_path: Path) -> Iterator[Served]:
    bundles = [write_tiny_bundle(tmp_path, trees) for trees in (40, 25)]
    activate(tmp_path / "models", bundles[0].ref.version)
    log = tmp_path / "worker.log"
    own = {"NEOSCORE_HOME": str(tmp_path)}
    worker = start_worker(0, log, service_environment(config, **own))
    try:
        wait_until_serving(config, [worker])
        yield Served(tmp_path / "models", bundles, log, worker)
    finally:
        worker.stop()
    assert worker.exit_code == 0


class Load:
    """Single requests and blocks at a steady rate, in a thread."""

    def __init__(self, wire: RawKafkaClient) -> None:
        self.asked: dict[str, int] = {}
        """Request id → row of FEATURES."""
        self.blocks: list[str] = []
        self._wire = wire
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        batch, number = block_batch(FEATURES), 0
        while not self._over.wait(PAUSE_SECONDS):
            row = number % len(FEATURES)
            self.asked[self._wire.send_request(FEATURES[row], f"swap-{number}")] = row
            if number % 50 == 0:
                self.blocks.append(new_request_id())
                expires_at = datetime.now(UTC) + timedelta(minutes=2)
                self._wire.send_block(batch, BlockInfo("swap", self.blocks[-1], True, expires_at))
            number += 1


def test_back_and_forth_under_load(served: Served, wire: RawKafkaClient) -> None:
    with Load(wire) as load:
        for turn in range(1, 5):
            served.change_to(served.bundles[turn % 2])
    answers = dict(zip(load.asked, wire.wait_for_results(load.asked), strict=True))
    assert all(len(wire.results[request_id]) == 1 for request_id in load.asked)

    rows = draw_rows(len(FEATURES), seed=31)
    expected = {bundle.ref: Engine(bundle).score(rows) for bundle in served.bundles}
    names = served.bundles[0].schema.model_feature_names
    for request_id, answer in answers.items():
        assert isinstance(answer, Scored)
        scores, row = expected[answer.model], load.asked[request_id]
        assert answer.probability == scores.probability[row]
        parts = {part.feature: part.log_odds for part in answer.contributions}
        assert [parts[name] for name in names] == scores.contributions[row].tolist()
    assert {answer.model for answer in answers.values() if isinstance(answer, Scored)} == set(expected)

    for block_id in load.blocks:
        info, told = wire.wait_for_block(block_id)
        assert [row["probability"] for row in told] == expected[info.model].probability.tolist()
    ids = [decode_result_block(record.value)[0].block_id for record in wire.records[BATCH_RESPONSES]]
    assert all(ids.count(block_id) == 1 for block_id in load.blocks)


def test_a_broken_model_is_refused_and_the_old_one_goes_on(
    served: Served, wire: RawKafkaClient, tmp_path: Path
) -> None:
    old, new = served.bundles
    broken = write_tiny_bundle(tmp_path, 30)
    (broken.path / "model.ubj").write_bytes(b"altered")
    with Load(wire) as load:
        (served.folder / POINTER).write_text(broken.ref.version)  # `activate` would not take it
        served.wait_until_said("could not load the active model", 1)
        asked = wire.send_request(FEATURES[0], "after-the-refusal")
        assert wire.wait_for_result(asked).model == old.ref
        served.change_to(new)
    assert all(isinstance(answer, Scored) for answer in wire.wait_for_results(load.asked))
    assert served.said("could not load the active model") == 1


def test_a_recall_never_returns_another_models_score(served: Served, wire: RawKafkaClient) -> None:
    wire.wait_for_result(wire.send_request(FEATURES[0], "recalled-later"))
    assert isinstance(wire.wait_for_result(wire.send_request(client_ref="recalled-later")), Scored)
    served.change_to(served.bundles[1])
    assert isinstance(wire.wait_for_result(wire.send_request(client_ref="recalled-later")), Rejected)


def test_a_worker_with_a_model_of_its_own_keeps_it(config: Settings, served: Served, wire: RawKafkaClient) -> None:
    old, new = served.bundles
    log = served.log.with_name("pinned.log")
    home = str(served.folder.parent)
    own = {"NEOSCORE_HOME": home, "NEOSCORE_MODEL": str(old.path)}
    pinned = start_worker(1, log, service_environment(config, **own))
    try:
        served.change_to(new)
        answering: set[ModelRef] = set()
        deadline = time.monotonic() + WAIT_SECONDS
        while answering != {old.ref, new.ref}:  # until both workers have partitions
            assert time.monotonic() < deadline, "one of the two models does not answer"
            for bundle in (old, new):  # the pinned one has had as many looks by then
                served.change_to(bundle)
            asked = wire.wait_for_results([wire.send_request(FEATURES[0], f"either-{number}") for number in range(60)])
            answering = {answer.model for answer in asked if isinstance(answer, Scored)}
    finally:
        pinned.stop()
    assert "now serving model" not in log.read_text()
