"""How many functions of the project an interactive request passes through, from the record to the sent response.

The request is the longest of the common ones: valid, not in the cache, with its explanation. Counted is each function
that a reader has to follow, once, from the batch that reaches the lane until the response is handed to the producer: in
the worker (package scorer), and in the contract, which it shares with requesters and which reads and writes messages.
A compiled loop is one function with all that it inlines. Comprehensions and lambdas are part of the function around
them, and what a dataclass generates has no source to follow. Metrics come after the response is sent.
"""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

from contract.bundle import Bundle
from contract.messages import ScoreRequest, encode
from contract.topics import REQUESTS
from scorer.block_scorer import BlockScorer
from scorer.interactive_scorer import InteractiveScorer
from scorer.lanes import LaneConsumers
from scorer.metrics import WorkerMetrics
from scorer.request_handler import ScoreRequestHandler
from scorer.scoring_executor import ScoringExecutor
from tests.support.tiny_model import draw_features

ROOT = Path(__file__).parents[3]
FEATURES = next(row for row in draw_features(50, seed=3) if row.get("home") == "owner")
REQUEST = ScoreRequest(request_id="01920d6e-7a3c-7f0e-9d5b-3f1c8a2b4e6d", client_ref="c1", features=FEATURES)

MAX_CROSSED = {"scorer": (25, 10), "contract": (7, 5)}
"""Package → most functions and files. Lower them with the code: a reader follows a request through all of these."""


class Sent:
    """A producer whose broker acknowledges at once."""

    async def send(self, *record: Any) -> Any:
        sys.setprofile(None)  # what follows, metrics and the acknowledgement, is not between request and response
        acknowledged = asyncio.get_running_loop().create_future()
        acknowledged.set_result(None)
        return acknowledged


class Event:
    """An event of Faust's that holds one request."""

    def __init__(self) -> None:
        self.message = SimpleNamespace(
            topic=REQUESTS, partition=0, offset=0, timestamp=None, key=b"c1", value=encode(REQUEST), headers=()
        )

    def ack(self) -> None: ...


async def batches(n: int) -> AsyncIterator[list[Event]]:
    for _ in range(n):
        yield [Event()]


def test_an_interactive_request_passes_through_few_functions(
    tiny_bundle: Bundle, scorer: InteractiveScorer, block_scorer: BlockScorer
) -> None:
    handler, executor = ScoreRequestHandler(scorer, block_scorer), ScoringExecutor()
    metrics = WorkerMetrics(lambda: tiny_bundle.ref.version, end_offsets_reliable=True)
    lanes = LaneConsumers(handler, executor, metrics, Sent, Sent, str)
    crossed: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT):
            file = path.relative_to(ROOT)
            if file.parts[0] in MAX_CROSSED and not frame.f_code.co_name.startswith("<"):
                crossed.add((str(file), frame.f_code.co_qualname))

    async def run() -> None:
        await executor.run_priority(lambda: threading.setprofile(note) or sys.setprofile(note))
        sys.setprofile(note)
        try:
            await lanes.consume_requests(batches(1))
        finally:
            sys.setprofile(None)
            await executor.run_priority(lambda: threading.setprofile(None) or sys.setprofile(None))

    asyncio.run(run())
    listing = "\n".join(f"{file}: {function}" for file, function in sorted(crossed))
    for package, (max_functions, max_files) in MAX_CROSSED.items():
        functions = [(file, function) for file, function in crossed if file.startswith(f"{package}/")]
        files = {file for file, _ in functions}
        assert len(functions) <= max_functions, f"{len(functions)} functions of {package}:\n{listing}"
        assert len(files) <= max_files, f"{len(files)} files of {package}:\n{listing}"
    assert ("scorer/engine.py", "Engine.score") in crossed
