"""The widgets of the what-if simulation: sliders and selects."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import panel_material_ui as pmui

from contract.schema import FeatureSchema, FeatureType
from presentation.locale import Locale
from reporting.pages.client.tools.counterfactual import FeatureValue
from reporting.pages.client.tools.what_if_state import Control, SelectControl, SliderControl
from reporting.widgets.components import column, native_select
from reporting.widgets.filter_panel import GRID, SLIDER_SX
from reporting.widgets.theme import DisplayPreferences

_CONTROLS_CSS = (
    GRID + ":host { grid-template-columns: repeat(auto-fill, minmax(min(100%, 240px), 1fr)); gap: 16px 32px; }"
)


class WhatIfControls:
    """Widgets for the controls; calls `on_move(feature, value)` with every move of the hand."""

    def __init__(self, schema: FeatureSchema, on_move: Callable[[str, FeatureValue], None]) -> None:
        self._schema, self._on_move = schema, on_move
        self._locale = DisplayPreferences().locale
        self._suppress_events = False
        self._controls: Sequence[Control] = ()
        self._widgets: dict[str, Any] = {}
        self.panel = column(css=_CONTROLS_CSS)

    def build(self, controls: Sequence[Control], locale: Locale) -> None:
        """Show these controls, at the client's own values."""
        self._locale, self._controls = locale, controls
        self._widgets = {control.feature.name: self._widget(control) for control in controls}
        self.set_language(locale)
        self.panel.objects = list(self._widgets.values())

    def set_language(self, locale: Locale) -> None:
        """Write labels in this language."""
        self._locale = locale
        for control in self._controls:
            self._update_labels(control)

    def set_values(self, changed: Mapping[str, FeatureValue]) -> None:
        """Set these values, and the client's own for all others, without events."""
        self._suppress_events = True
        for control in self._controls:
            name = control.feature.name
            self._widgets[name].value = changed.get(name, control.value)
            self._update_labels(control, moved=name in changed)
        self._suppress_events = False

    def clear(self) -> None:
        """Leave no value behind, in the browser's models neither."""
        self._suppress_events = True
        for control in self._controls:
            widget = self._widgets[control.feature.name]
            if isinstance(control, SliderControl):
                widget.param.update(value=0.0, start=0.0, end=1.0, value_label="")
            else:
                widget.param.update(options={"": ""}, value="")
        self._controls, self._widgets, self._suppress_events = (), {}, False
        self.panel.objects = []

    def _widget(self, control: Control) -> Any:
        widget = _slider(control) if isinstance(control, SliderControl) else native_select(margin=0, options={})
        widget.param.watch(lambda event: self._moved(control, event.new), "value")
        return widget

    def _moved(self, control: Control, value: FeatureValue | None) -> None:
        if self._suppress_events or value is None:
            return
        self._update_labels(control, moved=True)
        whole = control.feature.type is FeatureType.INTEGER
        self._on_move(control.feature.name, float(round(float(value))) if whole else value)

    def _update_labels(self, control: Control, moved: bool = False) -> None:
        widget, locale = self._widgets[control.feature.name], self._locale
        if isinstance(control, SliderControl):
            value = widget.value if moved else control.client_value
            text = locale.value(control.feature, value, self._schema)
            # The widget shows its own label of the value one move late, so ours is part of the feature's label.
            widget.param.update(label=locale.labelled(locale.label(control.feature), text), value_label=text)
        else:
            _update_select(widget, control, self._schema, locale)


def _update_select(widget: Any, control: SelectControl, schema: FeatureSchema, locale: Locale) -> None:
    own = () if control.value in control.values else (control.value,)  # none, or a code
    options = {locale.value(control.feature, value, schema): value for value in (*own, *control.values)}
    if widget.options != options:
        value = widget.value if widget.options else control.value
        widget.param.update(name=locale.label(control.feature), options=options, value=value)


def _slider(control: SliderControl) -> Any:
    return pmui.FloatSlider(
        start=control.start, end=control.end, step=control.step, value=control.value, size="small", tooltips=False,
        show_value=False, sizing_mode="stretch_width", margin=0, sx=SLIDER_SX,
    )  # fmt: skip
