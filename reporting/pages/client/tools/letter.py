"""The content of the letter: one page about one score, in one language. No I/O, no layout.

docs/letter.md says which provision each of its sentences serves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from contract.baseline import Baseline
from contract.codes import Band
from contract.messages import Scored
from contract.reason_rule import Direction
from contract.schema import FeatureSchema, Language
from presentation.locale import Locale
from presentation.reasons import reasons
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureChange

MOST_DATA_NAMES = 6
"""Of the data used: what one line takes in; the client can ask for the rest."""


@dataclass(frozen=True)
class Sender:
    """What only the bank can say, in the letter's language. None leaves a blank to fill in by hand, or nothing."""

    bank: str | None = None
    contact: str | None = None
    decision: str | None = None
    """How the result weighs on the decision; None: an advisor decides."""
    sources: str | None = None
    """Where the data come from."""
    complaints: str | None = None
    """Whom a client can complain to besides the data protection authority; None: nobody else is named."""


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs above and below a list, and the list, which may be empty."""

    heading: str
    items: tuple[str, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClientLetter:
    """The page from top to bottom. `facts` are pairs of label and text; `change` is None when none is needed."""

    language: Language
    bank: str
    title: str
    introduction: str
    facts: tuple[tuple[str, str], ...]
    logic: str
    """How the model comes to its estimate, in general."""
    raises: Section
    lowers: Section
    change: Section | None
    data: Section
    rights: Section
    footer: str
    draft: str | None = None
    """Why this is a draft, in a sentence; None if it is none."""
    draft_mark: str = ""
    """The word that is printed across a draft."""
    replaced: str = ""
    """What a PDF says if it shows a replacement for characters that no font has."""


Values: TypeAlias = Mapping[str, float | str | None]


def compose_letter(
    scored: Scored,
    schema: FeatureSchema,
    baseline: Baseline,
    values: Values,
    proposal: Counterfactual | None,
    sender: Sender,
    locale: Locale,
) -> ClientLetter:
    """Return the letter about a score; it shows the same digits as the gauge.

    `values` are the client's: each reason names its own, compared with the clients of `baseline`. A proposal adds what
    would change the result; at high risk and without one, the client is invited to ask. The words of a draft schema
    make a draft.
    """
    found = reasons(scored, values, schema, baseline, locale)
    start, rows = locale.percent(scored.base_probability), locale.number(baseline.rows)
    decision = sender.decision or locale.text("letter.decision")
    return ClientLetter(
        language=locale.language,
        bank=sender.bank or locale.text("letter.no_bank"),
        title=locale.text("letter.title"),
        introduction=f"{locale.text('letter.introduction')} {decision}",
        facts=_facts(scored, locale),
        logic=locale.text("letter.logic", start=start, rows=rows),
        raises=_reasons("raises", found.raises, locale),
        lowers=_reasons("lowers", found.lowers, locale),
        change=_change(proposal, scored, schema, locale),
        data=_data(schema, sender.sources or locale.text("letter.no_sources"), locale),
        rights=_rights(sender, locale),
        footer=locale.text("letter.footer"),
        draft=locale.text("letter.draft") if schema.draft else None,
        draft_mark=locale.text("letter.draft_mark") if schema.draft else "",
        replaced=locale.text("letter.replaced"),
    )


def _facts(scored: Scored, locale: Locale) -> tuple[tuple[str, str], ...]:
    band = locale.text(f"band.{scored.band}")
    pd, threshold = (locale.percent(share) for share in (scored.probability, scored.threshold))
    return (
        (locale.text("letter.client"), scored.client_ref),
        (locale.text("letter.date"), locale.moment(scored.scored_at)),
        (locale.text("letter.model"), scored.model.version),
        (locale.text("letter.pd"), locale.text("letter.pd_text", pd=pd, band=band)),
        (locale.text("letter.threshold"), locale.text("letter.threshold_text", threshold=threshold)),
    )


def _reasons(direction: Direction, sentences: tuple[str, ...], locale: Locale) -> Section:
    return Section(locale.text(f"letter.{direction}"), sentences or (locale.text("letter.none"),))


def _change(proposal: Counterfactual | None, scored: Scored, schema: FeatureSchema, locale: Locale) -> Section | None:
    heading = locale.text("letter.change")
    if proposal is None:
        return Section(heading, (), above=(locale.text("letter.change_ask"),)) if scored.band is Band.HIGH else None
    pd, limit = locale.distinct_percentages(proposal.probability, scored.threshold)
    return Section(
        heading,
        tuple(_one_change(change, schema, locale) for change in proposal.changes),
        above=(locale.text("letter.change_text", pd=pd, threshold=limit),),
        below=(locale.text("letter.change_note"),),
    )


def _one_change(change: FeatureChange, schema: FeatureSchema, locale: Locale) -> str:
    feature = schema[change.feature]
    before, after = (locale.value(feature, raw, schema) for raw in (change.before, change.after))
    return locale.text("letter.change_one", label=locale.label(feature), before=before, after=after)


def _data(schema: FeatureSchema, sources: str, locale: Locale) -> Section:
    """Name the data by their groups, or each where they have none; and the sensitive ones that the model leaves out."""
    groups = [feature.group[locale.language] for feature in schema.model_features if feature.group]
    grouped = len(groups) == len(schema.model_features)
    used = dict.fromkeys(groups) if grouped else [locale.label(feature) for feature in schema.model_features]
    left_out = [locale.label(feature) for feature in schema if feature.sensitive and not feature.in_model]
    lines = [locale.text("letter.data_used", data=_listed(list(used), locale), sources=sources)]
    if left_out:
        lines.append(locale.text("letter.data_not_used", data=_listed(left_out, locale)))
    return Section(locale.text("letter.data"), (), above=(" ".join(lines),))


def _listed(names: Sequence[str], locale: Locale) -> str:
    named, more = ", ".join(names[:MOST_DATA_NAMES]), len(names) - MOST_DATA_NAMES
    return locale.text("letter.data_more", data=named, count=more) if more > 0 else named


def _rights(sender: Sender, locale: Locale) -> Section:
    items = [locale.text("letter.review"), locale.text("letter.access"), locale.text("letter.authority")]
    if sender.complaints:
        items.append(locale.text("letter.complaints", body=sender.complaints))
    contact = sender.contact or locale.text("letter.no_contact")
    return Section(locale.text("letter.rights"), tuple(items), below=(locale.text("letter.contact", contact=contact),))
