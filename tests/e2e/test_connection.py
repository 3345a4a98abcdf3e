"""A connection that breaks is said at once, and the page comes back by itself with what the server has then."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from reporting.pages.registry import PAGES
from stack.local.process import ChildProcess
from tests.e2e.harness import DashboardPage, start_dashboard
from tests.e2e.test_advisor import in_document
from tests.support.faulty_link import FaultyLink

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

TTL_SECONDS = "8"
"""Of a score: its end comes while the connection is held, after it was seen to be."""

BAND = "#connection"


@dataclass
class FarDashboard:
    """A dashboard at the other end of a link."""

    link: FaultyLink
    url: str
    child: ChildProcess


@pytest.fixture(scope="module")
def far(stack, log_folder: Path) -> Iterator[FarDashboard]:
    with FaultyLink() as link:
        url = f"http://127.0.0.1:{link.port}"
        child = start_far_dashboard(stack, log_folder, link, url)
        far = FarDashboard(link, url, child)
        yield far
        far.child.stop()


def start_far_dashboard(stack, log_folder: Path, link: FaultyLink, url: str) -> ChildProcess:
    child, near = start_dashboard(
        stack.config, log_folder / "dashboard-far.log", model=str(stack.config.model), dashboard_url=url,
        result_ttl_seconds=TTL_SECONDS,
    )  # fmt: skip
    link.lead_to(int(near.rpartition(":")[2]))
    return child


@pytest.fixture
def advisor(far, screen) -> Iterator[DashboardPage]:
    """A window whose browser complains about the connection, as it must."""
    advisor = screen(f"{far.url}?lang=en")
    advisor.wait_for_clients()
    yield advisor
    far.link.mend()
    advisor.errors.clear()


def wait_for_band(advisor: DashboardPage, words: str) -> None:
    expect(advisor.page.locator(BAND)).to_contain_text(words)


def wait_until_back(advisor: DashboardPage) -> None:
    expect(advisor.page.locator(f"{BAND}:empty")).to_have_count(1)


def go_through_pages(advisor: DashboardPage) -> None:
    for page in PAGES:
        advisor.page.locator(f"[data-page={page}]").click()
        advisor.page.locator(f"[data-page={page}][aria-current]").wait_for()
        advisor.page.locator("h2").locator("visible=true").first.wait_for()


@pytest.mark.parametrize("fault", ["cut", "hold"])
def test_a_connection_that_breaks_is_said_and_mends(far, advisor, stack, fault) -> None:
    advisor.open_client(next(iter(stack.clients)))

    getattr(far.link, fault)()

    wait_for_band(advisor, "The connection has been lost")
    assert advisor.page.locator("body > [inert]").count() > 0
    far.link.mend()
    wait_until_back(advisor)
    assert advisor.page.locator("body > [inert]").count() == 0
    expect(advisor.page.locator("[lang=en][aria-pressed=true]")).to_be_visible()
    assert advisor.score().endswith("%")


def test_a_score_that_ends_meanwhile_does_not_come_back(far, advisor, stack) -> None:
    advisor.open_client(next(iter(stack.clients)))
    pd = advisor.score()

    far.link.hold()

    wait_for_band(advisor, "The connection has been lost")
    advisor.wait_for_text("The time for which the score is shown is over")
    assert not in_document(advisor, pd)
    far.link.mend()
    wait_until_back(advisor)
    advisor.wait_for_text("The score has been cleared")
    assert not in_document(advisor, pd)
    assert advisor.score() == pd


def test_every_page_comes_back(far, advisor) -> None:
    go_through_pages(advisor)

    far.link.cut()

    wait_for_band(advisor, "The connection has been lost")
    far.link.mend()
    wait_until_back(advisor)
    go_through_pages(advisor)


def test_after_a_restart_one_click_opens_the_page_anew(far, advisor, stack, log_folder) -> None:
    far.child.stop()
    wait_for_band(advisor, "The connection has been lost")

    far.child = start_far_dashboard(stack, log_folder, far.link, far.url)

    wait_for_band(advisor, "the session has ended")
    advisor.page.locator(f"{BAND} button").click()
    advisor.wait_for_clients()
    expect(advisor.page.locator("[lang=en][aria-pressed=true]")).to_be_visible()
