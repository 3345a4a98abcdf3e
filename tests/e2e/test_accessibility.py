"""No page, in no state, language or theme, has a serious or critical violation of accessibility rules (axe-core)."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from reporting.pages.registry import PAGES
from tests.e2e.conftest import INCOMPLETE
from tests.e2e.harness import DashboardPage

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

GRAVE = ("serious", "critical")

FILLED = {"operations": "tbody tr"}
"""What shows that a page has what it waits for, where that is more than its heading."""

CALM_MS = 500
"""Colours fade in and out for up to 300 ms; halfway they have less contrast than they will have."""

TRIES = 6
"""A busy machine paints late: what is at fault stays so, while a colour on its way is another one the next time."""

PATIENT_TTL_SECONDS = "300"
"""So long a score is on the screen: each state is looked at four times."""

LOOKS = (("fr", "light"), ("fr", "dark"), ("en", "dark"), ("en", "light"))
"""Each differs from the one before it by one switch of the header."""

OPTIONS = {"resultTypes": ["violations"], "preload": False}
"""What axe-core would load beforehand serves rules about sound and turned screens, of which a page has neither."""


def wear(advisor: DashboardPage, language: str, theme: str) -> None:
    """Switch language and theme where they differ, as a person does."""
    root = advisor.page.locator("html")
    if root.get_attribute("lang") != language:
        advisor.page.locator(f"button[aria-pressed][lang={language}]").first.click()
        expect(root).to_have_attribute("lang", language)
    if root.get_attribute("data-theme") != theme:
        advisor.page.get_by_role("button", name=re.compile("^(Switch to|Passer à l’affichage)")).click()
        expect(root).to_have_attribute("data-theme", theme)


def check(advisor: DashboardPage, state: str, broken: list[str]) -> None:
    """Add what axe-core finds grave in what is on the screen, and goes on finding."""
    advisor.page.mouse.move(0, 0)
    for _ in range(TRIES):
        advisor.page.wait_for_timeout(CALM_MS)
        violations = Axe().run(advisor.page, options=OPTIONS).response["violations"]
        found = [line for violation in violations if violation["impact"] in GRAVE for line in lines(state, violation)]
        if not found:
            return
    broken += found


def check_looks(advisor: DashboardPage, state: str, broken: list[str]) -> None:
    """Check the state in every language and theme."""
    for language, theme in LOOKS:
        wear(advisor, language, theme)
        check(advisor, f"{state}, {language}, {theme}", broken)


def lines(state: str, violation: dict[str, Any]) -> list[str]:
    """One line for each element at fault: where, which rule, which element, why."""
    return [
        f"{state}: {violation['id']}: {node['target']} {' '.join(node['failureSummary'].split())}"
        for node in violation["nodes"]
    ]


def test_the_client_page_in_each_of_its_states(start, screen, stack) -> None:
    broken: list[str] = []
    advisor = screen(f"{start(stack.config, result_ttl_seconds=PATIENT_TTL_SECONDS)}?lang=fr&theme=light")
    advisor.wait_for_clients()
    check_looks(advisor, "list", broken)
    advisor.open_client(next(iter(stack.clients)))
    check_looks(advisor, "chosen", broken)
    advisor.score()
    check_looks(advisor, "scored", broken)
    advisor.button("Effacer maintenant", "Clear now").click()
    check_looks(advisor, "deleted", broken)
    advisor.score()
    for language, theme in LOOKS:  # the preview covers the switches of the header
        wear(advisor, language, theme)
        advisor.button("Aperçu", "Preview").click()
        advisor.page.locator("iframe.preview").wait_for()
        check(advisor, f"letter, {language}, {theme}", broken)
        advisor.button("Fermer", "Close").click()
    advisor.open_client(INCOMPLETE)
    advisor.button("Calculer le score", "Calculate score").click()
    advisor.page.locator("[role=alert]").wait_for()
    check_looks(advisor, "failing", broken)

    assert broken == []


@pytest.mark.parametrize("page", [name for name in PAGES if name != "client"])
def test_every_other_page_as_it_opens(dashboard, screen, page) -> None:
    broken: list[str] = []
    advisor = screen(f"{dashboard}?lang=fr&theme=light&page={page}")
    advisor.page.locator(f"[data-page={page}][aria-current]").wait_for()
    advisor.page.locator(FILLED.get(page, "h2")).locator("visible=true").first.wait_for()
    check_looks(advisor, page, broken)

    assert broken == []
