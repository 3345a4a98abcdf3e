"""What an address says about a page, and what a browser says where the address is silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presentation.languages import LANGUAGES
from reporting.server.urls import (
    arguments_of,
    filters_from_query,
    page_from_query,
    preferences_from_browser,
    preferences_from_query,
    preferences_text,
    query_text,
    return_path,
)
from reporting.widgets.theme import DisplayPreferences

looks = st.builds(DisplayPreferences, st.sampled_from(sorted(LANGUAGES)), st.booleans(), st.just(True)) | st.builds(
    DisplayPreferences, st.sampled_from(sorted(LANGUAGES))
)
filters = st.lists(
    st.tuples(st.text(min_size=1, max_size=8).map("f.".__add__), st.text(min_size=1, max_size=8)),
    max_size=3,
    unique_by=lambda one: one[0],
)


@given(looks, filters)
def test_an_address_says_what_the_page_shows(look: DisplayPreferences, given_filters: list[tuple[str, str]]) -> None:
    arguments = arguments_of(query_text("model", look, given_filters))

    assert preferences_from_query(arguments, DisplayPreferences()) == look
    assert page_from_query(arguments, ["client", "model"]) == "model"
    assert sorted(filters_from_query(arguments)) == sorted(given_filters)
    assert arguments_of(return_path(arguments).removeprefix("/")) == arguments


@given(looks)
def test_a_browser_keeps_what_was_chosen(look: DisplayPreferences) -> None:
    assert preferences_from_browser(preferences_text(look), "en;q=0.1", "fr") == look


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "fr"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("de", "fr"), ("de, en;q=0.3", "en"),
        ("fr;q=0.2, en;q=0.7", "en"), ("fr-CH, fr;q=0.9, en;q=0.8", "fr"), ("en;q=0", "fr"), ("*", "fr"),
        ("en;q=x, ;, ,", "fr"), ("\x00;q=nan", "fr"), ("en;q=0.5;x=1", "fr"),
    ],
)  # fmt: skip
def test_the_first_language_is_the_browsers(accepted: str, language: str) -> None:
    assert preferences_from_browser("", accepted, "fr") == DisplayPreferences(language)


@pytest.mark.parametrize("kept", ["", "xx", "xx.dark", "..", "fr.purple", '<b>"', "fr.dark.light"])
def test_what_a_browser_cannot_have_kept_changes_nothing(kept: str) -> None:
    assert preferences_from_browser(kept, "", "fr") in (DisplayPreferences("fr"), DisplayPreferences("fr", True, True))


@given(st.dictionaries(st.text(), st.lists(st.binary(), min_size=1)))
def test_any_address_opens_some_page(arguments: dict[str, list[bytes]]) -> None:
    assert preferences_from_query(arguments, DisplayPreferences()).language in set(LANGUAGES)
    assert page_from_query(arguments, ["client", "model"]) in ("client", "model")
    assert return_path(arguments).startswith("/")
