"""Several advisors at once see only their own work, and sessions that end leave nothing behind."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from bokeh.client.websocket import WebSocketClientConnectionWrapper
from bokeh.document import Document
from bokeh.document.events import MessageSentEvent
from bokeh.events import DocumentReady
from bokeh.protocol import Protocol
from playwright.sync_api import expect
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from reporting.pages.registry import PAGES
from reporting.server.serve import UNUSED_CHECK_MS
from stack.local.process import ChildProcess
from tests.e2e.harness import start_dashboard
from tests.e2e.test_advisor import in_document

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

PROTOCOL = Protocol()

MAX_MESSAGE_BYTES = 64 * 2**20
"""A page is one message of some megabytes."""

GOING_AWAY = 1001
"""How a browser closes the connection of a window that is closed."""

HEADER = '{"msgid"'
"""How a message begins."""

SESSIONS = (50, 25, 100, 25)
"""Between readings."""

MOST_GROWTH = 0.03
"""Of the process's memory, by the hundred sessions in the middle: a leak of a session's parts is far more.

From the higher of the two readings before them to the lower of the two after: a single one says little, as what is
freed leaves gaps that the allocator keeps for later, 10 MB more or less, while the number of objects comes back to what
it was."""


@pytest.fixture
def own_dashboard(stack, log_folder: Path) -> Iterator[tuple[ChildProcess, str]]:
    """A dashboard that nobody else uses."""
    child, url = start_dashboard(stack.config, log_folder / "dashboard-sessions.log", model=str(stack.config.model))
    yield child, url
    child.stop()


async def open_and_close(url: str) -> None:
    """Load the page, tell the server over its connection that it is shown, wait for its data, and close it.

    As a browser does, but the document that comes is not read: here that takes longer than on the server.
    """
    page = (await AsyncHTTPClient().fetch(url)).body.decode()
    found = re.search(r'"token":"([^"]+)"', page)
    assert found is not None
    address = HTTPRequest(f"{url.replace('http', 'ws')}/ws", headers={"Origin": url})
    socket = await websocket_connect(address, subprotocols=["bokeh", found[1]], max_message_size=MAX_MESSAGE_BYTES)
    await header_with(socket, "msgtype", "ACK")
    shown = MessageSentEvent(Document(), "bokeh_event", DocumentReady())
    for message in (PROTOCOL.create("PULL-DOC-REQ"), PROTOCOL.create("PATCH-DOC", [shown])):
        await message.send(WebSocketClientConnectionWrapper(socket))
        await header_with(socket, "reqid", message.header["msgid"])
    socket.close(GOING_AWAY)


async def header_with(socket: WebSocketClientConnection, name: str, value: str) -> None:
    """Read until a message begins whose header has this."""
    while (fragment := await socket.read_message()) is not None:
        if isinstance(fragment, str) and fragment.startswith(HEADER) and json.loads(fragment).get(name) == value:
            return
    pytest.fail("the server closed the connection")


async def open_and_close_all(url: str, count: int) -> None:
    """Do so as often, one after the other."""
    for _ in range(count):
        await open_and_close(url)


def memory_after(child: ChildProcess, url: str, sessions: int) -> int:
    """Bytes that the process holds when so many more sessions have come and gone."""
    with ThreadPoolExecutor(1) as other_thread:  # in this one runs the event loop of the browser's driver
        other_thread.submit(asyncio.run, open_and_close_all(url, sessions)).result()
    time.sleep(3 * UNUSED_CHECK_MS / 1000)
    return int(psutil.Process(child.pid).memory_info().rss)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_memory_is_flat_over_two_hundred_sessions(own_dashboard) -> None:
    child, url = own_dashboard
    held = [memory_after(child, url, sessions) for sessions in SESSIONS]

    first, second = max(held[:2]), min(held[2:])
    assert second - first < MOST_GROWTH * first


def test_nothing_of_one_advisor_reaches_another(dashboard, stack, screen) -> None:
    (mine, _), (theirs, _) = list(stack.clients.items())[30:32]
    one, other = screen(dashboard), screen(f"{dashboard}?lang=en")
    for advisor, client_ref in ((one, mine), (other, theirs)):
        advisor.wait_for_clients()
        advisor.open_client(client_ref)
    one.search("zzz")
    one.wait_for_text("Aucun client ne correspond")
    pd = one.score()

    assert other.button("Calculate score").is_visible()
    assert not in_document(other, pd)
    assert not other.has_text("Aucun client ne correspond")

    other.score()
    one.button("Effacer maintenant").click()

    one.wait_for_text("Le score est effacé")
    assert other.read_pd().endswith("%")


@pytest.mark.parametrize("page", [name for name in PAGES if name != "client"])
def test_another_page_hides_the_client(dashboard, stack, screen, page) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(list(stack.clients)[32])
    advisor.score()

    advisor.page.locator(f"[data-page={page}]").click()

    expect(advisor.page.locator("[data-testid=pd]")).to_be_hidden()
    expect(advisor.page.locator("tbody .ref").first).to_be_hidden()
    advisor.page.locator("h2").locator("visible=true").first.wait_for()
    advisor.page.locator("[data-page=client]").click()
    assert advisor.read_pd().endswith("%")
