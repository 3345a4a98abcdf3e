"""The advisor's screen: a canary in the database, looked up and scored in a real browser with a profile of its own."""

import importlib.util
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, delete, insert

from db.engine import begin
from db.tables import ClientRow
from stack.errors import CheckNotPossibleError
from stack.privacy.canary import PREFIX, Canary
from stack.privacy.search import files_containing

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip

ADVISOR = "advisor"
"""Who the check is on the screen: one of `stack.local.demo_idp`."""

WAIT_MS = 90_000
"""Longest wait for anything on the screen; a busy machine has needed a minute."""


def find_browser() -> str:
    """Return the browser's program. Raises CheckNotPossibleError, saying what is missing."""
    if importlib.util.find_spec("playwright") is None:
        raise CheckNotPossibleError("Playwright for Python is not installed")
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise CheckNotPossibleError("no Chromium is installed")
    return found


@contextmanager
def canary_in_database(engine: Engine, canary: Canary) -> Iterator[None]:
    """Keep the canary among the clients while the block runs. Raises DatabaseError."""
    remove_canaries(engine)
    try:
        with begin(engine) as connection:
            connection.execute(insert(ClientRow).values(client_ref=canary.client_ref, attributes=canary.features))
        yield
    finally:
        remove_canaries(engine)


def remove_canaries(engine: Engine) -> None:
    """Delete every canary, also what a killed check left. Raises DatabaseError."""
    with begin(engine) as connection:
        connection.execute(delete(ClientRow).where(ClientRow.client_ref.startswith(PREFIX, autoescape=True)))


def _sign_in(page: "Page", url: str) -> None:
    """Sign in as the local stack's advisor if the dashboard requires it. Raises CheckNotPossibleError."""
    if page.url.startswith(url):
        return
    advisor = page.get_by_role("button", name=ADVISOR)
    if not advisor.count():
        raise CheckNotPossibleError(
            "the dashboard requires sign-in, and the check knows only the demo advisor of a local stack"
        )
    advisor.click()


class BrowserSession:
    """A browser's visit of the dashboard, and the profile folder that it leaves until `delete_profile`."""

    def __init__(self, program: str, url: str) -> None:
        self._program, self._url = program, url
        self._profile = Path(tempfile.mkdtemp(prefix="neoscore-privacy-browser-"))

    def score(self, client_ref: str) -> None:
        """Open the client and request the score. Raises CheckNotPossibleError when the screen does not show one."""
        from playwright.sync_api import Error, sync_playwright

        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch_persistent_context(
                    self._profile, executable_path=self._program, args=FLAGS, headless=True
                )
                page = browser.new_page()
                page.set_default_timeout(WAIT_MS)
                page.goto(f"{self._url}/?lang=en")
                _sign_in(page, self._url)
                page.locator("input[type=text]").first.fill(client_ref)
                page.locator(f"[data-focus-key='ref:{client_ref}']").click()
                page.get_by_role("button", name="Calculate score", exact=True).click()
                page.locator("[data-testid=pd]").wait_for()
                browser.close()
        except Error as error:
            raise CheckNotPossibleError(
                f"the screen did not show the canary's score ({type(error).__name__})"
            ) from None

    def count_matching_files(self, needles: Sequence[bytes]) -> int:
        """Return how many files of the profile (storage, caches, history) hold one of the needles."""
        return len(list(files_containing(needles, [self._profile])))

    def delete_profile(self) -> None:
        """Delete the profile."""
        shutil.rmtree(self._profile, ignore_errors=True)
