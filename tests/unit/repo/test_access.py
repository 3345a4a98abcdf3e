"""The vocabulary of access is one: pages, roles, scopes, purposes and outcomes mean the same wherever they are used."""

import re
from pathlib import Path

import pytest

from contract.access import (
    ACCESS_VOCABULARY,
    PAGE_ROLES,
    ROUTE_SCOPES,
    AccessOutcome,
    PageName,
    Purpose,
    Role,
    TokenScope,
    page_purpose,
)
from contract.codes import Status
from contract.settings import Settings
from presentation.languages import LANGUAGES
from reporting.pages.registry import PAGES, load_page
from reporting.server.urls import ALLOWED_QUERY_PARAMS
from stack.local.demo_idp import DEMO_USERS
from tests.support.fake_issuer import ALL_SCOPES

DOCS = Path("docs")


def table(page: str, *columns: str) -> dict[str, str]:
    """First column → second column of the table with these headings."""
    lines = (DOCS / page).read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if [c.strip() for c in line.strip("|").split("|")] == [*columns])
    rows: dict[str, str] = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0].strip("`")] = cells[-1]
    return rows


WORDS = LANGUAGES["en"].messages


def test_every_page_has_roles_a_maker_an_address_a_word_and_a_purpose():
    assert set(PAGE_ROLES) == set(PageName)
    assert list(PAGES) == list(PageName)
    for page in PageName:
        assert ALLOWED_QUERY_PARAMS["page"](page)
        assert callable(load_page(page))
    for page in PageName:
        assert PAGE_ROLES[page]
        assert f"page.{page}" in WORDS
        assert page_purpose(page) in Purpose
    assert {key for key in WORDS if key.startswith("page.")} == {f"page.{page}" for page in PageName}


def test_every_role_opens_a_page_has_a_demo_person_and_is_documented():
    pages = {role: [page for page in PageName if role in PAGE_ROLES[page]] for role in Role}
    assert all(pages.values())
    assert {role for person in DEMO_USERS for role in person.roles} == set(Role)
    documented = table("dashboard.md", "role", "pages")
    assert documented == {
        role: ", ".join(WORDS[f"page.{page}"].lower() for page in allowed) for role, allowed in pages.items()
    }
    assert ", ".join(Role) in (Settings.model_fields["oidc_roles_claim"].description or "")


def test_every_scope_serves_a_route_is_documented_and_is_known_to_tests():
    assert {scope for scopes in ROUTE_SCOPES.values() for scope in scopes} == set(TokenScope)
    assert ALL_SCOPES.split() == list(TokenScope)
    for page in ("gateway.md", "security.md"):
        text = (DOCS / page).read_text()
        assert all(f"`{scope}`" in text for scope in TokenScope)


def test_every_purpose_of_the_gateway_has_scopes_but_the_one_before_a_route_is_chosen():
    of_gateway = {purpose for purpose in Purpose if purpose.startswith("gateway_")}
    assert set(ROUTE_SCOPES) == of_gateway - {Purpose.GATEWAY_REQUEST}


@pytest.mark.parametrize(("family", "vocabulary"), [("purpose", Purpose), ("outcome", AccessOutcome)])
def test_an_auditor_can_read_and_filter_every_purpose_and_outcome(family: str, vocabulary):
    assert {key for key in WORDS if key.startswith(f"{family}.")} == {f"{family}.{word}" for word in vocabulary}


def test_the_words_of_the_access_log_hold_no_number_so_no_score_can_be_one():
    words = [word for known in ACCESS_VOCABULARY.values() for word in known]
    assert all(re.fullmatch(r"[a-z][a-z_]{0,31}", word) for word in words)
    assert {str(status) for status in Status} <= set(AccessOutcome)


def test_no_package_writes_a_role_or_a_scope_by_hand():
    words = re.compile(rf'"(?:{"|".join(map(re.escape, [*TokenScope, *(f"page {page}" for page in PageName)]))})"')
    services = ("db", "producers", "reporting", "scorer", "stack")
    packages = (*services, "model_import", "presentation", "tabular", "training")
    found = [str(path) for name in packages for path in Path(name).rglob("*.py") if words.search(path.read_text())]
    assert found == []
