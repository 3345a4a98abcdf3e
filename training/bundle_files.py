"""The files of a bundle that say what its model is and how good, for models trained here and imported ones."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from contract.bundle import CrossValidatedMetric, ModelMetrics
from contract.report import Leak, ShapSummary
from contract.schema import dump_schema
from training.baseline import build_baseline
from training.cross_validation import FittedModel
from training.dataset import Dataset
from training.model_card import ImportedModelText, render_model_card
from training.report import build_report
from training.threshold import choose_threshold


def bundle_files(
    dataset: Dataset,
    model: FittedModel | ImportedModelText,
    *,
    judged: Dataset,
    probabilities: NDArray[np.float64],
    measures: Mapping[str, CrossValidatedMetric],
    holdout: dict[str, float] | None,
    effects: ShapSummary,
    leaks: Sequence[Leak],
    cost_ratio: float,
) -> dict[str, bytes]:
    """Return schema, metrics, baseline, report and card, name → content.

    `judged` are the rows that `probabilities`, float64[n], are the PDs of; the threshold is chosen on them.
    """
    threshold = choose_threshold(judged.target, probabilities, cost_ratio, judged.weights)
    metrics = ModelMetrics(
        **measures,
        threshold=threshold.value,
        cost_ratio=cost_ratio,
        expected_cost=threshold.expected_cost,
        rows=len(dataset.target),
        default_rate=float(np.mean(dataset.target)),
        data=dataset.info.title,
        data_sha256=dataset.info.sha256,
        holdout=holdout,
    )
    report = build_report(judged, probabilities, metrics.threshold, effects, leaks)
    return {
        "schema.json": dump_schema(dataset.schema),
        "metrics.json": _indented(metrics),
        "baseline.json": _indented(build_baseline(dataset, probabilities)),
        "report.json": msgspec.json.encode(report) + b"\n",
        "card.md": render_model_card(dataset, model, metrics, report).encode(),
    }


def _indented(content: Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
