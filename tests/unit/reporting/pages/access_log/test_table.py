"""The access log page knows every word of the vocabulary of access: it filters by it, and shows it in each language."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.access import ACCESS_VOCABULARY, AccessOutcome, Purpose, Role
from db.access_log_chain import ChainVerification
from db.access_log_reader import AccessLogEntry, EntryFilter
from db.unusual_reading import Reader, ReadingReport
from presentation.languages import LANGUAGES
from reporting.pages.access_log.page import unusual_html
from reporting.pages.access_log.table import chain_text, filter_from_message, rows, table_messages
from tests.unit.reporting.samples import EN, FR

AT = datetime(2026, 1, 31, 10, 12, 31, tzinfo=UTC)


def entry(role: str, purpose: str, outcome: str) -> AccessLogEntry:
    return AccessLogEntry(1_234, AT, "anna", role, "a1b2", purpose, outcome, "", "")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("field", ACCESS_VOCABULARY)
def test_each_value_is_a_choice_with_a_message_of_its_own(field: str, language: str) -> None:
    choices = table_messages(LANGUAGES.locale(language))["choices"][field]
    assert {value for value, _ in choices} == set(ACCESS_VOCABULARY[field])
    assert len({text for _, text in choices}) == len(choices)


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field in ACCESS_VOCABULARY for value in ACCESS_VOCABULARY[field]]
)
def test_each_value_filters_and_is_shown_in_words(field: str, value: str) -> None:
    assert filter_from_message({field: str(value)}) == EntryFilter(**{field: value})
    shown = rows([entry(**({"role": "service", "purpose": "score", "outcome": "scored"} | {field: value}))], EN)[0]
    assert EN.text(f"{field}.{value}") in shown


def test_the_gateways_entries_can_be_filtered() -> None:
    gateway = [purpose for purpose in Purpose if purpose.startswith("gateway_")]
    assert gateway
    assert set(gateway) <= set(ACCESS_VOCABULARY["purpose"])


def test_what_the_browser_makes_up_filters_nothing() -> None:
    made_up = {"actor": " anna ", "role": "boss", "purpose": ["view"], "outcome": "1", "day": "yesterday"}
    assert filter_from_message(made_up) == EntryFilter(actor="anna")
    day = filter_from_message({"day": "2026-01-31"})
    assert (day.since, day.until) == (datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    assert day.until - day.since == timedelta(days=1)


def test_several_roles_are_shown_side_by_side_and_unknown_values_unchanged() -> None:
    both = f"{Role.ADVISOR},{Role.AUDITOR}"
    assert rows([entry(both, Purpose.VIEW, AccessOutcome.SHOWN)], FR)[0][3] == "Conseiller, Auditeur"
    assert rows([entry("advisor", "page model", "too_busy")], EN)[0][4:6] == ["page model", "too_busy"]


def test_a_list_says_how_many_and_by_what_and_a_file_for_what_it_was_opened() -> None:
    listed = replace(entry("advisor", Purpose.LIST, AccessOutcome.SHOWN), client_ref="", row_count=10)
    assert rows([listed], EN)[0][6:] == ["", "10 clients"]
    assert rows([replace(listed, features=("AGE", "INCOME"))], FR)[0][6:] == ["", "10 clients (AGE, INCOME)"]
    viewed = replace(entry("advisor", Purpose.VIEW, AccessOutcome.SHOWN), business_purpose="complaint")
    assert rows([viewed], FR)[0][6:] == ["Réclamation", "a1b2"]
    assert rows([replace(viewed, business_purpose="own_word")], FR)[0][6] == "own word"


def test_auditors_see_whose_reading_is_unusual_and_what_is_usual_for_them() -> None:
    anna = Reader("<anna>", 1_200, 40, 2, 12.4, 0.0)
    shown = unusual_html(ReadingReport([anna], 2, 0), EN)
    assert "&lt;anna&gt;: files opened 1,200 (usually 12 a day), clients on lists 40 (usually 0), refusals 2" in shown
    assert "Aucune consultation inhabituelle" in unusual_html(ReadingReport([], 2, 0), FR)


def test_the_result_of_the_verification_and_the_head_hash() -> None:
    assert chain_text(None, EN) == ("The log could not be verified", "")
    altered = ChainVerification(1_234, "", first_invalid=17)
    assert chain_text(altered, EN) == ("Log altered at entry 17", "")
    intact = ChainVerification(1_234, "ab12", first_invalid=None)
    assert chain_text(intact, EN) == ("Log intact: 1,234 entries verified, each linked to the one before it", "ab12")
