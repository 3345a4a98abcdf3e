"""The letter says what the screen says, briefly, in both languages."""

import re
from html import unescape
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.schema import Language
from presentation.languages import LANGUAGES
from reporting.pages.client.gauge import gauge_html
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureChange
from reporting.pages.client.tools.letter import Sender, compose_letter
from reporting.pages.client.tools.letter_render import letter_html
from tests.unit.reporting.pages.letter.examples import letter_on, scored_on
from tests.unit.reporting.samples import BASELINE, EN, SCHEMA, scored
from training.german import german_schema
from training.uci import uci_schema

both_languages = pytest.mark.parametrize("language", sorted(LANGUAGES))


@given(st.floats(0, 1), st.sampled_from(sorted(LANGUAGES)))
def test_the_pd_has_the_digits_of_the_gauge(probability: float, language: Language) -> None:
    result = scored(probability, [])
    on_gauge = re.search(r'data-testid="pd">([^<]+)<', gauge_html(result, LANGUAGES.locale(language)))

    facts = compose_letter(result, SCHEMA, BASELINE, {}, None, Sender(), LANGUAGES.locale(language)).facts

    assert on_gauge
    assert sum(text.startswith(f"{unescape(on_gauge[1])} – ") for _, text in facts) == 1


@both_languages
@pytest.mark.parametrize("schema", [uci_schema(), german_schema()], ids=lambda schema: schema.name)
def test_at_most_four_reasons_each_way(schema, language) -> None:
    letter = letter_on(schema, language)

    assert len(letter.raises.items) == len(letter.lowers.items) == 4
    assert not set(letter.raises.items) & set(letter.lowers.items)


@both_languages
def test_without_reasons_it_says_so(language) -> None:
    letter = compose_letter(scored(0.1, []), SCHEMA, BASELINE, {}, None, Sender(), LANGUAGES.locale(language))

    assert len(letter.raises.items) == len(letter.lowers.items) == 1


def test_a_change_is_named_with_its_values_and_only_when_there_is_one() -> None:
    proposal = Counterfactual((FeatureChange("INCOME", 1000, 2500), FeatureChange("HOME", None, "1")), 0.1234, 1.0)

    change = compose_letter(scored(0.3, []), SCHEMA, BASELINE, {}, proposal, Sender(), EN).change

    assert change is not None
    assert "12.3%" in change.above[0]
    assert change.items == (
        "income (en): NT$\u00a02,500 instead of NT$\u00a01,000",
        "home (en): owner (en) instead of not provided",
    )


@both_languages
def test_at_high_risk_without_a_change_the_client_is_invited_to_ask_for_one(language) -> None:
    high, low = (
        compose_letter(scored(pd, []), SCHEMA, BASELINE, {}, None, Sender(), LANGUAGES.locale(language))
        for pd in (0.3, 0.05)
    )

    assert high.change is not None
    assert (len(high.change.above), high.change.items) == (1, ())
    assert low.change is None


@both_languages
def test_who_sends_it_is_named_or_left_to_fill_in(language) -> None:
    named = compose_letter(
        scored(0.3, []), SCHEMA, BASELINE, {}, None, Sender("A Bank", "Room 12"), LANGUAGES.locale(language)
    )
    unnamed = compose_letter(scored(0.3, []), SCHEMA, BASELINE, {}, None, Sender(), LANGUAGES.locale(language))

    assert named.bank == "A Bank"
    assert named.rights.below[-1].endswith("Room 12")
    assert unnamed.bank.startswith("[")
    assert unnamed.rights.below[-1].endswith("]")


class Elements(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@both_languages
def test_the_page_asks_for_nothing_and_runs_nothing(language) -> None:
    sender, locale = Sender("<img src=x>", "<script>"), LANGUAGES.locale(language)
    letter = compose_letter(scored_on(uci_schema()), uci_schema(), BASELINE, {}, None, sender, locale)
    page = Elements()

    page.feed(letter_html(letter))

    assert ("lang", language) in page.attributes
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert not {"src", "href"} & {name for name, _ in page.attributes}
    assert "url(" not in letter_html(letter)


@both_languages
def test_a_letter_in_words_that_nobody_reviewed_says_that_it_is_a_draft(language) -> None:
    schema = msgspec.structs.replace(SCHEMA, draft=True)
    draft = compose_letter(scored(0.3, []), schema, BASELINE, {}, None, Sender(), LANGUAGES.locale(language))
    final = compose_letter(scored(0.3, []), SCHEMA, BASELINE, {}, None, Sender(), LANGUAGES.locale(language))

    assert draft.draft
    assert draft.draft in letter_html(draft)
    assert final.draft is None
    assert "draft" not in letter_html(final).partition("<body>")[2]


def test_a_plain_sentence_names_the_clients_own_value() -> None:
    result = msgspec.structs.replace(scored(0.3, []), reasons=["HOME:raises", "INCOME:lowers"])

    letter = compose_letter(result, SCHEMA, BASELINE, {"HOME": "2", "INCOME": None}, None, Sender(), EN)

    assert letter.raises.items == ("home (en): tenant (en), raises the risk.",)
    assert letter.lowers.items == ("income (en): not provided, lowers the risk.",)
