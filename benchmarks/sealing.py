"""What sealed payloads cost: a request and a block through the worker, sealed beside plain, and the requester's part.

Kafka aside. The sealed worker opens, scores and seals; keys do not rotate meanwhile, as they would once a minute.
"""

import itertools
import time
from functools import partial
from typing import Any

from benchmarks.profiles import BenchmarkProfile
from benchmarks.testbed import BenchmarkInputs
from benchmarks.timing import scale, time_interleaved
from benchmarks.workload import BenchmarkRequest
from contract.blocks import MAX_BLOCK_ROWS
from contract.headers import event_headers
from contract.messages import REQUEST_TYPE
from contract.seal.keys import SealKey
from contract.seal.requester import Sealer
from contract.seal.worker import WorkerKeyring
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, BATCH_RESPONSES, REQUESTS, RESPONSES
from scorer.block_scorer import BlockScorer
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.interactive_scorer import InteractiveScorer
from scorer.record import OutgoingRecord, Record
from scorer.request_handler import ScoreRequestHandler
from scorer.sealing import unseal_record

HOUR = 3_600.0
"""Longer than the benchmark: the same keys throughout."""

BLOCKS = 8

HEADERS = event_headers(REQUEST_TYPE, "/benchmark")


def run(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    """Return microseconds a request and a row, plain and sealed, of worker and requester."""
    config, seal_key = Settings(), SealKey(b"a seal key of the benchmark, long enough")
    keys, sealer = WorkerKeyring(seal_key, HOUR, HOUR), Sealer(seal_key, HOUR)
    sealer.add_announcement(keys.announce())
    responders = {"plain": _responder(inputs, config), "sealed": _responder(inputs, config, keys)}
    requests = inputs.workload.requests(2 * config.cache_entries)
    blocks = inputs.workload.blocks(BLOCKS)
    singles = {name: itertools.cycle(_records(REQUESTS, requests, name, sealer)) for name in responders}
    whole = {name: itertools.cycle(_records(BATCH_REQUESTS, blocks, name, sealer)) for name in responders}
    answered = responders["sealed"].handle_requests([next(singles["sealed"])])[0].value
    block_answered = _block(responders["sealed"], next(whole["sealed"])).value
    single_ask, block_ask = requests[0], blocks[0]
    timings = time_interleaved(
        {
            "worker, plain": lambda: responders["plain"].handle_requests([next(singles["plain"])]),
            "worker, sealed": lambda: responders["sealed"].handle_requests([next(singles["sealed"])]),
            "requester, sealing and opening": lambda: (
                sealer.seal(REQUESTS, 0, HEADERS, single_ask.value), sealer.open(RESPONSES, answered)
            ),
        },
        2 * profile.engine_rounds,
    )  # fmt: skip
    of_blocks = time_interleaved(
        {
            "worker, plain": lambda: _block(responders["plain"], next(whole["plain"])),
            "worker, sealed": lambda: _block(responders["sealed"], next(whole["sealed"])),
            "requester, sealing and opening": lambda: (
                sealer.seal(BATCH_REQUESTS, 0, HEADERS, block_ask.value),
                sealer.open(BATCH_RESPONSES, block_answered),
            ),
        },
        2 * profile.engine_rounds,
    )  # fmt: skip
    return {
        "us_per_request": {name: scale(timing, 1e6) for name, timing in timings.items()},
        "us_per_row": {name: scale(timing, 1e6 / MAX_BLOCK_ROWS) for name, timing in of_blocks.items()},
        "times_plain": timings["worker, sealed"]["median"] / timings["worker, plain"]["median"],
        "times_plain_row": of_blocks["worker, sealed"]["median"] / of_blocks["worker, plain"]["median"],
    }


def _records(topic: str, requests: list[BenchmarkRequest], way: str, sealer: Sealer) -> list[Record]:
    # All at one offset: that the same few come again and again is no replay.
    if way == "sealed":
        values = [sealer.seal(topic, 0, HEADERS, request.value) for request in requests]
        return [Record(topic, 0, 0, time.time(), None, value) for value in values]
    return [Record(topic, 0, 0, time.time(), request.key, request.value, HEADERS) for request in requests]


def _block(responder: ScoreRequestHandler, record: Record) -> OutgoingRecord:
    work = responder.handle_block(record)
    while True:
        try:
            next(work)
        except StopIteration as end:
            answer: OutgoingRecord = end.value
            return answer


def _responder(inputs: BenchmarkInputs, config: Settings, keys: WorkerKeyring | None = None) -> ScoreRequestHandler:
    engine = Engine(inputs.bundle)
    cache = ResultCache(config.cache_entries, config.result_ttl_seconds, inputs.bundle.ref.digest)
    scorers = InteractiveScorer(inputs.bundle, engine, cache), BlockScorer(inputs.bundle, engine)
    return ScoreRequestHandler(*scorers, unseal_record=partial(unseal_record, keys) if keys else None)
