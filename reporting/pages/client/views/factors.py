"""What makes up the score: the sum in words, and the waterfall whose rows unfold."""

from html import escape
from pathlib import Path

import param
from panel.custom import JSComponent

from contract.bundle import Baseline
from contract.messages import Scored
from contract.schema import FeatureSchema, Language
from db.clients import Client
from presentation import formats
from presentation.factors import Breakdown, break_down
from presentation.wording import say
from reporting.pages.client.views.place import CSS as PLACE_CSS
from reporting.pages.client.views.waterfall import Waterfall
from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent


class Factors(JSComponent):
    """Shows `content`; empty, it shows nothing and has forgotten which rows were unfolded."""

    content = param.String()

    _esm = _HERE / "factors.js"
    _stylesheets = [  # noqa: RUF012 - Panel reads it from the class
        CSS, ":host { container-type: inline-size; width: 100%; }", PLACE_CSS, (_HERE / "factors.css").read_text()
    ]  # fmt: skip


def factors_html(scored: Scored, client: Client, schema: FeatureSchema, baseline: Baseline, language: Language) -> str:
    """Return the whole card's content."""
    breakdown = break_down(scored)
    threshold = formats.round_tenths(scored.threshold)
    fall = Waterfall(breakdown, threshold, client, schema, baseline, language).html()
    return _heading(breakdown, language) + fall


def _heading(breakdown: Breakdown, language: Language) -> str:
    line = say(
        language,
        "factors.sum",
        average=formats.tenths(breakdown.average, language),
        sign="+" if breakdown.total >= 0 else formats.MINUS,
        factors=formats.number(abs(breakdown.total) / 10, language, 1),
        pd=formats.tenths(breakdown.probability, language),
    )
    keys = "".join(
        f"<span><b class='{name}' aria-hidden='true'>{arrow}</b>{escape(say(language, f'factors.{name}'))}</span>"
        for name, arrow in (("raises", "▲"), ("lowers", "▼"))
    )
    return (
        f"<h2>{escape(say(language, 'factors.title'))}</h2><p data-part='sum'>{escape(line)}</p>"
        f"<div class='legend'>{keys}<span>{escape(say(language, 'factors.axis'))}</span></div>"
    )
