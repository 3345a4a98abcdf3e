"""Letters print any text that a bank's name, a label or a client's data may hold."""

import io
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from contract.settings import Settings
from reporting.pages.client.tools.letter import ClientLetter, Section
from reporting.pages.client.tools.letter_fonts import letter_fonts, letter_settings_warnings, missing_characters
from reporting.pages.client.tools.letter_render import letter_html, letter_pdf
from reporting.pages.client.tools.letter_text import BREAK, LONG_WORD, PIECE, breakable, printable, replace_missing
from tests.unit.reporting.pages.letter.examples import letter_on
from training.german import german_schema

MADE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

SHOWN = {
    "Greek": "Τράπεζα Ελλάδος",
    "Cyrillic": "Банк України Ђорђе",
    "Hebrew": "בנק ישראל",
    "Arabic": "بنك الادخار",
    "Devanagari": "बैंक",
    "Latin of every kind": "Łódź Győr Çeşme Ñandú Þór ßẞ Ǆ ﬁ",
    "right to left in left to right": "Bank בנק (2026) of بنك Paris",
}

REPLACED = {
    "Chinese": "中国银行",
    "Japanese": "みずほ銀行 ミズホ",
    "Korean": "국민은행",
    "Thai": "ธนาคารไทย",
    "emoji": "Bank 😀 👩‍👩‍👧 🇫🇷",
    "private use": "a\ue000b",
    "unassigned": "a\u0378b",
    "lone surrogate": "a\ud83db",
}

REMOVED = {
    "control characters": "a\x00\x07\x1b[31mb\x7f\x9f",
    "order of the line": "a\u202eb\u202c\u2066c\u2069\u202a",
    "tags": "a\U000e0041\U000e007fb",
    "byte order marks": "\ufeffa\u2060b",
}


def letter_with(text: str) -> ClientLetter:
    """A letter that has the text wherever a bank, a schema or a client can put one."""
    letter = letter_on(german_schema(), "en")
    section = Section(f"Heading {text}", (f"{text}.", text), (text,), (text,))
    return replace(
        letter, bank=text, facts=((text, text), *letter.facts[1:]), raises=section, change=section, rights=section
    )


def text_of(letter: ClientLetter, fonts: Path | None = None) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(letter_pdf(letter, MADE, fonts))).pages)


NOTE = letter_on(german_schema(), "en").replaced


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_a_text_that_fonts_have_is_shown(text: str) -> None:
    found = text_of(letter_with(text))
    assert NOTE not in found
    letters = {character for character in text if character.isalpha() and unicodedata.category(character) != "Lo"}
    assert letters - {"ﬁ", "Ǆ"} <= set(found), "joined scripts are stored by their forms, others as they are"
    assert text in letter_html(letter_with(text))


@pytest.mark.parametrize("text", REPLACED.values(), ids=REPLACED)
def test_a_character_that_no_font_has_is_replaced_and_the_page_says_so(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = text_of(letter_with(text))
    assert "□" in found
    letter_html(letter_with(text)).encode()
    if "\ue000" not in text and "\u0378" not in text and "\ud83d" not in text:
        assert NOTE in found
        assert "no font has them" in caplog.text
    assert not set(text) & set(caplog.text) - set("".join(map(chr, range(128)))), "the log says nothing of the letter"


@pytest.mark.parametrize("text", REMOVED.values(), ids=REMOVED)
def test_what_no_page_can_show_is_left_out(text: str) -> None:
    hidden = {character for character in text if not character.isprintable()}
    for shown in (text_of(letter_with(text)), letter_html(letter_with(text)), printable(text)):
        assert not hidden & set(shown)
        assert "□" not in shown


def width(page: object) -> float:
    rights: list[float] = []
    page.extract_text(visitor_text=lambda text, cm, tm, *_: rights.append(tm[4] * cm[0] + cm[4]))  # type: ignore[attr-defined]
    return max(rights)


@pytest.mark.parametrize("word", ["W" * 3_000, "Donaudampfschifffahrtsgesellschaft" * 20, "ж" * 500, "ب" * 500])
def test_a_very_long_word_breaks(word: str) -> None:
    letter = letter_on(german_schema(), "en")
    letter = replace(letter, bank=word[:200], raises=Section("Reasons", (word,)))
    pages = PdfReader(io.BytesIO(letter_pdf(letter, MADE))).pages
    assert max(map(width, pages)) < 210 / 25.4 * 72 - 40, "nothing begins beyond the right margin"
    found = "".join(page.extract_text() for page in pages).replace(BREAK, "").replace("\n", "")
    assert word[0] * 2 in found or word[:20] in found or word[0] == "ب"


@given(st.text(st.characters(exclude_categories=()), max_size=200))
@settings(deadline=None, max_examples=40)
def test_any_text_at_all_makes_a_letter(text: str) -> None:
    letter_pdf(letter_with(text), MADE)
    letter_html(letter_with(text)).encode()


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_printable_is_printable_and_changes_nothing_twice(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    shown.encode()
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Cn", "Co"}


@given(st.text(st.characters(exclude_categories=("Cs", "Cf")), max_size=300))
def test_breaks_add_nothing_else(text: str) -> None:
    broken = breakable(text)
    assert broken.replace(BREAK, "") == text
    for word in broken.replace(BREAK, " ").split(" "):
        assert (
            len(word) <= LONG_WORD or len([c for c in word if not unicodedata.category(c).startswith("M")]) <= PIECE + 1
        )


def test_fonts_of_a_folder_are_asked_too(tmp_path: Path) -> None:
    assert missing_characters("a中é", letter_fonts(None)) == {"中"}
    assert missing_characters("a中é", letter_fonts(tmp_path)) == {"中"}
    with pytest.raises(OSError, match="No such file"):
        letter_fonts(tmp_path / "none")


def test_a_mark_of_a_missing_character_is_not_replaced_by_another() -> None:
    assert replace_missing("กิ a", {"ก", "ิ"}) == "□ a"


def test_the_cause_of_a_failure_is_in_the_log_without_what_the_letter_says(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("reporting.pages.client.tools.letter_render.missing_characters", lambda *_: frozenset())
    with pytest.raises(typst.TypstError):
        letter_pdf(letter_with("秘密"), MADE)
    assert "could not be typeset: PDF/UA-1 error: the text …" in caplog.text
    assert "秘" not in caplog.text


def test_settings_that_letters_cannot_show_are_named_at_start() -> None:
    assert not list(letter_settings_warnings(Settings(bank_name="Banque de l’Exemple", letter_contact="Łódź")))
    [bank, contact] = letter_settings_warnings(Settings(bank_name="中国银行", letter_contact="a\x07b"))
    assert bank.startswith("NEOSCORE_BANK_NAME holds 4 characters that no font has")
    assert contact.startswith("NEOSCORE_LETTER_CONTACT holds control characters")
    assert "中" not in bank
