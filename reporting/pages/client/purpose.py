"""For what the bank needs a client's file: the choice above the list, remembered from one client to the next."""

from collections.abc import Callable, Sequence

from presentation.business_purposes import business_purpose_text
from presentation.locale import Locale
from reporting.widgets.components import native_select


class PurposeSelect:
    """Empty until the advisor has said it once in this session; then it offers the last answer again."""

    def __init__(self, purposes: Sequence[str], on_change: Callable[[str], None]) -> None:
        self._purposes, self._on_change, self._showing = purposes, on_change, False
        self.panel = native_select(options={}, margin=(8, 0, 0, 0))
        self.panel.param.watch(lambda event: self._changed(event.new), "value")

    def show(self, purpose: str, locale: Locale) -> None:
        """Show the purpose under which the next client is opened."""
        none = {} if purpose else {locale.text("client.purpose_none"): ""}
        options = none | {business_purpose_text(one, locale): one for one in self._purposes}
        self._showing = True
        self.panel.param.update(name=locale.text("client.purpose"), options=options, value=purpose)
        self._showing = False

    def _changed(self, purpose: str) -> None:
        if not self._showing and purpose in self._purposes:
            self._on_change(purpose)
