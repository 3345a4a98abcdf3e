"""What a larger model costs: memory of its tables, seconds until a worker has loaded it, microseconds per row."""

import time
from dataclasses import replace
from typing import Any

from benchmarks.profiles import BenchmarkProfile
from benchmarks.testbed import BenchmarkInputs
from benchmarks.timing import scale, time_interleaved
from scorer.block_scorer import CHUNK_ROWS
from scorer.engine import Engine
from scorer.shap_tables.explainer import TableExplainer
from training.booster import fit
from training.dataset import encode_dataset
from training.hyperparameters import Hyperparameters
from training.sample import Sample


def run(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> list[dict[str, Any]]:
    """Fit the UCI data with ever more trees and load each model as a worker does."""
    dataset = inputs.dataset
    rows = encode_dataset(dataset)
    sample = Sample(rows=rows, target=dataset.target)
    engines: dict[int, Engine] = {}
    results: list[dict[str, Any]] = []
    for trees in profile.bundle_trees:
        booster = fit(dataset.schema, sample, Hyperparameters(trees=trees))
        model = bytes(booster.save_raw("ubj"))
        began = time.perf_counter()
        engines[trees] = Engine(replace(inputs.bundle, model=model))
        loaded = time.perf_counter() - began
        tables = engines[trees].explainer
        results.append(
            {
                "trees": trees,
                "model_mb": len(model) / 1e6,
                "tables_mb": tables.megabytes if isinstance(tables, TableExplainer) else None,
                "load_seconds": loaded,
            }
        )
    chunk = rows[:CHUNK_ROWS]
    timings = time_interleaved(
        {str(trees): (lambda engine=engine: engine.score(chunk)) for trees, engine in engines.items()},  # type: ignore[misc]
        profile.engine_rounds,
    )
    for result in results:
        result["us_per_row"] = scale(timings[str(result["trees"])], 1e6 / len(chunk))
    return results
