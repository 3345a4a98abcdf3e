"""The left side: select clients, start a run, follow its progress, cancel it."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import panel_material_ui as pmui
import param
from panel.custom import JSComponent
from sqlalchemy import Engine

from contract.disclosure import MIN_GROUP_SIZE, rounded_count
from contract.schema import Feature, FeatureSchema
from db.clients import ClientQuery, count_clients
from db.errors import DatabaseError
from presentation.locale import Locale
from producers.portfolio.run import PortfolioProgress
from reporting.pages.portfolio.result_tables import count_text
from reporting.pages.portfolio.run import ThroughputMeter
from reporting.problems import Problem, problem_of
from reporting.widgets.components import card, column, html, native_select, problem_text
from reporting.widgets.filter_panel import FilterPanel
from reporting.widgets.filters import ChoiceFilter, FilterSpec, filter_range_text
from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent


def count_selected(engine: Engine, schema: FeatureSchema, query: ClientQuery) -> int | Problem:
    """Return how many clients a query selects, or the problem that prevents counting them."""
    try:
        return count_clients(engine, schema, query)
    except DatabaseError as error:
        return problem_of(error)


def selection_text(
    specs: Sequence[FilterSpec], values: Mapping[str, Any], schema: FeatureSchema, locale: Locale
) -> str:
    """Return the filters that are set in words. `values`: (low, high) of a range, chosen levels of a choice."""
    parts = []
    for spec in specs:
        if (value := values.get(spec.feature.name)) is None:
            continue
        if isinstance(spec, ChoiceFilter):
            words = ", ".join(level.label[locale.language] for level in spec.feature.levels if level.value in value)
        else:
            untouched = tuple(value) == (spec.start, spec.end)
            words = "" if untouched else filter_range_text(spec, value, schema, locale)
        if words:
            parts.append(f"{locale.label(spec.feature)} ({words})")
    return " · ".join(parts) or locale.text("portfolio.all")


class ProgressBar(JSComponent):
    """A bar with text below it; `share` is the completed share, or -1 while it is unknown."""

    share = param.Number(default=-1)
    label = param.String()
    text = param.String()

    _esm = _HERE / "progress_bar.js"
    _stylesheets = [CSS, (_HERE / "progress_bar.css").read_text()]  # noqa: RUF012 - Panel reads it from the class


_SELECTION_CSS = """
.count { font-size: 26px; line-height: 32px; font-weight: 650; letter-spacing: -.01em; margin-top: 4px; }
.count small { font-size: 14px; font-weight: 400; letter-spacing: 0; color: var(--muted); }
.error { color: var(--alert); }
.busy { opacity: .5; }
"""


class SelectionPanel:
    """Filters, the number of clients they leave, what divides them into segments, and the run."""

    def __init__(
        self,
        filters: FilterPanel,
        divisible: Sequence[Feature],
        *,
        on_run: Callable[[], None],
        on_cancel: Callable[[], None],
        on_retry: Callable[[], None],
    ) -> None:
        self._filters = filters
        filters.text.visible = False  # one client is not a portfolio
        self._head = html()
        self._count = html("", _SELECTION_CSS, margin=(8, 0, 0, 0))
        self._divisible = divisible
        self._by = native_select(margin=(16, 0, 0, 0), value=divisible[0].name if divisible else None)
        self._run = pmui.Button(variant="contained", margin=(16, 0, 0, 0), sizing_mode="stretch_width")
        self._cancel = pmui.Button(variant="outlined", margin=(16, 0, 0, 0), sizing_mode="stretch_width", visible=False)
        self._retry = pmui.Button(variant="text", size="small", margin=(4, 0, 0, -5), visible=False)
        self._run.on_click(lambda _: on_run())
        self._cancel.on_click(lambda _: on_cancel())
        self._retry.on_click(lambda _: on_retry())
        self._progress = ProgressBar(sizing_mode="stretch_width", margin=(16, 0, 0, 0), visible=False)
        self.panel = card(
            self._head, filters.panel, self._count, self._retry, self._by, column(self._run, self._cancel),
            self._progress,
        )  # fmt: skip

    @property
    def divide_by(self) -> str | None:
        """Name of the feature whose segments a run counts; None if the model has none that can be divided."""
        return str(self._by.value) if self._by.value else None

    def set_language(self, locale: Locale) -> None:
        """Write labels in this language."""
        self._filters.set_language(locale)
        self._head.object = (
            f"<h2>{escape(locale.text('portfolio.title'))}</h2>"
            f"<p class='muted'>{escape(locale.text('portfolio.intro'))}</p>"
        )
        self._by.param.update(
            name=locale.text("portfolio.segment_by"), options=_options(self._divisible, locale), value=self._by.value
        )
        self._run.label = locale.text("portfolio.run")
        self._retry.label = locale.text("problem.retry")
        self._progress.label = locale.text("portfolio.progress")

    def show_count(self, count: int | Problem | None, busy: bool, locale: Locale) -> None:
        """Show how many clients are selected; during a new count the last number stays, dimmed."""
        self._retry.visible = isinstance(count, Problem)
        self._run.disabled = busy or not isinstance(count, int) or count < MIN_GROUP_SIZE
        self._count.object = f"<div role='status' class='{'busy' if busy else ''}'>{_count_html(count, locale)}</div>"

    def show_run(
        self, progress: PortfolioProgress | None, throughput: ThroughputMeter, cancelling: bool, locale: Locale
    ) -> None:
        """Show how far the run is; None when there is none."""
        running = progress is not None
        self._run.visible, self._cancel.visible, self._progress.visible = not running, running, running
        if progress is None:
            return
        self._cancel.param.update(
            label=locale.text("portfolio.cancelling" if cancelling else "portfolio.cancel"), disabled=cancelling
        )
        share = progress.done / progress.total if progress.total else -1
        self._progress.param.update(share=share, text=_progress_text(progress, throughput, locale))


def _count_html(count: int | Problem | None, locale: Locale) -> str:
    if count is None:
        return f"<p class='muted'>{escape(locale.text('find.searching'))}</p>"
    if isinstance(count, Problem):
        title, text = problem_text(count, locale)
        return f"<h3 class='error'>{escape(title)}</h3><p class='muted'>{escape(text)}</p>"
    if count == 0:
        return f"<p class='count'>{locale.number(0)}</p><p class='muted'>{escape(locale.text('portfolio.none'))}</p>"
    if count < MIN_GROUP_SIZE:
        return f"<p class='muted'>{escape(locale.text('portfolio.too_few', minimum=MIN_GROUP_SIZE))}</p>"
    word = escape(locale.text("portfolio.clients"))
    about = escape(locale.text("portfolio.about_count"))
    return f"<p class='count'><small>{about}</small> {count_text(count, locale)} <small>{word}</small></p>"


def _options(features: Sequence[Feature], locale: Locale) -> dict[str, str]:
    """Return the features to segment by; those outside the model are marked."""
    sensitive = locale.text("client.sensitive")
    return {
        locale.label(feature) + (f" ({sensitive})" if feature.sensitive else ""): feature.name for feature in features
    }


def _progress_text(progress: PortfolioProgress, throughput: ThroughputMeter, locale: Locale) -> str:
    if not progress.total:
        return locale.text("portfolio.connecting")
    done = locale.number(rounded_count(progress.done) or 0)
    total = count_text(progress.total, locale)
    parts = []
    if rate := throughput.rate:
        parts.append(locale.text("portfolio.rate", rate=locale.number(rate)))
    left = throughput.seconds_left(progress.total)
    if left is not None:
        parts.append(locale.text("portfolio.left", time=locale.duration(left)))
    return locale.text("portfolio.done", done=done, total=total) + "\n" + " · ".join(parts)
