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

from benchmarks.site import Material
from benchmarks.sizes import Sizes
from benchmarks.timing import interleave, scaled
from benchmarks.workload import Ask
from contract.settings import Settings
from contract.topics import REQUESTS
from scorer.answer import InteractiveScorer
from scorer.answer_block import BlockScorer
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.record import Record
from scorer.respond import Responder

OURS, NAIVE = "scorer.respond", "naive service"


def run(material: Material, sizes: Sizes) -> dict[str, Any]:
    """Return microseconds a request of both ways, and how many times ours the naive way takes."""
    config = Settings()
    # More requests than the cache holds: the oldest are gone when their turn comes again, so each is scored.
    asks = material.workload.requests(2 * config.cache_entries)
    records = itertools.cycle([_record(ask) for ask in asks])
    values = itertools.cycle([ask.value for ask in asks])
    responder, naive = _responder(material, config), NaiveService(material)
    timings = interleave(
        {OURS: lambda: responder.respond([next(records)]), NAIVE: lambda: naive.respond(next(values))},
        2 * sizes.engine_rounds,
    )
    return {
        "us_per_request": {name: scaled(timing, 1e6) for name, timing in timings.items()},
        "times_ours": timings[NAIVE]["median"] / timings[OURS]["median"],
    }


def _record(ask: Ask) -> Record:
    return Record(REQUESTS, 0, 0, time.time(), ask.key, ask.value)


def _responder(material: Material, config: Settings) -> Responder:
    engine = Engine(material.bundle)
    cache = ResultCache(config.cache_entries, config.result_ttl_seconds, material.bundle.ref.digest)
    return Responder(InteractiveScorer(material.bundle, engine, cache), BlockScorer(material.bundle, engine))


class NaiveService:
    """What most deployments do: JSON, a one-row DataFrame, `predict_proba`, a TreeExplainer call, JSON."""

    def __init__(self, material: Material) -> None:
        self._model = xgboost.XGBClassifier(n_jobs=1)
        self._model.load_model(bytearray(material.bundle.model))
        self._explainer = shap.TreeExplainer(self._model)
        self._names = list(material.bundle.schema.model_names)

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
