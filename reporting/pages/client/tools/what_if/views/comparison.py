"""Before and after, side by side: two probabilities, the points between them, and both marks on one scale."""

from html import escape

from contract.messages import Scored
from contract.schema import Language
from presentation import formats
from presentation.wording import say
from reporting.pages.client.tools.what_if.sentences import apart

CSS = """
.figures { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: end; }
.figures dl { display: flex; gap: 24px; }
.figures dt { font-size: 12.5px; color: var(--muted); }
.figures dd { font-size: 28px; line-height: 36px; font-weight: 650; letter-spacing: -.01em; }
.figures .verdict { flex: 1 1 260px; min-height: 44px; display: flex; flex-direction: column;
  justify-content: flex-end; }
.figures .verdict strong { font-size: 17px; font-weight: 650; }
.scale { position: relative; height: 32px; margin: 16px 0 4px; }
.scale .band { position: absolute; top: 10px; height: 12px; }
.scale .band:first-child { border-radius: 6px 0 0 6px; } .scale .band:nth-child(3) { border-radius: 0 6px 6px 0; }
.scale .tick { position: absolute; top: 4px; height: 24px; width: 2.5px; margin-left: -1.25px; background: var(--ink);
  border-radius: 2px; }
.scale .mark { position: absolute; top: 16px; width: 22px; height: 22px; margin: -11px; border-radius: 50%;
  background: var(--panel); border: 2.5px solid var(--ink); }
.scale .mark.before { border-color: var(--muted); width: 16px; height: 16px; margin: -8px; }
.scale .mark.before i { display: none; }
.scale .mark i { position: absolute; inset: 3px; border-radius: 50%; }
.ends { display: flex; justify-content: space-between; font-size: 12px; color: var(--muted); }
@media (max-width: 480px) { .figures dd { font-size: 24px; } .figures .verdict { min-height: 66px; } }
"""


def comparison(before: Scored, after: Scored | None, language: Language) -> str:
    """Return both scores; without a second one, the first and a place for the other."""
    shown = apart(after.probability, after.threshold, language)[0] if after else "–"
    return (
        "<div class='figures'><dl>"
        f"<div><dt>{escape(say(language, 'what_if.before'))}</dt>"
        f"<dd data-part='pd-before'>{escape(formats.percent(before.probability, language))}</dd></div>"
        f"<div><dt>{escape(say(language, 'what_if.after'))}</dt>"
        f"<dd data-part='pd-after'>{escape(shown)}</dd></div></dl>"
        f"<div class='verdict'>{_verdict(before, after, language)}</div></div>"
        f"{_scale(before, after, language)}"
    )


def points_between(before: Scored, after: Scored, language: Language) -> str:
    """Return the difference in points, of the two probabilities as they are shown."""
    return formats.points(formats.round_tenths(after.probability) - formats.round_tenths(before.probability), language)


_CROSSING = {
    (True, False): "what_if.crosses_down",
    (False, True): "what_if.crosses_up",
    (True, True): "what_if.stays_high",
    (False, False): "what_if.stays_low",
}
"""By whether the threshold was reached before, and is after."""


def _verdict(before: Scored, after: Scored | None, language: Language) -> str:
    if after is None:
        return f"<span class='muted'>{escape(say(language, 'what_if.untouched'))}</span>"
    delta = say(language, "what_if.delta", points=points_between(before, after, language))
    names = {"before": say(language, f"band.{before.band}"), "after": say(language, f"band.{after.band}")}
    band = (
        say(language, "what_if.same_band", band=names["after"])
        if before.band == after.band
        else say(language, "what_if.other_band", **names)
    )
    threshold = apart(after.probability, after.threshold, language)[1]
    was, is_ = before.probability >= before.threshold, after.probability >= after.threshold
    crossing = say(language, _CROSSING[was, is_], threshold=threshold)
    return (
        f"<strong data-part='delta'>{escape(delta)}</strong>"
        f"<span>{escape(band)}<span class='muted'> – {escape(crossing)}</span></span>"
    )


def _scale(before: Scored, after: Scored | None, language: Language) -> str:
    """Return the scale; the figures above say the same in words, so screen readers pass it by."""
    threshold = before.threshold
    edges = (("low", 0.0, threshold / 2), ("medium", threshold / 2, threshold), ("high", threshold, 1.0))
    bands = "".join(
        f"<div class='band' style='left:{start:.2%};width:calc({end - start:.2%} - 1px);"
        f"background:var(--{name})'></div>"
        for name, start, end in edges
    )
    marks = _mark("before", before)
    marks += _mark("after", after) if after else ""
    ends = "".join(f"<span>{escape(formats.percent(share, language, 0))}</span>" for share in (0, 1))
    return (
        f"<div aria-hidden='true'><div class='scale'>{bands}<div class='tick' style='left:{threshold:.2%}'></div>"
        f"{marks}</div><div class='ends'>{ends}</div></div>"
    )


def _mark(name: str, scored: Scored) -> str:
    dot = f"<i style='background:var(--{scored.band})'></i>"
    return f"<div class='mark {name}' style='left:{scored.probability:.2%}'>{dot}</div>"
