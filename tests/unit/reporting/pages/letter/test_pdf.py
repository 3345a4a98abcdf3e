"""The letter as PDF: one A4 page that machines and screen readers can read, the same bytes each time."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from pypdf import PageObject, PdfReader

from presentation.languages import LANGUAGES
from reporting.pages.client.tools.letter import ClientLetter
from reporting.pages.client.tools.letter_render import letter_pdf
from tests.unit.reporting.pages.letter.examples import letter_on
from training.german import german_schema
from training.uci import uci_schema

MADE = datetime(2026, 2, 3, 14, 5, 9, 123456, tzinfo=UTC)

both_languages = pytest.mark.parametrize("language", sorted(LANGUAGES))


def read(letter: ClientLetter) -> PdfReader:
    return PdfReader(io.BytesIO(letter_pdf(letter, MADE)))


def words(page: PageObject) -> str:
    return re.sub(r"\s*\n\s*", " ", page.extract_text())


@both_languages
@pytest.mark.parametrize("schema", [uci_schema(), german_schema()], ids=lambda schema: schema.name)
def test_the_longest_letter_is_one_page_of_a4(schema, language) -> None:
    pages = read(letter_on(schema, language)).pages

    assert len(pages) == 1
    assert [round(float(side)) for side in pages[0].mediabox.upper_right] == [595, 842]


@both_languages
def test_all_that_the_sheet_says_can_be_read(language) -> None:
    letter = letter_on(uci_schema(), language)

    text = words(read(letter).pages[0])

    said = [
        letter.bank,
        letter.title,
        letter.introduction,
        letter.logic,
        letter.footer,
        *(part for fact in letter.facts for part in fact),
    ]
    for section in (letter.raises, letter.lowers, letter.change, letter.data, letter.rights):
        assert section is not None
        said += [section.heading, *section.above, *section.items, *section.below]
    assert [part for part in said if part not in text] == []


@both_languages
@pytest.mark.parametrize("probability", [0.0, 0.0004, 0.12345, 0.99949, 1.0])
def test_the_pd_is_there_to_the_last_digit(probability, language) -> None:
    text = words(read(letter_on(uci_schema(), language, probability)).pages[0])

    assert f" {LANGUAGES.locale(language).percent(probability)} – " in text


@both_languages
def test_screen_readers_find_title_language_and_structure(language) -> None:
    letter = letter_on(uci_schema(), language)
    reader = read(letter)
    catalogue = reader.trailer["/Root"]

    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (letter.title, letter.bank)
    assert catalogue["/Lang"] == language
    assert catalogue["/MarkInfo"]["/Marked"]
    assert {"/Title", "/H1", "/L"} <= roles(catalogue["/StructTreeRoot"])


def test_the_same_letter_has_the_same_bytes() -> None:
    letter = letter_on(uci_schema(), "fr")

    assert letter_pdf(letter, MADE) == letter_pdf(letter, MADE)


def test_it_is_dated_by_the_assessment() -> None:
    metadata = read(letter_on(uci_schema(), "fr")).metadata

    assert metadata is not None
    assert metadata.creation_date == MADE.replace(microsecond=0)


def test_texts_are_never_read_as_markup() -> None:
    letter = letter_on(uci_schema(), "fr")
    hostile = '#panic("x") *bold* $ \\ "quotes" ]'

    text = words(read(replace(letter, introduction=hostile)).pages[0])

    assert '#panic("x") *bold* $' in text


def roles(node: object) -> set[str]:
    """All structure types below a node of the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return set().union(*(roles(child) for child in node))
    if not isinstance(node, dict):
        return set()
    own = {str(node["/S"])} if "/S" in node else set()
    return own | roles(node.get("/K"))


@both_languages
def test_a_draft_says_so_in_words_and_across_the_page(language) -> None:
    letter = letter_on(msgspec.structs.replace(uci_schema(), draft=True), language)

    pages = read(letter).pages

    assert letter.draft is not None
    assert letter.draft in words(pages[0])
    assert letter.draft_mark.upper() in words(pages[0])
    assert len(pages) == 1
