"""Sealed payloads on a real broker: everything works as without, and whoever reads the topics reads nothing."""

import itertools
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from kafka import TopicPartition

from contract.blocks import BlockInfo
from contract.bundle import Bundle
from contract.codes import ErrorCode, Kem
from contract.headers import get_header
from contract.ids import new_request_id
from contract.messages import ErrorInfo, Rejected, Scored, encode
from contract.seal.envelope import REFUSAL_MAC_HEADER
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, BATCH_RESPONSES, REQUESTS, RESPONSES, SEALING_KEYS
from producers.block_client import BlockClient
from producers.broker import open_consumer
from producers.client import ScoreClient
from producers.errors import RequestRejectedError, ResponseTimeoutError
from stack.local.process import ChildProcess
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.records import block_batch
from tests.support.tiny_model import SCHEMA, draw_features
from tests.support.waiting import wait_until

pytestmark = pytest.mark.broker

KEY = "a seal key of the test, at least 32 bytes"
QUIET_MS = 600
"""Records that are there come within milliseconds; announcements come once a second."""
FEATURES = draw_features(300, seed=11)
TRACE = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
MODEL_FEATURES = SCHEMA.model_feature_names
_clients = itertools.count()


@dataclass(frozen=True)
class Installation:
    """One that seals, with one worker in it."""

    config: Settings
    worker: ChildProcess
    start_worker: Callable[..., list[ChildProcess]]


@pytest.fixture
def sealed(config: Settings, worker: Callable[..., list[ChildProcess]], tiny_bundle: Bundle) -> Installation:
    # Short windows, so that keys rotate.
    more = {"seal_key": KEY, "seal_key_rotation_seconds": "8"}
    sealing = Settings(**{**config.model_dump(exclude_unset=True), **more})
    [first] = worker(sealing, tiny_bundle, **more)
    return Installation(sealing, first, lambda **others: worker(sealing, tiny_bundle, **more, **others))


@pytest.fixture
def wire(config: Settings) -> Iterator[RawKafkaClient]:
    wire = RawKafkaClient(config)
    yield wire
    wire.close()


def client_ref() -> str:
    return f"sealed-canary-{next(_clients)}-{new_request_id()}"


def block(size: int) -> pa.RecordBatch:
    refs = [client_ref() for _ in range(size)]
    rows = [{name: row.get(name) for name in MODEL_FEATURES} for row in FEATURES[:size]]
    for row in rows:
        row["home"] = None if row["home"] is None else str(row["home"])
    return pa.RecordBatch.from_pylist([{"client_ref": ref, **row} for ref, row in zip(refs, rows, strict=True)])


def records_of(config: Settings, *topics: str) -> list[Any]:
    """Every record that the topics hold."""
    consumer = open_consumer(config)
    partitions = [
        TopicPartition(topic, n) for topic in map(config.topic, topics) for n in consumer.partitions_for_topic(topic)
    ]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    found: list[Any] = []
    while records := consumer.poll(timeout_ms=QUIET_MS):
        found += itertools.chain.from_iterable(records.values())
    consumer.close()
    return found


def test_scores_recalls_and_blocks_without_a_readable_byte(sealed: Installation) -> None:
    ref, began = client_ref(), 1000 * time.time()
    with ScoreClient(sealed.config, source="/test") as client, BlockClient(sealed.config, source="/test") as blocks:
        fresh = client.submit(ref, FEATURES[0], trace=[TRACE]).result()
        assert (fresh.client_ref, fresh.cached) == (ref, False)
        assert client.score(ref).cached  # the same worker remembers: its references meet
        with pytest.raises(RequestRejectedError) as rejected:
            client.score(ref, {"no such feature": 1})
        assert rejected.value.code is ErrorCode.INVALID_FEATURES
        batch = block(300)
        _, answers = blocks.submit("batch", batch, MODEL_FEATURES, explain=True).result(timeout=60)
    assert answers.column("client_ref").to_pylist() == batch.column("client_ref").to_pylist()
    assert set(answers.column("status").to_pylist()) == {"scored"}
    assert answers.column("probability")[0].as_py() == fresh.probability
    found = records_of(sealed.config, REQUESTS, BATCH_REQUESTS, RESPONSES, BATCH_RESPONSES)
    # Records of other tests, which seal nothing, may still be there.
    parts = [(r.key, r.value, *(value for _, value in r.headers)) for r in found if r.timestamp >= began]
    held = b"\n".join(part for record in parts for part in record if part)
    assert fresh.request_id.encode() in held  # ce_id: the search finds what is there
    canaries = (ref, fresh.probability, fresh.contributions[0].log_odds, FEATURES[0]["income"], TRACE[1].decode())
    for secret in map(str, canaries):
        assert secret.encode() not in held
    # What is left to see joins neither two requests of a client nor a request and its answer.
    assert not any(r.key for r in found if r.timestamp >= began)
    shown = {tuple(name for name, _ in r.headers) for r in found if r.timestamp >= began}
    assert shown == {("ce_id", "content-type"), ("content-type",)}
    assert not any(name.encode() in held for name in batch.column("client_ref").to_pylist()[:20])


def test_what_is_not_sealed_is_refused(sealed: Installation, wire: RawKafkaClient) -> None:
    single, block_id = wire.send_request(FEATURES[0]), new_request_id()
    wire.send_block(
        block_batch(FEATURES[:3]), BlockInfo("batch", block_id, True, datetime.now(UTC) + timedelta(minutes=1))
    )
    answer = wire.wait_for_result(single)
    assert isinstance(answer, Rejected)
    assert answer.error.code is ErrorCode.SEAL_REQUIRED
    _, rows = wire.wait_for_block(block_id)
    assert {(row["status"], row["error_code"]) for row in rows} == {("rejected", ErrorCode.SEAL_REQUIRED)}


def test_nobody_without_the_seal_key_ends_a_request(
    sealed: Installation, wire: RawKafkaClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Refusals in a worker's name, with and without a proof, and a real one to a changed copy of the request."""
    text = "<script>alert('Call 555-0100')</script>"
    with ScoreClient(sealed.config, source="/test") as client:
        client.score(client_ref(), FEATURES[0])
        os.kill(sealed.worker.pid, signal.SIGSTOP)  # the attack comes before the worker's answer
        began = 1000 * time.time()
        future = client.submit(client_ref(), FEATURES[1], ttl=60)
        request = wait_for_request(sealed.config, began)
        request_id = get_header(request.headers, "ce_id")
        error = ErrorInfo(ErrorCode.SEAL_REQUIRED, text)
        forged = encode(Rejected(request_id=request_id, client_ref=None, error=error))
        for headers in ([], [(REFUSAL_MAC_HEADER, b"0" * 64)], [(REFUSAL_MAC_HEADER, b"\xff")]):
            wire.send(RESPONSES, forged, None, headers)
        for value in (request.value[:-1] + bytes([request.value[-1] ^ 1]), b"NSR1" + request.value[40:]):
            wire.send(REQUESTS, value, None, request.headers, request.partition)
        wire.flush()
        wait_until(lambda: caplog.text.count("dropped an unsealed response") >= 3)
        assert not future.done()
        os.kill(sealed.worker.pid, signal.SIGCONT)
        assert isinstance(future.result(timeout=60), Scored)
        wire.read(lambda: len(wire.results[request_id]) == 5)
    codes = Counter(result.error.code for result in wire.results[request_id])
    assert codes == {ErrorCode.SEAL_REQUIRED: 3, ErrorCode.INVALID_SEAL: 2}
    assert "script" not in caplog.text


def wait_for_request(config: Settings, began: float) -> Any:
    """The one request that was sent since then."""
    found: list[Any] = []

    def sent() -> bool:
        found[:] = [record for record in records_of(config, REQUESTS) if record.timestamp >= began]
        return bool(found)

    wait_until(sent)
    return found[0]


def test_keys_rotate_while_people_ask(sealed: Installation) -> None:
    def keys_announced() -> set[str]:
        return {json.loads(record.value)["key_id"] for record in records_of(sealed.config, SEALING_KEYS)}

    before = keys_announced()
    with ScoreClient(sealed.config, source="/test") as client:

        def scored_under_new_keys() -> bool:
            assert isinstance(client.score(client_ref(), FEATURES[0], timeout=20), Scored)
            return len(keys_announced() - before) >= 2

        wait_until(scored_under_new_keys)


def test_requests_for_a_dead_worker_are_sealed_anew_for_the_next(sealed: Installation) -> None:
    with ScoreClient(sealed.config, source="/test") as client, BlockClient(sealed.config, source="/test") as blocks:
        client.score(client_ref(), FEATURES[0])
        sealed.worker.stop(0)
        waiting = [client.submit(client_ref(), features, ttl=90) for features in FEATURES[:20]]
        waiting_block = blocks.submit("batch", block(50), MODEL_FEATURES, explain=False)
        sealed.start_worker(seal_kem=Kem.X25519_MLKEM768)
        assert all(isinstance(future.result(timeout=90), Scored) for future in waiting)
        assert set(waiting_block.result(timeout=90)[1].column("status").to_pylist()) == {"scored"}


def test_without_a_worker_that_announces_a_key_a_sentence_says_so(config: Settings) -> None:
    more = {"seal_key": "another seal key, that no worker here has", "submit_timeout_seconds": 0.2}
    lonely = Settings(**{**config.model_dump(exclude_unset=True), **more})
    with ScoreClient(lonely, source="/test") as client, pytest.raises(ResponseTimeoutError, match="NEOSCORE_SEAL_KEY"):
        client.score(client_ref(), FEATURES[0])
