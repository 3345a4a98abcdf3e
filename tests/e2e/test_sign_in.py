"""Signing in and out in a browser, with the made-up people of a local stack."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from contract.bundle import Bundle
from contract.settings import Settings
from stack.local.demo_idp import start_provider
from tests.support.access_log import access_log_entries
from tests.support.release import PUBLIC_KEY, signed

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

OPEN_PAGE = """page => {
  for (const document of Bokeh.documents) for (const model of document.all_models)
    if (model.data?.pages && model.data.current) model.data.current = page
}"""
"""What the navigation does at a click, for any page: a message that no button of this role would send."""


@pytest.fixture(scope="module")
def issuer(browser: Browser, log_folder: Path) -> Iterator[str]:
    child, address = start_provider(Settings(), log_folder / "people.log", 0)
    yield address
    child.stop()


@pytest.fixture(scope="module")
def dashboard(stack, start: Callable[..., str], issuer: str) -> str:
    return start(stack.config, oidc_issuer=issuer, oidc_client_secret="any")


@pytest.fixture
def sign_in(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that signs somebody in, in a browser of their own."""
    contexts: list[Any] = []

    def run(url: str, who: str, query: str = "lang=en") -> Page:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.goto(f"{url}/?{query}")
        page.get_by_role("button", name=who).click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    yield run
    for context in contexts:
        context.close()


def entries(stack, who: str) -> list[tuple[str, str]]:
    """Purpose and outcome of what the access log says of somebody, oldest first."""
    return [(entry.purpose, entry.outcome) for entry in access_log_entries(stack.config.database_url, actor=who)]


def wait_for(page: Page, true: Callable[[], bool]) -> None:
    """Wait for what the server writes; the test's timeout bounds it."""
    while not true():
        page.wait_for_timeout(50)


def test_a_message_opens_no_page_of_another_role(stack, dashboard, sign_in) -> None:
    page = sign_in(dashboard, "operator", "lang=en&page=model")
    expect(page.locator("nav button")).to_have_text(["Operations", "Model"])
    for forbidden in ("audit", "client", "portfolio"):
        page.evaluate(OPEN_PAGE, forbidden)
        expect(page.locator("nav [aria-current]")).to_have_text("Model")
        wait_for(page, lambda name=forbidden: (f"page_{name}", "refused") in entries(stack, "operator"))
    expect(page.get_by_text("Choose a client")).to_have_count(0)
    page.locator("[data-page=operations]").click()
    expect(page.get_by_role("row").filter(has_text="score.requests.batch")).to_be_visible()
    assert ("operations", "shown") in entries(stack, "operator")


@pytest.fixture
def strict(stack, start: Callable[..., str], issuer: str, bundle: Bundle) -> str:
    """Address of a dashboard in production."""
    signed(bundle)
    keys = {"oidc_client_secret": "any", "pseudonym_key": "Wm3qk8-tests-only-Zr5vB1", "release_key": PUBLIC_KEY}
    return start(stack.config, environment="production", oidc_issuer=issuer, **keys)


def test_an_advisor_says_once_for_what_files_are_opened_and_can_say_otherwise(stack, strict, sign_in) -> None:
    page = sign_in(strict, "advisor")
    refs, purpose = page.locator("tbody .ref"), page.get_by_label("Purpose of opening a file")
    refs.nth(0).press("Enter")
    page.get_by_role("heading", name="For what do you open this file?").wait_for()
    expect(page.get_by_role("button", name="Calculate score")).to_be_hidden()
    page.get_by_role("button", name="Complaint").press("Enter")
    page.get_by_role("button", name="Calculate score").wait_for()
    for number, answer in ((1, "Complaint"), (2, "Review")):
        if number > 1:
            purpose.select_option(label=answer)
        expect(purpose.locator("option:checked")).to_have_text(answer)
        refs.nth(number).press("Enter")
        wait_for(page, lambda count=number + 1: len(_opened(stack)) == count)
        expect(page.get_by_role("button", name="Calculate score")).to_be_visible()
    assert _opened(stack) == ["complaint", "complaint", "review"]
    listed = [entry for entry in access_log_entries(stack.config.database_url, actor="advisor") if entry.shown]
    assert [entry.row_count for entry in listed] == [10], "the list was shown once, whatever was opened from it"


def _opened(stack) -> list[str]:
    found = access_log_entries(stack.config.database_url, actor="advisor", purpose="view")
    return [entry.business_purpose for entry in found]


def test_an_auditor_reads_filters_and_takes_the_log_along(stack, dashboard, sign_in) -> None:
    page = sign_in(dashboard, "auditor")
    expect(page.get_by_text("Log intact")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("auditor")
    page.get_by_label("Action").select_option("sign_in")
    expect(page.locator("tbody tr").first).to_contain_text("signed in")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export (CSV)").click()
    assert saved.value.suggested_filename.endswith(".csv")
    page.get_by_label("Who").fill("nobody")
    page.get_by_label("Who").press("Enter")
    expect(page.get_by_text("No matching entries.")).to_be_visible()
    page.evaluate(OPEN_PAGE, "operations")
    wait_for(page, lambda: ("page_operations", "refused") in entries(stack, "auditor"))
    expect(page.locator("nav [aria-current]")).to_have_text("Access log")


def test_signing_out_closes_every_window(stack, dashboard, sign_in, issuer) -> None:
    page = sign_in(dashboard, "advisor")
    page.locator("tbody .ref").first.wait_for()
    other = page.context.new_page()
    other.goto(f"{dashboard}/?lang=en")
    other.locator("tbody .ref").first.wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    for window in (page, other):
        window.wait_for_url(f"{dashboard}/signed-out*")
    other.get_by_text("You are signed out").wait_for()
    assert page.context.cookies(dashboard) == []
    page.goto(dashboard)
    assert page.url.startswith(issuer)
    assert entries(stack, "advisor")[-1] == ("sign_out", "signed_out")


def test_a_screen_that_nobody_uses_forgets(stack, start, issuer, sign_in) -> None:
    page = sign_in(
        start(stack.config, oidc_issuer=issuer, oidc_client_secret="any", session_idle_minutes="0.1"), "advisor"
    )
    page.wait_for_url("**/signed-out?reason=timed_out*")
    page.get_by_text("Your session has expired").wait_for()
    assert entries(stack, "advisor")[-1] == ("sign_out", "timed_out")
