"""No page, in no state, language or theme, has a serious or critical violation of accessibility rules (axe-core)."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from reporting.pages.registry import PAGES
from tests.e2e.conftest import INCOMPLETE
from tests.e2e.harness import DashboardPage

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

GRAVE = ("serious", "critical")

FILLED = {"operations": "tbody tr"}
"""What shows that a page has what it waits for, where that is more than its heading."""

CALM_MS = 500
"""Colours fade in and out for up to 300 ms; halfway they have less contrast than they will have."""


@pytest.fixture(params=["fr", "en"])
def language(request) -> str:
    return str(request.param)


@pytest.fixture(params=["light", "dark"])
def theme(request) -> str:
    return str(request.param)


@pytest.fixture
def at(dashboard, screen, language, theme) -> Callable[[str], DashboardPage]:
    """Return a function that opens a page in the language and theme."""
    return lambda page: screen(f"{dashboard}?lang={language}&theme={theme}&page={page}")


def check(advisor: DashboardPage, state: str, broken: list[str]) -> None:
    """Add what axe-core finds grave in what is on the screen now."""
    advisor.page.mouse.move(0, 0)
    advisor.page.wait_for_timeout(CALM_MS)
    found = Axe().run(advisor.page, options={"resultTypes": ["violations"]}).response["violations"]
    broken += [line for violation in found if violation["impact"] in GRAVE for line in lines(state, violation)]


def lines(state: str, violation: dict[str, Any]) -> list[str]:
    """One line for each element at fault: where, which rule, which element, why."""
    return [
        f"{state}: {violation['id']}: {node['target']} {' '.join(node['failureSummary'].split())}"
        for node in violation["nodes"]
    ]


def test_the_client_page_in_each_of_its_states(at, stack) -> None:
    broken: list[str] = []
    advisor = at("client")
    advisor.wait_for_clients()
    check(advisor, "list", broken)
    advisor.open_client(next(iter(stack.clients)))
    check(advisor, "chosen", broken)
    advisor.score()
    check(advisor, "scored", broken)
    advisor.button("Aperçu", "Preview").click()
    advisor.page.locator("iframe.preview").wait_for()
    check(advisor, "letter", broken)
    advisor.button("Fermer", "Close").click()
    advisor.button("Effacer maintenant", "Delete now").click()
    check(advisor, "forgotten", broken)
    advisor.open_client(INCOMPLETE)
    advisor.button("Calculer le score", "Calculate score").click()
    advisor.page.locator("[role=alert]").wait_for()
    check(advisor, "failing", broken)

    assert broken == []


@pytest.mark.parametrize("page", [name for name in PAGES if name != "client"])
def test_every_other_page_as_it_opens(at, page) -> None:
    broken: list[str] = []
    advisor = at(page)
    advisor.page.locator(f"[data-page={page}][aria-current]").wait_for()
    advisor.page.locator(FILLED.get(page, "h2")).locator("visible=true").first.wait_for()
    check(advisor, page, broken)

    assert broken == []
