"""Where the client stands in the population: a small distribution with the client marked, and the same in words."""

from html import escape

from contract.bundle import Histogram
from contract.schema import Language
from presentation import formats
from presentation.wording import say
from reporting.pages.client.population import Standing, standing

WIDTH, HEIGHT = 168.0, 40.0
GAP = 0.2
"""Of a bar's room, left free."""
LEAST = 1.5
"""Height of a bar that holds hardly anybody: still there to be seen."""

CSS = """
.place { display: flex; align-items: center; gap: 12px; margin: 8px 0 0; }
.place svg { flex: 0 0 auto; width: 168px; height: 48px; }
.place figcaption { color: var(--muted); font-size: 13px; }
"""


def place(histogram: Histogram | None, value: float | str | None, language: Language) -> str:
    """Return the figure; nothing when the population is not known."""
    found = standing(histogram, value) if histogram else None
    if found is None:
        return ""
    words = escape(place_words(found, language))
    return f'<figure class="place">{_picture(found)}<figcaption>{words}</figcaption></figure>'


def place_words(found: Standing, language: Language) -> str:
    """Return where the client stands as a sentence that the histogram proves."""
    same = _share(found.same, language) if found.same is not None else ""
    if found.mine is None:
        return say(language, "place.missing", share=same)
    if found.lower == found.higher == 0:
        return say(language, "place.same", share=same)
    higher = found.lower >= found.higher
    share = _share(found.lower if higher else found.higher, language)
    if found.same is None:
        return say(language, "place.higher" if higher else "place.lower", share=share)
    return say(language, "place.same_higher" if higher else "place.same_lower", same=same, share=share)


def _share(share: float, language: Language) -> str:
    if share < 0.01:
        return say(language, "place.under", share=formats.percent(0.01, language, 0))
    if 0.99 < share < 1:
        return say(language, "place.over", share=formats.percent(0.99, language, 0))
    return formats.percent(share, language, 0)


def _picture(found: Standing) -> str:
    step = WIDTH / len(found.heights)
    bars = "".join(
        _bar(i * step, step * (1 - GAP), max(height * HEIGHT, LEAST if height else 0), i == found.mine)
        for i, height in enumerate(found.heights)
    )
    ground = f'<path d="M0 {HEIGHT + 0.5}H{WIDTH}" stroke="var(--axis)"/>'
    mark = "" if found.mine is None else _mark((found.mine + (1 - GAP) / 2) * step)
    return f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT + 8:g}" aria-hidden="true">{bars}{ground}{mark}</svg>'


def _bar(x: float, width: float, height: float, mine: bool) -> str:
    fill = "var(--accent)" if mine else "var(--axis)"
    faint = "" if mine else ' opacity=".55"'
    return (
        f'<rect x="{x:.1f}" y="{HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{faint}/>'
    )


def _mark(x: float) -> str:
    """A triangle below the client's bar: it is found without its colour too."""
    return f'<path d="M{x:.1f} {HEIGHT + 2}l4 6h-8z" fill="var(--accent)"/>'
