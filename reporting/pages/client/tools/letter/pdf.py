"""The letter as PDF, made in memory: tagged for screen readers (PDF/UA-1, ISO 14289-1), the same bytes each time."""

import threading
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
import typst

from reporting.pages.client.tools.letter.sheet import Sheet

_HERE = Path(__file__).parent
_SOURCE = (_HERE / "sheet.typ").read_bytes()

KEPT_RUNS = 10
"""The typesetter remembers parts of a document until this many documents later, to be fast with the next."""

_one_at_a_time = threading.Lock()


def to_pdf(sheet: Sheet, made: datetime) -> bytes:
    """Return the letter as one PDF file, dated `made`. The typesetter forgets it before this returns."""
    data = msgspec.json.encode(sheet).decode()
    with _one_at_a_time:
        try:
            return _typeset(_SOURCE, {"sheet": data}, made)
        finally:
            for run in range(KEPT_RUNS + 1):
                _typeset(b'#set document(title: "-")\n#%d' % run, {}, made)


def _typeset(source: bytes, inputs: dict[str, str], made: datetime) -> bytes:
    second = made.replace(microsecond=0)  # all that PDF can tell, and all that the typesetter takes
    pdf = typst.compile(  # type: ignore[call-overload]  # its stub wants the root in the same type as the source
        source, root=_HERE, font_paths=_fonts(), sys_inputs=inputs, pdf_standards="ua-1", timestamp=second
    )
    if not isinstance(pdf, bytes):
        raise TypeError("one document makes one file")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts that come with the typesetter, and no others: the letter looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
