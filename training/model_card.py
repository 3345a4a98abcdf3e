"""The model card (Mitchell et al. 2019), in Markdown. Nothing in it depends on the day or the machine."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from contract.bundle import CrossValidatedMetric, ModelMetrics
from contract.disclosure import MIN_GROUP_SIZE
from contract.report import FOUR_FIFTHS, FairnessGroup, GroupRates, Leak, Proxy, ReliabilityBin, Report, ShapSummary
from contract.schema import Feature, FeatureSchema
from training.booster import direction_of
from training.cross_validation import FOLDS, FittedModel
from training.dataset import Dataset
from training.fairness import MIN_GROUP_SHARE
from training.leakage import leak_sentence
from training.proxies import PROXY_AUC
from training.threshold import one_sided_note

_MEASURES = (
    ("ROC AUC", "roc_auc", "chance that a defaulting client gets a higher PD than a non-defaulting one"),
    ("PR AUC", "pr_auc", "average precision over the defaults"),
    ("KS", "ks", "largest distance between the PDs of defaulting and non-defaulting clients"),
    ("Brier score", "brier", "mean squared distance between PD and outcome"),
    ("Log loss", "log_loss", "mean surprise at the outcomes"),
    ("Calibration error", "calibration_error", "mean distance between PD and default rate over ten bins of equal size"),
)
_LIBRARIES = ("xgboost-cpu", "xgboost", "scikit-learn", "numpy", "pandas")


@dataclass(frozen=True)
class ImportedModelText:
    """What the card says of a model that another library trained."""

    description: str
    notes: tuple[str, ...]
    """What was found out when it was imported."""


def render_model_card(
    dataset: Dataset, fitted: FittedModel | ImportedModelText, metrics: ModelMetrics, report: Report
) -> str:
    """Return the card, in which a reader finds the report in words."""
    sections = (
        [f"# Model card: {dataset.schema.name}"],
        _purpose(),
        _data(dataset, metrics),
        _features(dataset.schema, fitted),
        _imported_model(fitted) if isinstance(fitted, ImportedModelText) else _model(fitted),
        _quality_on_sample(metrics) if isinstance(fitted, ImportedModelText) else _quality(dataset, metrics),
        _decision(metrics),
        _calibration(report.reliability, fitted),
        _importance(report.effects, dataset.schema),
        _fairness(report.fairness, report.proxies, dataset.schema),
        _limits(dataset, report.leaks),
        _versions(),
    )
    return "\n\n".join(block for section in sections for block in section) + "\n"


def _purpose() -> list[str]:
    return [
        "## Intended use",
        "The model estimates a client's probability of default (PD) and gives the reasons, to support the decision of "
        "a client advisor. It must not decide alone.",
    ]


def _data(dataset: Dataset, metrics: ModelMetrics) -> list[str]:
    about = dataset.info
    facts = [
        f"- Source: {about.title}",
        f"- Population: {about.population}",
        f"- Rows: {metrics.rows:,}, of which {int(dataset.target.sum()):,} defaults ({metrics.default_rate:.2%})",
        f"- Licence: {about.licence}",
    ]
    if about.citation:
        facts.append(f"- Citation: {about.citation}")
    return ["## Data", "\n".join(facts)]


def _features(schema: FeatureSchema, fitted: FittedModel | ImportedModelText) -> list[str]:
    used = (
        (
            f.name,
            f.label["en"],
            f.unit or "",
            _DIRECTIONS[_direction(f, schema, fitted)],
        )
        for f in schema.model_features
    )
    out = [(f.name, f.label["en"], _why_out(f)) for f in schema if not f.in_model]
    blocks = ["## Features", _table(("Feature", "Meaning", "Unit", "Monotonic effect on PD"), used)]
    if out:
        blocks += ["Left out of the model:", _table(("Feature", "Meaning", "Why"), out)]
    if taken := [f.name for f in schema.model_features if f.sensitive]:
        blocks.append(f"**The model reads sensitive features: {', '.join(taken)}.** Check that the law allows it.")
    return blocks


def _direction(feature: Feature, schema: FeatureSchema, fitted: FittedModel | ImportedModelText) -> int:
    if isinstance(fitted, ImportedModelText):
        return feature.monotone
    return direction_of(feature.name, schema, fitted.hyperparameters)


_DIRECTIONS = {1: "non-decreasing", -1: "non-increasing", 0: "unconstrained"}


def _why_out(feature: Feature) -> str:
    return "sensitive; serves the fairness report only" if feature.sensitive else "constant, or left out by the schema"


def _model(fitted: FittedModel) -> list[str]:
    shape = fitted.hyperparameters
    rounds = (
        f"{shape.trees} trees" if shape.trees_per_round == 1 else f"{shape.trees} times {shape.trees_per_round} trees"
    )
    text = (
        f"Gradient boosted trees (XGBoost, log-loss): {rounds} of depth {shape.depth}, learning rate "
        f"{shape.learning_rate:g}, at least {shape.min_child_weight:g} in a leaf (sum of the second derivatives), "
        f"L2 penalty {shape.l2:g}, seed {shape.seed}. Each tree is grown on {shape.row_share:.0%} of the rows and may "
        f"use {shape.column_share:.0%} of the features, each split {shape.split_column_share:.0%} of those. "
    )
    if shape.native_categories:
        text += "Splits divide the levels of choices freely. "
    if fitted.adjustment:
        text += (
            f"The log-odds of the trees are multiplied by {fitted.adjustment.slope:.3f} and moved by "
            f"{fitted.adjustment.shift:+.3f}: see Calibration. "
        )
    return ["## Model", text + "Outcomes are not re-weighted, so that the PD stays calibrated."]


def _imported_model(model: ImportedModelText) -> list[str]:
    notes = "\n".join(f"- {note[0].upper()}{note[1:]}." for note in model.notes)
    return ["## Model", model.description, *([notes] if notes else [])]


def _quality_on_sample(metrics: ModelMetrics) -> list[str]:
    return [
        "## Performance",
        "**Measured on the sample that was given at import.** If the model was trained on these rows, it looks better "
        "here than it is. ± is the standard deviation over five parts of the sample.",
        _table(("Measure", "On the sample", "Meaning"), _measures(metrics)),
    ]


def _measures(metrics: ModelMetrics) -> Iterable[tuple[str, str, str]]:
    return ((name, _spread(getattr(metrics, key)), meaning) for name, key, meaning in _MEASURES)


def _quality(dataset: Dataset, metrics: ModelMetrics) -> list[str]:
    apart = metrics.holdout
    more = [] if apart is None else [_table(("Measure", "Hold-out"), [(m, f"{apart[k]:.4f}") for m, k, _ in _MEASURES])]
    return [
        "## Performance",
        f"{_division(dataset)}: every row is scored by a model that was not trained on it, nor was that model’s shape "
        "chosen with it. Mean ± standard deviation over the folds.",
        _table(("Measure", "Out of fold", "Meaning"), _measures(metrics)),
        *more,
    ]


def _division(dataset: Dataset) -> str:
    groups = ", with the rows of one group in one fold" if dataset.groups is not None else ""
    if dataset.dates is not None:
        return f"Out-of-time validation over {FOLDS} periods, each judged by a model of the rows before it{groups}"
    return f"Stratified {FOLDS}-fold cross-validation{groups}"


def _spread(spread: CrossValidatedMetric) -> str:
    return f"{spread.mean:.4f} ± {spread.std:.4f}"


def _decision(metrics: ModelMetrics) -> list[str]:
    return [
        "## Decision threshold",
        f"PD {metrics.threshold:.4f}. Accepting a client who defaults is assumed to cost {metrics.cost_ratio:g} times "
        "as much as refusing one who would have repaid. This threshold has the lowest expected cost on the measured "
        f"PDs: {metrics.expected_cost:.4f} per client, where 1 is one such refusal. The risk band is "
        "high from the threshold, medium from half of it.",
        *([f"**{note[0].upper()}{note[1:]}.**"] if (note := one_sided_note(metrics)) else []),
    ]


def _calibration(bins: Sequence[ReliabilityBin], fitted: FittedModel | ImportedModelText) -> list[str]:
    rows = ((f"{b.count:,}", f"{b.mean_pd:.3f}", f"{b.default_rate.value:.3f}") for b in bins)
    blocks = ["## Calibration", _table(("Clients", "Mean PD", "Default rate"), rows)]
    if isinstance(fitted, FittedModel) and (before := fitted.cross_validation.metrics_before):
        measures = (
            (name, _spread(before[key]), _spread(fitted.cross_validation.metrics[key]))
            for name, key, _ in _MEASURES
            if key in ("brier", "log_loss", "calibration_error")
        )
        blocks += [
            "The PDs of the trees were off, so the log-odds were adjusted (Platt 1999), each fold’s as the other folds "
            "say. Contributions stay exact.",
            _table(("Measure", "Before", "After"), measures),
        ]
    return blocks


def _importance(effects: ShapSummary, schema: FeatureSchema) -> list[str]:
    listed = ((name, schema[name].label["en"], f"{effect.importance:.4f}") for name, effect in effects.features.items())
    return [
        "## Feature importance",
        f"Mean absolute SHAP value over {effects.rows:,} of the training rows, in log-odds.",
        _table(("Feature", "Meaning", "Mean abs. SHAP"), listed),
    ]


def _fairness(
    groups: Mapping[str, Sequence[FairnessGroup]], proxies: Sequence[Proxy], schema: FeatureSchema
) -> list[str]:
    if not groups:
        return ["## Fairness", "The data holds no feature marked as sensitive, so fairness could not be examined."]
    blocks = [
        "## Fairness",
        f"Approved: PD below the threshold. A group of at least {MIN_GROUP_SHARE:.0%} of the clients whose approval "
        f"rate is less than {FOUR_FIFTHS:.0%} of the highest rate is marked: it needs review, but this proves nothing "
        f"by itself. For fewer than {MIN_GROUP_SIZE} people only the count is given.",
    ]
    for name, of_feature in groups.items():
        feature = schema[name]
        rows = (_group_row(feature, group) for group in of_feature)
        blocks += [f"### {feature.label['en']} ({name})", _table(_FAIRNESS_HEAD, rows)]
    return [*blocks, *_proxies(proxies)]


def _proxies(proxies: Sequence[Proxy]) -> list[str]:
    heading = "### Proxies"
    if not proxies:
        return [heading, f"No feature of the model predicts a sensitive one with a ROC AUC above {PROXY_AUC:g}."]
    rows = ((proxy.feature, proxy.sensitive, f"{proxy.auc:.2f}") for proxy in proxies)
    return [
        heading,
        "**These features predict a sensitive one, so that leaving that out changes less than it seems.** Check "
        "whether they are needed.",
        _table(("Feature", "Predicts", "ROC AUC"), rows),
    ]


_FAIRNESS_HEAD = ("Group", "Clients", "Approved", "Good clients approved", "Mean PD", "Default rate", "Ratio to best")


def _group_row(feature: Feature, group: FairnessGroup) -> tuple[str, ...]:
    numbers = ("", "", "", "", "too few to judge") if group.rates is None else _rates(group.rates)
    return (_group_label(feature, group), f"{group.count:,}", *numbers)


def _rates(rates: GroupRates) -> tuple[str, ...]:
    ratio = "too few to judge"
    if rates.adverse_impact_ratio is not None:
        ratio = f"{rates.adverse_impact_ratio:.2f}" + (
            " **below four fifths**" if rates.adverse_impact_ratio < FOUR_FIFTHS else ""
        )
    good = f"{rates.good_approval_rate.value:.3f}" if rates.good_approval_rate else ""
    return (f"{rates.approval_rate.value:.3f}", good, f"{rates.mean_pd:.3f}", f"{rates.default_rate.value:.3f}", ratio)


def _group_label(feature: Feature, group: FairnessGroup) -> str:
    if group.level is not None:
        words = {level.value: level.label for level in feature.levels} | dict(feature.codes)
        label = words[group.level]
        return label["en"] if label else group.level
    if group.low is None:
        return "missing" if group.high is None else f"below {group.high:g}"
    return f"{group.low:g} or more" if group.high is None else f"{group.low:g} to below {group.high:g}"


def _limits(dataset: Dataset, leaks: Sequence[Leak]) -> list[str]:
    return [
        "## Limitations",
        "\n".join(
            (
                *(f"- **`{leak.feature}` {leak_sentence(leak)}**: it may be known only after it." for leak in leaks),
                f"- It describes one population at one time: {dataset.info.title}. Other populations need other data.",
                "- It was trained on clients who had been accepted; its estimates for others are uncertain.",
                "- SHAP values show what moved the estimate, not what causes a default.",
                "- Features can act together as proxies for sensitive ones, even if none does alone: see Fairness.",
                "- Cross-validation on one data set is optimistic: monitor default rates and drift in use.",
            )
        ),
    ]


def _versions() -> list[str]:
    return ["## Library versions", "\n".join(f"- {name} {found}" for name in _LIBRARIES if (found := _version(name)))]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except ModuleNotFoundError:
        return None


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
