"""The content of the letter: one page about one score, in one language. No I/O, no layout."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from contract.messages import Scored
from contract.schema import FeatureSchema, Language
from presentation.factors import reasons
from presentation.locale import Locale
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureChange


@dataclass(frozen=True)
class Sender:
    """Who issues the letter; None leaves a blank to fill in by hand."""

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
    """The page from top to bottom. `facts` are pairs of label and text; `change` is None if unknown."""

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
    draft: str | None = None
    """Why this is a draft, in a sentence; None if it is none."""
    draft_mark: str = ""
    """The word that is printed across a draft."""


Values: TypeAlias = Mapping[str, float | str | None]


def compose_letter(
    scored: Scored,
    schema: FeatureSchema,
    proposal: Counterfactual | None,
    sender: Sender,
    locale: Locale,
    values: Values | None = None,
) -> ClientLetter:
    """Return the letter about a score; it shows the same digits as the gauge. `values` are the client's.

    It names no value where the schema has a sentence that fits. With a proposal it also names the values that would
    change, before and after. The words of a draft schema make a draft.
    """
    raising, lowering = reasons(scored)
    return ClientLetter(
        language=locale.language,
        bank=sender.bank or locale.text("letter.no_bank"),
        title=locale.text("letter.title"),
        introduction=locale.text("letter.introduction"),
        facts=_facts(scored, locale),
        raises=_reasons("raises", raising, schema, locale, values),
        lowers=_reasons("lowers", lowering, schema, locale, values),
        change=_change(proposal, scored.threshold, schema, locale) if proposal else None,
        rights=_rights(sender.contact or locale.text("letter.no_contact"), locale),
        footer=locale.text("letter.footer"),
        draft=locale.text("letter.draft") if schema.draft else None,
        draft_mark=locale.text("letter.draft_mark") if schema.draft else "",
    )


def _facts(scored: Scored, locale: Locale) -> tuple[tuple[str, str], ...]:
    band = locale.text(f"band.{scored.band}")
    pd, threshold = (locale.percent(share) for share in (scored.probability, scored.threshold))
    return (
        (locale.text("letter.subject"), locale.text("letter.subject_text")),
        (locale.text("letter.client"), scored.client_ref),
        (locale.text("letter.date"), locale.moment(scored.scored_at)),
        (locale.text("letter.model"), scored.model.version),
        (locale.text("letter.pd"), locale.text("letter.pd_text", pd=pd, band=band)),
        (locale.text("letter.threshold"), locale.text("letter.threshold_text", threshold=threshold)),
    )


def _reasons(
    direction: Literal["raises", "lowers"],
    names: tuple[str, ...],
    schema: FeatureSchema,
    locale: Locale,
    values: Values | None,
) -> Section:
    known = [schema[name] for name in names if name in schema.by_name]
    sentences = tuple(f"{locale.reason(feature, direction, schema, values)}." for feature in known)
    return Section(locale.text(f"letter.{direction}"), sentences or (locale.text("letter.none"),))


def _change(proposal: Counterfactual, threshold: float, schema: FeatureSchema, locale: Locale) -> Section:
    pd, limit = locale.distinct_percentages(proposal.probability, threshold)
    return Section(
        locale.text("letter.change"),
        tuple(_one_change(change, schema, locale) for change in proposal.changes),
        above=(locale.text("letter.change_text", pd=pd, threshold=limit),),
        below=(locale.text("letter.change_note"),),
    )


def _one_change(change: FeatureChange, schema: FeatureSchema, locale: Locale) -> str:
    feature = schema[change.feature]
    before, after = (locale.value(feature, raw, schema) for raw in (change.before, change.after))
    return locale.text("letter.change_one", label=locale.label(feature), before=before, after=after)


def _rights(contact: str, locale: Locale) -> Section:
    return Section(
        locale.text("letter.rights"),
        (locale.text("letter.review"), locale.text("letter.access"), locale.text("letter.authority")),
        below=(locale.text("letter.law"), locale.text("letter.contact", contact=contact)),
    )
