"""From another library's file to a bundle like one of ours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from contract.bundle import SOURCE_PREFIX, Bundle, CrossValidatedMetric, write_bundle
from contract.schema import FeatureSchema
from model_import.alignment import AlignedModel, align, cover_of, opposite
from model_import.checks import EQUAL, BrokenDirection, broken_directions, extreme_rows
from model_import.errors import ModelImportError
from model_import.library import library_probabilities
from model_import.reader import read_model
from model_import.sample import load_sample
from model_import.source_model import SourceModel
from scorer.contributions import to_probabilities
from scorer.errors import TableCompilationError
from scorer.explainers import explainer_of
from scorer.model_formats import Explainer
from scorer.tree_format import TREE_FORMAT, dump_trees
from training.bundle_files import bundle_files
from training.dataset import encode_values
from training.leakage import activate_unless_leaking, find_leaks
from training.metrics import METRIC_NAMES, compute_metrics
from training.model_card import ImportedModelText
from training.shap_effects import SAMPLE_ROWS, summarise_effects
from training.train import check_outcomes

PARTS = 5
"""The sample is judged in as many parts as training has folds, to show how much a measure varies."""

LIKELY_OPPOSITE = 0.4
"""A ROC AUC below this means that the model ranks the other outcome."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How to import. `models_folder` receives the bundle."""

    sample: Path
    target: str
    models_folder: Path
    schema: Path | None = None
    positive_label: str | None = None
    cost_ratio: float
    best_iteration: bool = False
    activate: bool = True
    accept_leakage: Sequence[str] = ()
    """Features that may reveal the outcome, and are known before it all the same."""
    release_keys: Sequence[str] = ()
    """Of which one must have signed a bundle before it is activated, see contract.release."""


@dataclass(frozen=True)
class ImportedModel:
    """The bundle, and what was found out on the way."""

    bundle: Bundle
    source: SourceModel
    largest_difference: float | None
    """Of two PDs, this product's and the library's; None when the library is not installed here."""
    rows_compared: int
    notes: tuple[str, ...]


def import_model(file: Path, options: ImportOptions) -> ImportedModel:
    """Read a model, check it on the sample, judge it, and write a bundle.

    Raises ModelImportError when the model cannot be served as it is, and DataError for the sample; nothing is written
    then. Raises LeakageError when a feature reveals the outcome; then the bundle is there, but not active.
    """
    source, content = read_model(file, best_iteration=options.best_iteration)
    dataset, order = load_sample(source, options.sample, options.target, options.schema, options.positive_label)
    check_outcomes(dataset)
    rows = encode_values(dataset)
    aligned = _aligned(source, dataset.schema, order, rows, options.positive_label)
    model = dump_trees(aligned.ensemble)
    explainer = _explainer(model, dataset.schema)
    probability = _Probability(explainer)
    compared = np.concatenate([rows, extreme_rows(aligned.ensemble, dataset.schema, rows)])
    theirs = library_probabilities(
        source, content, aligned.source_rows(compared), best_iteration=options.best_iteration
    )
    if theirs is not None and _is_opposite(source, options.positive_label):
        theirs = 1 - theirs
    difference = None if theirs is None else _compare(source, theirs, probability(compared))
    broken = broken_directions(aligned.ensemble, dataset.schema, rows, probability)
    dataset = replace(dataset, schema=_without_directions(dataset.schema, broken))
    probabilities = probability(rows)
    measures = _measures(dataset.target, probabilities)
    notes = (*dataset.notes, *source.notes, *_notes(source, difference, broken, measures["roc_auc"].mean))
    chosen = rows[np.random.default_rng(0).permutation(len(rows))[:SAMPLE_ROWS]]
    explained = np.asarray(explainer.explain(chosen), np.float64)
    described = bundle_files(
        dataset,
        _card_text(source, notes, difference, len(compared)),
        judged=dataset,
        probabilities=probabilities,
        measures=measures,
        holdout=None,
        effects=summarise_effects(dataset.schema, chosen, explained),
        leaks=find_leaks(dataset.frame, dataset.schema.model_feature_names, dataset.target),
        cost_ratio=options.cost_ratio,
    )
    files = {f"model.{TREE_FORMAT}": model, f"{SOURCE_PREFIX}{source.extension}": content, **described}
    bundle = write_bundle(options.models_folder, dataset.schema.name, files)
    if options.activate:
        activate_unless_leaking(bundle, options.accept_leakage, options.release_keys)
    return ImportedModel(bundle, source, difference, len(compared), notes)


class _Probability:
    """Rows (n, k) → PDs (n,), as the worker computes them."""

    def __init__(self, explainer: Explainer) -> None:
        self._explainer = explainer

    def __call__(self, rows: Floats) -> Floats:
        explained = self._explainer.explain(rows)
        _, _, probabilities = to_probabilities(explained, float(explained[0, -1]))
        return np.asarray(probabilities)


def _is_opposite(source: SourceModel, positive_label: str | None) -> bool:
    """Tell whether a default is the first class. Raises ModelImportError when the classes' names do not say it."""
    if source.classes in (("0", "1"), ("False", "True")) or positive_label == source.classes[1]:
        return positive_label is not None and positive_label == source.classes[0]
    if positive_label != source.classes[0]:
        first, second = source.classes
        raise ModelImportError(
            f"the classes of the model are {first!r} and {second!r}: say which one is a default with --positive-label"
        )
    return True


def _aligned(
    source: SourceModel, schema: FeatureSchema, order: tuple[int, ...], rows: Floats, positive_label: str | None
) -> AlignedModel:
    aligned = align(source, schema.model_features, order)
    ensemble = aligned.ensemble if source.has_cover else cover_of(aligned.ensemble, rows)
    return replace(aligned, ensemble=opposite(ensemble) if _is_opposite(source, positive_label) else ensemble)


def _explainer(model: bytes, schema: FeatureSchema) -> Explainer:
    try:
        return explainer_of(model, TREE_FORMAT, schema)
    except TableCompilationError as reason:
        raise ModelImportError(f"the model is too large to explain: {reason}") from None


def _compare(source: SourceModel, theirs: Floats, ours: Floats) -> float:
    """Return the largest difference from the library's own PDs. Raises ModelImportError when it is too large."""
    differences = np.abs(ours - theirs)
    largest = float(differences.max())
    if not largest <= EQUAL:
        raise ModelImportError(
            f"the PDs differ from {source.library}'s by up to {largest:.1e}, on {int((differences > EQUAL).sum()):,} "
            f"of {len(ours):,} rows: this model uses something that NeoScore does not know; nothing was written"
        )
    return largest


def _without_directions(schema: FeatureSchema, broken: list[BrokenDirection]) -> FeatureSchema:
    names = {direction.feature for direction in broken}
    features = tuple(structs.replace(f, monotone=0) if f.name in names else f for f in schema)
    return structs.replace(schema, features=features)


def _measures(target: NDArray[np.int8], probabilities: Floats) -> dict[str, CrossValidatedMetric]:
    """Return each measure on the whole sample, and how much it varies between parts of it."""
    whole = compute_metrics(target, probabilities)
    part = np.empty(len(target), np.int64)
    for outcome in (0, 1):  # each part has its share of both outcomes
        of_outcome = np.flatnonzero(target == outcome)
        part[np.random.default_rng(outcome).permutation(of_outcome)] = np.arange(len(of_outcome)) % PARTS
    parts = [compute_metrics(target[part == i], probabilities[part == i]) for i in range(PARTS)]
    return {
        name: CrossValidatedMetric(mean=whole[name], std=float(np.std([measures[name] for measures in parts])))
        for name in METRIC_NAMES
    }


def _notes(source: SourceModel, difference: float | None, broken: list[BrokenDirection], roc_auc: float) -> list[str]:
    notes = []
    if difference is None:
        notes.append(f"{source.library} is not installed here: that its PDs are the same was not checked")
    if not source.has_cover:
        notes.append(
            "the file does not say how many rows its nodes hold: contributions are measured against the sample, not "
            "against the training data"
        )
    notes += [
        f"feature {direction.feature!r} does not keep to its monotone direction: the PD moves the other way for "
        f"{direction.share:.0%} of the clients tried, by up to {direction.largest:.2%}; the direction was taken out of "
        "the schema"
        for direction in broken
    ]
    if roc_auc < LIKELY_OPPOSITE:
        notes.append(
            f"a ROC AUC of {roc_auc:.3f} means that the model predicts the other outcome: name the value "
            "of the target that means default with --positive-label"
        )
    return notes


def _card_text(source: SourceModel, notes: tuple[str, ...], difference: float | None, rows: int) -> ImportedModelText:
    text = f"Trained with {source.library} elsewhere and imported: {source.description}."
    if difference is not None:
        text += (
            f" On {rows:,} rows, the sample and made-up extremes, its PDs differ from {source.library}'s by "
            f"{difference:.0e} at most."
        )
    return ImportedModelText(text, notes)
