"""What a run counted, in words: whom the totals are about, and whom they are not."""

from html import escape

from contract.codes import Status
from contract.schema import Language
from presentation import formats
from presentation.wording import say
from reporting.pages.portfolio.labels import duration
from reporting.pages.portfolio.run import Outcome

CSS = """
.warning { background: var(--warn-ground); border: 1px solid var(--warn-line); color: var(--warn-ink);
  border-radius: 8px; padding: 8px 12px; margin-top: 8px; font-size: 13.5px; }
p + p { margin-top: 4px; }
"""

_LEFT_OUT = (
    (Status.REJECTED, "portfolio.rejected"),
    (Status.EXPIRED, "portfolio.expired"),
    (Status.FAILED, "portfolio.failed"),
)


def summary(outcome: Outcome, selection: str, language: Language) -> str:
    """Return the head of the result."""
    rate = formats.number(outcome.answered / outcome.seconds if outcome.seconds else 0, language)
    scored, requested = (formats.number(n, language) for n in (outcome.aggregate.scored, outcome.requested))
    lines = [
        say(
            language, "portfolio.scored", scored=scored, requested=requested, time=duration(outcome.seconds, language),
            rate=rate,
        ),
        *(
            say(language, key, count=formats.number(outcome.statuses[status], language))
            for status, key in _LEFT_OUT
            if outcome.statuses[status]
        ),
    ]  # fmt: skip
    if outcome.model:
        lines.append(say(language, "portfolio.model", version=outcome.model))
    chosen = say(language, "portfolio.selection", criteria=selection)
    warnings = "".join(f"<p class='warning' role='note'>{escape(words)}</p>" for words in _warnings(outcome, language))
    return (
        f"<h2>{escape(say(language, 'portfolio.result'))}</h2><p>{escape(chosen)}</p>"
        f"<p class='muted'>{escape(' '.join(lines))}</p>{warnings}"
    )


def _warnings(outcome: Outcome, language: Language) -> list[str]:
    """Return why the totals are not about everybody."""
    words = []
    if outcome.cancelled:
        words.append(say(language, "portfolio.was_cancelled"))
    elif outcome.lost:
        words.append(say(language, "portfolio.partly", count=formats.number(outcome.lost, language)))
    elif outcome.problem:
        words.append(say(language, "portfolio.cut_short"))
    if outcome.problem and not outcome.cancelled:
        words[-1] += " " + say(language, f"problem.{outcome.problem}_title") + "."
    return words
