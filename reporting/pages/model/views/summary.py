"""What the model is: version, data, features, threshold."""

from collections.abc import Sequence
from html import escape

from contract.bundle import Bundle
from contract.schema import Feature, Language
from presentation import formats
from presentation.wording import say

CSS = """
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 12px 24px;
  margin-top: 16px; }
.facts dt { color: var(--muted); font-size: 13px; } .facts dd { font-weight: 550; overflow-wrap: anywhere; }
"""


def summary(bundle: Bundle, language: Language) -> str:
    """Return the first card of the page."""
    title, intro = (escape(say(language, key)) for key in ("model.title", "model.intro"))
    facts = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(fact)}</dd></div>" for term, fact in _facts(bundle, language)
    )
    return f'<h2>{title}</h2><p class="muted">{intro}</p><dl class="facts">{facts}</dl>'


def _facts(bundle: Bundle, language: Language) -> list[tuple[str, str]]:
    metrics = bundle.metrics
    sensitive = [feature for feature in bundle.schema if feature.sensitive]
    rows, rate = formats.number(metrics.rows, language), formats.percent(metrics.default_rate, language)
    threshold = formats.percent(metrics.threshold, language)
    ratio = formats.number(metrics.cost_ratio, language, 0 if metrics.cost_ratio == int(metrics.cost_ratio) else 1)
    facts = [
        (say(language, "model.version"), bundle.ref.version),
        (say(language, "model.rows"), say(language, "model.rows_value", rows=rows, rate=rate)),
        (say(language, "model.threshold"), say(language, "model.threshold_value", threshold=threshold, ratio=ratio)),
        (say(language, "model.features"), formats.number(len(bundle.schema.model_features), language)),
        (say(language, "model.left_out"), _listed([f for f in sensitive if not f.in_model], language)),
    ]
    if read := [feature for feature in sensitive if feature.in_model]:
        facts.append((say(language, "model.reads_sensitive"), _listed(read, language)))
    return facts


def _listed(features: Sequence[Feature], language: Language) -> str:
    return ", ".join(feature.label[language] for feature in features) or say(language, "model.none")
