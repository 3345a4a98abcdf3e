"""The filters above the list: text on the reference, a few prominent ones, the rest behind "more filters"."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import panel as pn
import panel_material_ui as pmui

from contract.schema import FeatureSchema
from presentation.locale import Locale
from reporting.widgets.components import column
from reporting.widgets.filters import ALWAYS_VISIBLE, ChoiceFilter, FilterSpec, RangeFilter, filter_range_text
from reporting.widgets.theme import DisplayPreferences

GRID = """
:host { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 190px), 1fr));
  gap: 8px 24px; align-items: end; }
"""
MORE = GRID + ":host { max-height: 320px; overflow-y: auto; margin: 0 -8px !important; padding: 8px; }"
SLIDER_SX = {
    "& .MuiSlider-root": {"padding": "8px 0"},
    "& .MuiSlider-thumb": {"width": 16, "height": 16},
    "& .MuiFormLabel-root": {"fontSize": 13},
}

CHOICE_SX = {"& .MuiSelect-select": {"padding": "8px 12px", "minHeight": "24px !important", "fontSize": 14}}
CHOICE_CSS = """
.MuiInputLabel-root { font-size: 14px; }
.MuiInputLabel-root:not(.MuiInputLabel-shrink) { transform: translate(12px, 9px); }
"""
"""The label stands outside the part that `sx` reaches; by default it is placed for a taller box."""


class FilterPanel:
    """Widgets for the filters; calls `on_change` when the advisor has set one."""

    def __init__(self, schema: FeatureSchema, specs: Sequence[FilterSpec], on_change: Callable[[], None]) -> None:
        self._schema, self._specs, self._on_change = schema, specs, on_change
        self._locale = DisplayPreferences().locale
        self._quiet = False
        self._widgets: dict[str, Any] = {}
        self.text = pmui.TextInput(size="small", margin=(0, 0, 14, 0), sizing_mode="stretch_width", max_length=128)
        self.text.param.watch(self._changed, "value_input")
        self._prominent = column(css=GRID)
        self._others = column(visible=False)
        self._more = pmui.Button(variant="text", size="small", margin=0, icon="tune")
        self._clear = pmui.Button(variant="text", size="small", margin=0, visible=False)
        self._more.on_click(self._toggle)
        self._clear.on_click(lambda _: self.clear())
        self._prominent.objects = [self._widget(spec) for spec in specs[:ALWAYS_VISIBLE]]
        bar = pn.Row(self._more, self._clear, margin=(2, 0, 0, -5))
        self._more.visible = len(specs) > ALWAYS_VISIBLE
        self.panel = column(self.text, self._prominent, self._others, bar, margin=(12, 0, 0, 0))

    @property
    def values(self) -> dict[str, Any]:
        """What is set, by feature name."""
        return {name: widget.value for name, widget in self._widgets.items()}

    @property
    def active(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text.value_input) or any(not self._untouched(spec) for spec in self._specs)

    def set_language(self, locale: Locale) -> None:
        """Speak this language."""
        self._locale = locale
        self.text.param.update(label=locale.text("find.text"), placeholder=locale.text("find.text_hint"))
        self._more.label = locale.text("find.fewer" if self._others.visible else "find.more")
        self._clear.label = locale.text("find.clear")
        for spec in self._specs:
            self._speak(spec)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Set these filters, by feature name, without calling back; those that waited come into sight."""
        if values.keys() - {spec.feature.name for spec in self._specs[:ALWAYS_VISIBLE]}:
            self._toggle(None)
        for spec in self._specs:
            if spec.feature.name in values:
                self._widgets[spec.feature.name].value = values[spec.feature.name]
                self._speak(spec)
        self._clear.visible = self.active

    def clear(self) -> None:
        """Take every filter back, with one search instead of one for each."""
        self._quiet = True
        self.text.param.update(value="", value_input="")
        for spec in self._specs:
            if widget := self._widgets.get(spec.feature.name):
                widget.value = [] if isinstance(spec, ChoiceFilter) else (spec.start, spec.end)
                self._speak(spec)
        self._quiet = False
        self._changed()

    def _toggle(self, _: Any) -> None:
        if not self._others.objects:  # a hundred widgets that few advisors need: made at first use
            self._others.objects = [column(*(self._widget(spec) for spec in self._specs[ALWAYS_VISIBLE:]), css=MORE)]
        self._others.visible = not self._others.visible
        self.set_language(self._locale)

    def _widget(self, spec: FilterSpec) -> Any:
        widget = _choice() if isinstance(spec, ChoiceFilter) else _slider(spec)
        self._widgets[spec.feature.name] = widget
        self._speak(spec)
        if isinstance(spec, RangeFilter):
            widget.param.watch(lambda _: self._speak(spec), "value")
            widget.param.watch(self._changed, "value_throttled")
        else:
            widget.param.watch(self._changed, "value")
        return widget

    def _speak(self, spec: FilterSpec) -> None:
        locale, widget = self._locale, self._widgets.get(spec.feature.name)
        if widget is None:
            return
        if isinstance(spec, RangeFilter):
            text = filter_range_text(spec, widget.value, self._schema, locale)
            widget.label = locale.labelled(locale.label(spec.feature), text)
            return
        options = {locale.value(spec.feature, value, self._schema): value for value in spec.values}
        chosen = widget.value
        widget.param.update(
            label=locale.label(spec.feature), placeholder=locale.text("find.any"), options=options, value=chosen
        )

    def _untouched(self, spec: FilterSpec) -> bool:
        widget = self._widgets.get(spec.feature.name)
        if widget is None:
            return True
        return not widget.value if isinstance(spec, ChoiceFilter) else tuple(widget.value) == (spec.start, spec.end)

    def _changed(self, *_: Any) -> None:
        if not self._quiet:
            self._clear.visible = self.active
            self._on_change()


def _choice() -> Any:
    return pmui.MultiChoice(
        sx=CHOICE_SX, stylesheets=[CHOICE_CSS], sizing_mode="stretch_width", margin=(6, 0), options={}
    )


def _slider(spec: RangeFilter) -> Any:
    return pmui.RangeSlider(
        start=spec.start, end=spec.end, step=spec.step, value=(spec.start, spec.end), size="small", tooltips=False,
        show_value=False,
        sizing_mode="stretch_width", margin=0, sx=SLIDER_SX,
    )  # fmt: skip
