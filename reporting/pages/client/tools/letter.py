"""What the letter says: one page of plain sentences about one score, in one language. No I/O, no layout."""

from dataclasses import dataclass
from typing import Literal

from contract.messages import Scored
from contract.schema import FeatureSchema, Language
from presentation import formats
from presentation.factors import reasons
from presentation.values import distinct_percentages, value_text
from presentation.wording import say
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureChange


@dataclass(frozen=True)
class Sender:
    """Who hands the letter out; None leaves a place to fill in by hand."""

    bank: str | None = None
    contact: str | None = None


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs above and below a list, and the list."""

    heading: str
    items: tuple[str, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClientLetter:
    """The page from top to bottom. `facts` are pairs of a label and what it says; `change` is None when unknown."""

    language: Language
    bank: str
    title: str
    introduction: str
    facts: tuple[tuple[str, str], ...]
    raises: Section
    lowers: Section
    change: Section | None
    rights: Section
    footer: str


def compose_letter(
    scored: Scored, schema: FeatureSchema, proposal: Counterfactual | None, sender: Sender, language: Language
) -> ClientLetter:
    """Return the letter about a score. It shows the same digits as the gauge, and no other value of the client.

    With a proposal it also names the values that would change, before and after.
    """
    raising, lowering = reasons(scored)
    return ClientLetter(
        language=language,
        bank=sender.bank or say(language, "letter.no_bank"),
        title=say(language, "letter.title"),
        introduction=say(language, "letter.lead"),
        facts=_facts(scored, language),
        raises=_reasons("raises", raising, schema, language),
        lowers=_reasons("lowers", lowering, schema, language),
        change=_change(proposal, scored.threshold, schema, language) if proposal else None,
        rights=_rights(sender.contact or say(language, "letter.no_contact"), language),
        footer=say(language, "letter.foot"),
    )


def _facts(scored: Scored, language: Language) -> tuple[tuple[str, str], ...]:
    band = say(language, f"band.{scored.band}")
    pd, threshold = (formats.percent(share, language) for share in (scored.probability, scored.threshold))
    return (
        (say(language, "letter.subject"), say(language, "letter.subject_text")),
        (say(language, "letter.client"), scored.client_ref),
        (say(language, "letter.date"), formats.moment(scored.scored_at, language)),
        (say(language, "letter.model"), scored.model.version),
        (say(language, "letter.pd"), say(language, "letter.pd_text", pd=pd, band=band)),
        (say(language, "letter.threshold"), say(language, "letter.threshold_text", threshold=threshold)),
    )


def _reasons(
    direction: Literal["raises", "lowers"], names: tuple[str, ...], schema: FeatureSchema, language: Language
) -> Section:
    known = [schema[name] for name in names if name in schema.by_name]
    sentences = tuple(f"{feature.reason(direction, language)}." for feature in known)
    return Section(say(language, f"letter.{direction}"), sentences or (say(language, "letter.none"),))


def _change(proposal: Counterfactual, threshold: float, schema: FeatureSchema, language: Language) -> Section:
    pd, limit = distinct_percentages(proposal.probability, threshold, language)
    return Section(
        say(language, "letter.change"),
        tuple(_one_change(change, schema, language) for change in proposal.changes),
        above=(say(language, "letter.change_text", pd=pd, threshold=limit),),
        below=(say(language, "letter.change_note"),),
    )


def _one_change(change: FeatureChange, schema: FeatureSchema, language: Language) -> str:
    feature = schema[change.feature]
    before, after = (value_text(feature, raw, schema, language) for raw in (change.before, change.after))
    return say(language, "letter.change_one", label=feature.label[language], before=before, after=after)


def _rights(contact: str, language: Language) -> Section:
    return Section(
        say(language, "letter.rights"),
        (say(language, "letter.review"), say(language, "letter.access"), say(language, "letter.authority")),
        below=(say(language, "letter.law"), say(language, "letter.contact", contact=contact)),
    )
