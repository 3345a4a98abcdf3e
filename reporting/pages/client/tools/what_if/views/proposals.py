"""What the card "what would change it" says, as HTML; each proposal leaves room for its button."""

from collections.abc import Sequence
from html import escape

from contract.schema import FeatureSchema, Language
from presentation import formats
from presentation.wording import say
from reporting.pages.client.tools.what_if.proposal import Proposal
from reporting.pages.client.tools.what_if.sentences import proposal_text
from reporting.problems import NotScored
from reporting.widgets.components import problem_words

CSS = """
p + p, h2 + p { margin-top: 4px; }
.proposal { border-left: 3px solid var(--accent); padding: 2px 0 2px 16px; }
.proposal.other { border-color: var(--line); }
.proposal h3 { color: var(--muted); }
.caution { font-size: 12.5px; color: var(--muted); }
.fault { color: var(--alert); font-weight: 600; }
"""


def heading(high: bool, threshold: float, language: Language) -> str:
    """Return the title and what the card is about."""
    key = "recourse.intro" if high else "recourse.below"
    text = say(language, key, threshold=formats.percent(threshold, language))
    return f"<h2>{escape(say(language, 'recourse.title'))}</h2><p class='muted'>{escape(text)}</p>"


def proposal(place: int, shown: Proposal, schema: FeatureSchema, threshold: float, language: Language) -> str:
    """Return one proposal; the first is the smallest."""
    kind = say(language, "recourse.other" if place else "recourse.smallest")
    sentence = proposal_text(shown, schema, threshold, language)
    other = " other" if place else ""
    return f"<div class='proposal{other}'><h3>{escape(kind)}</h3><p>{escape(sentence)}</p></div>"


def remark(found: Sequence[Proposal], threshold: float, language: Language) -> str:
    """Return what stands below: caution about proposals, or that there is none."""
    if found:
        return f"<p class='caution'>{escape(say(language, 'recourse.caution'))}</p>"
    none = say(language, "recourse.none", threshold=formats.percent(threshold, language))
    return f"<p><strong>{escape(none)}</strong></p><p class='muted'>{escape(say(language, 'recourse.none_text'))}</p>"


def trouble(outcome: NotScored, language: Language) -> str:
    """Return what stood in the way, for any card of this page."""
    title, text = problem_words(outcome.problem, language)
    return f"<div role='alert'><p class='fault'>{escape(title)}</p><p class='muted'>{escape(text)}</p></div>"
