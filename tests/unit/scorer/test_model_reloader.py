"""Another model takes over while the worker goes on: between two pieces of work, or not at all."""

import gc
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from contract.active_model import POINTER, activate
from contract.blocks import ResultInfo, decode_result_block
from contract.bundle import FORMAT, Bundle
from contract.messages import DeadLetter, Rejected, Scored, decode_result
from contract.settings import Settings
from scorer.model_reloader import ModelReloader, load_scorers
from scorer.record import OutgoingRecord
from scorer.request_handler import ScoreRequestHandler
from scorer.scoring_executor import ScoringExecutor
from tests.support.records import block_batch, block_record, raw_record, request_record
from tests.support.tiny_model import draw_features, write_tiny_bundle

FEATURES = draw_features(300, seed=6)


class Worker:
    """What a worker has in hand, without Kafka, and two bundles of which the first one is active."""

    def __init__(self, home: Path, trees: tuple[int, int] = (40, 20)) -> None:
        self.folder = home / "models"
        self.old, self.new = (write_tiny_bundle(home, count) for count in trees)
        activate(self.folder, self.old.ref.version)
        self.handler = ScoreRequestHandler(*load_scorers(Settings(home=home), self.old.path))
        self.swap = ModelReloader(Settings(home=home), ScoringExecutor(), self.handler, self.old.path)

    def ask(self, features: Any = None) -> Any:
        [outgoing] = self.handler.handle_requests([request_record(features, at=datetime.now(UTC))])
        return decode_result(outgoing.value)

    async def change_to(self, bundle: Bundle) -> None:
        activate(self.folder, bundle.ref.version)
        await self.swap.check()


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    return Worker(tmp_path)


async def test_the_active_model_takes_over(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    before = worker.ask(FEATURES[0])
    await worker.swap.check()
    assert worker.handler.model == worker.old.ref == before.model
    await worker.change_to(worker.new)
    after = worker.ask(FEATURES[0])
    assert after.model == worker.new.ref
    assert after.probability != before.probability
    assert not after.cached
    await worker.change_to(worker.old)
    assert worker.ask(FEATURES[0]).probability == before.probability
    assert caplog.text == ""  # nothing to warn of


async def test_a_recall_does_not_find_what_another_model_scored(worker: Worker) -> None:
    worker.ask(FEATURES[0])
    assert isinstance(worker.ask(), Scored)
    await worker.change_to(worker.new)
    assert isinstance(worker.ask(), Rejected)
    await worker.change_to(worker.old)
    assert isinstance(worker.ask(), Rejected)


def finish(steps: Iterator[None]) -> tuple[ResultInfo, list[dict[str, Any]]]:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            info, batch = decode_result_block(end.value.value)
            return info, batch.to_pylist()


async def test_a_block_is_finished_by_the_model_it_began_with(worker: Worker) -> None:
    now = datetime.now(UTC)
    block = block_record(block_batch(FEATURES), expires_at=now + timedelta(minutes=1), at=now)
    whole, expected = finish(worker.handler.handle_block(block))
    begun = worker.handler.handle_block(block)
    waiting = worker.handler.handle_block(block)
    next(begun), next(begun)
    await worker.change_to(worker.new)
    info, rows = finish(begun)
    assert info.model == whole.model == worker.old.ref
    assert rows == expected
    assert finish(waiting)[0].model == worker.new.ref


async def test_what_cannot_be_sent_is_answered_under_the_model_that_made_it(worker: Worker) -> None:
    now = datetime.now(UTC)
    steps = worker.handler.handle_block(
        block_record(block_batch(FEATURES[:2]), expires_at=now + timedelta(minutes=1), at=now)
    )
    try:
        while True:
            next(steps)
    except StopIteration as end:
        outgoing: OutgoingRecord = end.value
    await worker.change_to(worker.new)
    assert outgoing.fallback is not None
    assert decode_result_block(outgoing.fallback().value)[0].model == worker.old.ref


async def test_dead_letters_of_one_key_look_alike_whichever_model_serves(worker: Worker) -> None:
    def hash_of() -> str:
        [outgoing] = worker.handler.handle_requests([raw_record(b"{", key=b"\xff", at=datetime.now(UTC))])
        return msgspec.json.decode(outgoing.value, type=DeadLetter).key_hash

    before = hash_of()
    await worker.change_to(worker.new)
    assert hash_of() == before


def alter(bundle: Bundle) -> None:
    model = bundle.path / "model.ubj"
    model.write_bytes(model.read_bytes()[:-1] + b"!")


def rewrite_format(bundle: Bundle) -> None:
    manifest = bundle.path / "MANIFEST.json"
    manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 1'))


def empty(bundle: Bundle) -> None:
    for file in bundle.path.iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("spoil", "said"), [(alter, "was altered"), (rewrite_format, "format 1"), (empty, "no model bundle here")]
)
async def test_a_broken_bundle_is_refused_once_and_the_old_one_goes_on(
    worker: Worker, caplog: pytest.LogCaptureFixture, spoil: Any, said: str
) -> None:
    spoil(worker.new)
    point(worker, worker.new.ref.version)
    await worker.swap.check()
    await worker.swap.check()
    [line] = caplog.messages
    assert said in line
    assert f"still serving {worker.old.ref.version}" in line
    assert worker.ask(FEATURES[0]).model == worker.old.ref


@pytest.mark.parametrize("content", ["", "..", "../elsewhere", "/", "a\0b", "gone-123", "\ud800"])
async def test_a_pointer_that_names_no_version_changes_nothing(
    worker: Worker, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    point(worker, content)
    await worker.swap.check()
    assert len(caplog.messages) == 1
    assert worker.ask(FEATURES[0]).model == worker.old.ref


async def test_a_bundle_that_was_mended_is_taken_when_it_is_activated_again(worker: Worker) -> None:
    card = worker.new.path / "card.md"
    content = card.read_bytes()
    card.write_bytes(b"altered")
    point(worker, worker.new.ref.version)
    await worker.swap.check()
    assert worker.handler.model == worker.old.ref
    card.write_bytes(content)
    await worker.change_to(worker.new)
    assert worker.handler.model == worker.new.ref


def point(worker: Worker, content: str) -> None:
    """Activate by hand, past the check that `activate` does."""
    (worker.folder / POINTER).write_bytes(content.encode(errors="surrogatepass"))


async def test_old_models_leave_memory(tmp_path: Path) -> None:
    worker = Worker(tmp_path, trees=(150, 149))
    sizes, scorers = [], []
    for turn in range(16):
        worker.ask(FEATURES[turn])
        scorers.append(weakref.ref(worker.handler._requests._engine))
        await worker.change_to((worker.new, worker.old)[turn % 2])
        gc.collect()
        sizes.append(psutil.Process().memory_info().rss)
    assert [scorer() for scorer in scorers] == [None] * len(scorers)
    grown = sizes[-1] - sizes[5]
    assert grown < 10 * 2**20, f"ten swaps of a model of some 4 MB left {grown / 2**20:.0f} MB"
