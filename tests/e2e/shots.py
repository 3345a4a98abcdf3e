"""Take pictures of every state of the dashboard: `python -m tests.e2e.shots`.

All of them go to build/shots, for people to look at; the one of the README goes to docs/images. They show public data
only (UCI, Yeh 2009), under pseudonyms of a key made for pictures.
"""

import itertools
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from contract.bundle import load_bundle
from contract.settings import Settings
from contract.topic_admin import create_topics
from reporting.pages.client.client_search import PAGE_SIZE
from stack.local.kafka_jars import user_cache
from stack.local.postgres import start_postgres
from stack.workers import service_environment, start_worker, wait_until_serving
from tests.e2e.harness import (
    DashboardPage,
    chromium,
    create_database,
    open_dashboard,
    start_any_broker,
    start_dashboard,
    uci_clients,
)
from tests.support.bundles import uci_bundle

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "shots"
README = ROOT / "docs" / "images" / "dashboard.png"

SIZES = {1440: 900, 1024: 768, 390: 844}
FULL_HEIGHT = 3600
"""Of a window in which a page stands whole."""

CALM_MS = 700
"""Transitions of the widgets last up to 300 ms."""

log = logging.getLogger("shots")


def main() -> None:
    """Start everything, take the pictures, stop everything."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    SHOTS.mkdir(parents=True, exist_ok=True)
    README.parent.mkdir(parents=True, exist_ok=True)
    with running() as (url, refs), chromium() as browser:
        for language, theme in itertools.product(("fr", "en"), ("light", "dark")):
            for width, height in SIZES.items():
                take_all(browser, url, refs, f"{language}-{theme}-{width}", width, height)
        take_readme(browser, url, refs[PAGE_SIZE - 2])


def take_all(browser: Browser, url: str, refs: list[str], look: str, width: int, height: int) -> None:
    """Take every state in one language and theme at one width."""
    language, theme, _ = look.split("-")
    screen = open_dashboard(browser, f"{url}?lang={language}&theme={theme}", width, height)
    screen.wait_for_clients()

    def take(state: str, full: bool = False) -> None:
        screen.page.set_viewport_size({"width": width, "height": FULL_HEIGHT if full else height})
        screen.page.wait_for_timeout(CALM_MS)
        path = SHOTS / f"{state}-{look}.png"
        screen.page.screenshot(path=path)
        log.info("%s", path.relative_to(ROOT))

    take("1-list")
    more_filters(screen).click()
    take("2-filters")
    screen.search("zzz")
    screen.page.get_by_text("Aucun client ne correspond").or_(screen.page.get_by_text("No matching clients")).wait_for()
    take("3-nobody")
    screen.search("")
    screen.wait_for_clients()
    screen.open_client(refs[1])
    take("4-chosen")
    screen.score()
    similar = screen.button("Chercher des clients semblables", "Search for similar clients")
    similar.click()
    similar.wait_for(state="hidden")
    take("5-scored", full=True)
    screen.button("Aperçu", "Preview").click()
    screen.page.frame_locator("iframe.preview").locator("h1").wait_for()
    take("5-letter")
    screen.button("Fermer", "Close").click()
    screen.button("Effacer maintenant", "Clear now").click()
    take("6-forgotten")
    if width < 860:
        screen.button("Retour à la liste", "Back to the list").click()
    screen.open_client(refs[-1])
    screen.button("Calculer le score", "Calculate score").click()
    screen.page.locator("[role=alert]").wait_for()
    take("7-rejected")
    turn_to(screen, "portfolio")
    take("8-portfolio")
    screen.button("Calculer le portefeuille", "Score the portfolio").click()
    screen.button("Effacer maintenant", "Clear now").locator("visible=true").wait_for()
    take("8-portfolio-scored", full=True)
    turn_to(screen, "operations")
    screen.page.locator("tbody th small").locator("visible=true").first.wait_for()
    take("9-operations", full=True)
    turn_to(screen, "model")
    take("10-model", full=True)
    turn_to(screen, "audit")
    screen.page.locator("tbody tr td").locator("visible=true").first.wait_for()
    take("11-access-log")
    screen.page.context.close()


def turn_to(screen: DashboardPage, page: str) -> None:
    """Open another page, and wait until it stands there alone."""
    screen.page.locator(f"[data-page={page}]").click()
    score = screen.button("Calculer le score", "Calculate score", "Recalculer le score", "Calculate again")
    score.wait_for(state="hidden")
    screen.page.locator("h2").locator("visible=true").first.wait_for()


def take_readme(browser: Browser, url: str, client_ref: str) -> None:
    """Take the picture of the README, twice as sharp."""
    page = browser.new_context(viewport={"width": 1440, "height": 1420}, device_scale_factor=2).new_page()
    screen = DashboardPage(page, "")
    page.goto(url)
    screen.button("English").click()
    screen.wait_for_clients()
    page.locator(f"[data-focus-key='ref:{client_ref}']").click()
    screen.button("Calculate score").click()
    screen.read_pd()
    page.mouse.move(0, 0)
    page.wait_for_timeout(CALM_MS)
    page.screenshot(path=README)
    log.info("%s", README.relative_to(ROOT))


def more_filters(screen: DashboardPage):  # type: ignore[no-untyped-def]
    """The button that unfolds the other filters."""
    return screen.button("Plus de filtres", "More filters")


@contextmanager
def running() -> Iterator[tuple[str, list[str]]]:
    """Run the stack; yield the dashboard's address and the references: the first page's, and last an incomplete one."""
    bundle = load_bundle(uci_bundle(user_cache() / "test-bundles"))
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder)
        broker, database = start_any_broker(logs), start_postgres(logs / "postgres.log", 0)
        parts = [broker, database]
        try:
            clients = uci_clients()
            refs = sorted(ref for ref, _ in clients)[: PAGE_SIZE + 1]
            for ref, attributes in clients:
                if ref == refs[-1]:
                    attributes["LIMIT_BAL"] = None
            url = create_database(database.address, "pictures", bundle.schema, clients)
            model = bundle.path.absolute()
            config = Settings(kafka_bootstrap_servers=broker.address, database_url=url, home=logs, model=model)
            create_topics(config)
            env = service_environment(config, NEOSCORE_MODEL=str(model))
            parts.append(start_worker(1, logs / "worker.log", env))
            wait_until_serving(config, [parts[-1]])
            child, address = start_dashboard(config, logs / "dashboard.log", model=str(model))
            parts.append(child)
            yield address, refs
        finally:
            for part in reversed(parts):
                part.stop()


if __name__ == "__main__":
    main()
