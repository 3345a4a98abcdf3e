"""The distribution and the threshold in it; what follows from a move of the threshold is shown by whoever asks."""

from collections.abc import Callable
from html import escape
from typing import Any

import panel_material_ui as pmui

from presentation import formats
from presentation.wording import say
from reporting.pages.portfolio.aggregate import STEPS, Aggregate
from reporting.pages.portfolio.reading import bands, cheapest, distribution
from reporting.pages.portfolio.views.histogram import Histogram
from reporting.pages.portfolio.views.layout import TABLE
from reporting.pages.portfolio.views.totals import distribution_table
from reporting.widgets.components import card, column, html
from reporting.widgets.theme import Look

BARS = 100
"""A bar for each percentage point."""

TABLE_ROWS = 20

SIDE_BY_SIDE = ":host { flex-flow: row wrap; }"
"""As long as they fit. Panel's own FlexBox compiles a template in the browser, which the page's policy forbids."""

SLIDER_SX = {"& .MuiSlider-root": {"padding": "12px 0"}, "& .MuiFormLabel-root": {"fontSize": 14, "fontWeight": 600}}


class ThresholdCard:
    """Histogram, slider, and the thresholds worth a look."""

    def __init__(self, model_threshold: float, on_move: Callable[[], None]) -> None:
        self._model, self._on_move = model_threshold, on_move
        self._cheapest = model_threshold
        self._histogram: Histogram | None = None
        self._title, self._alt = html(), html()
        self._chart = column()
        self._slider = pmui.FloatSlider(
            start=0, end=100, step=100 / STEPS, value=model_threshold * 100, show_value=False, tooltips=False,
            size="small", sizing_mode="stretch_width", margin=(8, 8, 0, 8), sx=SLIDER_SX,
        )  # fmt: skip
        self._slider.param.watch(lambda _: self._on_move(), "value")
        self._to_model = _button(lambda: self.move_to(self._model))
        self._to_cheapest = _button(lambda: self.move_to(self._cheapest))
        self._hint, self._table = html(), html("", TABLE)
        self.panel = card(
            self._title, self._chart, self._alt, self._slider,
            column(self._to_model, self._to_cheapest, css=SIDE_BY_SIDE, margin=(4, 0)), self._hint,
            self._table, margin=(20, 0, 0, 0),
        )  # fmt: skip

    @property
    def threshold(self) -> float:
        """The threshold that is set."""
        return float(self._slider.value) / 100

    def move_to(self, threshold: float) -> None:
        """Set another threshold."""
        self._slider.value = threshold * 100

    def draw(self, aggregate: Aggregate, look: Look) -> None:
        """Show a portfolio's distribution in this look."""
        language = look.language
        self._title.object = f"<h2>{escape(say(language, 'portfolio.distribution'))}</h2>"
        self._histogram = Histogram(distribution(aggregate, BARS), self.threshold, look)
        self._chart.objects = [self._histogram.panel]
        self._to_model.label = _at(look, "portfolio.threshold_model", self._model)
        self._hint.object = f"<p class='muted'>{escape(say(language, 'portfolio.threshold_hint'))}</p>"
        self._table.object = distribution_table(distribution(aggregate, TABLE_ROWS), aggregate.scored, language)

    def show(self, aggregate: Aggregate, ratio: float, look: Look) -> None:
        """Show what depends on the threshold or the cost ratio."""
        if self._histogram is not None:
            self._histogram.move(self.threshold)
        self._slider.label = _at(look, "portfolio.threshold", self.threshold)
        self._cheapest = cheapest(aggregate, ratio)[0]
        self._to_cheapest.label = _at(look, "portfolio.threshold_cheapest", self._cheapest)
        self._alt.object = _alt(aggregate, self.threshold, look)

    def wipe(self) -> None:
        """Forget the portfolio."""
        if self._histogram is not None:
            self._histogram.wipe()
        self._histogram, self._chart.objects = None, []
        self._table.object = self._alt.object = ""
        self._cheapest = self._model
        self._to_cheapest.label = ""


def _alt(aggregate: Aggregate, threshold: float, look: Look) -> str:
    language = look.language
    words = say(
        language,
        "portfolio.distribution_alt",
        count=formats.number(aggregate.scored, language),
        mean=formats.percent(aggregate.mean, language),
        high=formats.percent(bands(aggregate, threshold)[-1].share, language),
        threshold=formats.percent(threshold, language),
    )
    return f'<p class="unseen" role="img" aria-label="{escape(words)}"></p>'


def _at(look: Look, key: str, threshold: float) -> str:
    return say(look.language, key, threshold=formats.percent(threshold, look.language))


def _button(call: Callable[[], None]) -> Any:
    button = pmui.Button(variant="outlined", size="small", margin=(4, 8, 4, 0))
    button.on_click(lambda _: call())
    return button
