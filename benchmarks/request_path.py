"""One request through the worker, Kafka aside: bytes in, validated, scored, explained, bytes out.

Beside it the naive way. Both get the same bytes, one at a time, on the model of the UCI data.
"""

import itertools
import json
import time
from typing import Any

import pandas as pd
import shap
import xgboost

from benchmarks.profiles import BenchmarkProfile
from benchmarks.testbed import BenchmarkInputs
from benchmarks.timing import scale, time_interleaved
from benchmarks.workload import BenchmarkRequest
from contract.settings import Settings
from contract.topics import REQUESTS
from scorer.block_scorer import BlockScorer
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.interactive_scorer import InteractiveScorer
from scorer.record import Record
from scorer.request_handler import ScoreRequestHandler

OURS, NAIVE = "scorer.request_handler", "naive service"


def run(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    """Return microseconds a request of both ways, and how many times ours the naive way takes."""
    config = Settings()
    # More requests than the cache holds: the oldest are gone when their turn comes again, so each is scored.
    requests = inputs.workload.requests(2 * config.cache_entries)
    records = itertools.cycle([_record(request) for request in requests])
    values = itertools.cycle([request.value for request in requests])
    responder, naive = _responder(inputs, config), NaiveService(inputs)
    timings = time_interleaved(
        {OURS: lambda: responder.handle_requests([next(records)]), NAIVE: lambda: naive.respond(next(values))},
        2 * profile.engine_rounds,
    )
    return {
        "us_per_request": {name: scale(timing, 1e6) for name, timing in timings.items()},
        "times_ours": timings[NAIVE]["median"] / timings[OURS]["median"],
    }


def _record(request: BenchmarkRequest) -> Record:
    return Record(REQUESTS, 0, 0, time.time(), request.key, request.value)


def _responder(inputs: BenchmarkInputs, config: Settings) -> ScoreRequestHandler:
    engine = Engine(inputs.bundle)
    cache = ResultCache(config.cache_entries, config.result_ttl_seconds, inputs.bundle.ref.digest)
    return ScoreRequestHandler(InteractiveScorer(inputs.bundle, engine, cache), BlockScorer(inputs.bundle, engine))


class NaiveService:
    """What most deployments do: JSON, a one-row DataFrame, `predict_proba`, a TreeExplainer call, JSON."""

    def __init__(self, inputs: BenchmarkInputs) -> None:
        self._model = xgboost.XGBClassifier(n_jobs=1)
        self._model.load_model(bytearray(inputs.bundle.model))
        self._explainer = shap.TreeExplainer(self._model)
        self._names = list(inputs.bundle.schema.model_feature_names)

    def respond(self, value: bytes) -> bytes:
        """Answer one request."""
        request = json.loads(value)
        frame = pd.DataFrame([request["features"]], columns=self._names)
        probability = float(self._model.predict_proba(frame)[0, 1])
        contributions = self._explainer.shap_values(frame)[0].tolist()
        answer = {
            "request_id": request["request_id"],
            "client_ref": request["client_ref"],
            "probability": probability,
            "contributions": dict(zip(self._names, contributions, strict=True)),
        }
        return json.dumps(answer).encode()
