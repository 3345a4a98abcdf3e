"""A page has an address that opens it as it is, and a browser that comes first is spoken to in its own language."""

import pytest
from playwright.sync_api import expect

from presentation.icon import ICON
from tests.e2e.harness import DashboardPage

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]


SLOW_MS = 90_000
"""A slow browser on a busy machine."""


def go_to(advisor: DashboardPage, page: str) -> None:
    advisor.page.locator(f"[data-page={page}]").click()
    wait_for_page(advisor, page)


def wait_for_page(advisor: DashboardPage, page: str) -> None:
    advisor.page.locator(f"[data-page={page}][aria-current]").wait_for()


def test_back_and_forward_go_from_page_to_page(dashboard, screen, stack) -> None:
    advisor = screen(dashboard, locale="en-GB")
    advisor.wait_for_clients()
    client_ref = next(iter(stack.clients))
    advisor.open_client(client_ref)
    expect(advisor.page).to_have_title("Client – NeoScore")
    go_to(advisor, "model")
    go_to(advisor, "audit")
    expect(advisor.page).to_have_title("Access log – NeoScore")
    advisor.page.locator("button[lang=fr]").first.click()
    expect(advisor.page).to_have_url(f"{dashboard}/?page=audit&lang=fr")

    advisor.page.go_back()

    wait_for_page(advisor, "model")
    expect(advisor.page).to_have_title("Modèle – NeoScore")
    advisor.page.go_back()
    wait_for_page(advisor, "client")
    assert client_ref not in advisor.page.url
    advisor.button("Calculer le score").wait_for()
    advisor.page.go_forward()
    wait_for_page(advisor, "model")


def test_a_reload_keeps_filters_and_a_new_window_language_and_theme(dashboard, screen) -> None:
    advisor = screen(dashboard, locale="de-DE")
    advisor.wait_for_clients()
    advisor.page.get_by_role("button", name="Passer à l’affichage sombre").click()
    slider = advisor.page.get_by_role("slider").first
    slider.focus()
    slider.press("PageUp")
    advisor.page.wait_for_url("**&f.LIMIT_BAL=*..")
    kept = advisor.page.url
    advisor.button("Effacer les filtres").wait_for()

    advisor.page.reload()

    advisor.wait_for_clients()
    assert advisor.page.url == kept
    advisor.button("Effacer les filtres").wait_for()
    expect(advisor.page.locator("html")).to_have_attribute("data-theme", "dark")
    advisor.page.goto(dashboard)
    advisor.wait_for_clients()
    expect(advisor.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(advisor.page).to_have_url(f"{dashboard}/?page=client&lang=fr&theme=dark")


def test_the_page_has_our_icon(dashboard, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()

    assert advisor.page.locator("link[rel=icon]").get_attribute("href") == f"/{ICON.name}"
    assert advisor.page.request.get(f"{dashboard}/{ICON.name}").body() == ICON.read_bytes()


def test_a_slow_browser_asks_no_other_host(dashboard, screen) -> None:
    """The window fails a test in which a request goes anywhere else."""
    advisor = screen(f"{dashboard}/healthz")
    session = advisor.page.context.new_cdp_session(advisor.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    session.send("Network.enable")
    conditions = {"offline": False, "latency": 100, "downloadThroughput": 2_000_000, "uploadThroughput": 500_000}
    session.send("Network.emulateNetworkConditions", conditions)

    advisor.page.goto(dashboard)

    advisor.page.locator("tbody .ref").first.wait_for(timeout=SLOW_MS)
