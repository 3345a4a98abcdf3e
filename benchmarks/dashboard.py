"""What an advisor waits for, in a real browser: the page, a client, a score, another score while a slider moves.

Times are those of the browser's driver around a click and what it brings, so each holds some 20 ms of the driver's.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from benchmarks.profiles import BenchmarkProfile
from benchmarks.testbed import (
    BenchmarkInputs,
    fresh_log,
    measured_or_skipped,
    running_broker,
    running_database,
    running_workers,
)
from benchmarks.timing import MedianRange, median_and_range
from db.engine import open_engine
from db.seed import seed_clients
from tests.e2e.harness import CHROMIUM, DashboardPage, chromium, open_dashboard, start_dashboard, uci_clients

PAINT, CLIENT, SCORE, SLIDER = "first useful paint", "choice → client", "score → gauge", "slider → new gauge"

TARGETS_MS = {PAINT: 2500, CLIENT: 300, SCORE: 400, SLIDER: 400}


def run(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, object]:
    """Return milliseconds of every wait, or why nothing was measured."""
    if not CHROMIUM.exists():
        return {"skipped": "there is no Chromium"}
    return measured_or_skipped(lambda: _measure(inputs, profile))


def _measure(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, object]:
    with _running_dashboard(inputs) as url, chromium() as browser:
        delays: dict[str, list[float]] = {name: [] for name in TARGETS_MS}
        for _ in range(profile.dashboard_rounds + 1):
            began = time.perf_counter()
            screen = open_dashboard(browser, f"{url}/?lang=en")
            screen.wait_for_clients()
            delays[PAINT].append(time.perf_counter() - began)
            _one_client(screen, delays)
            screen.page.context.close()
    measured: dict[str, MedianRange] = {
        name: median_and_range(1000 * value for value in seconds[1:]) for name, seconds in delays.items()
    }
    return {"clients": len(inputs.dataset.frame), "delays_ms": measured}


def _one_client(screen: DashboardPage, delays: dict[str, list[float]]) -> None:
    """Open a client after another, score it, move a slider."""
    page = screen.page
    page.locator("tbody .ref").nth(1).click()
    screen.button("Calculate score").wait_for()
    chosen = page.locator("tbody .ref").nth(5)
    ref = str(chosen.get_attribute("data-focus")).removeprefix("ref:")
    page.wait_for_timeout(500)
    delays[CLIENT].append(_timed(chosen.click, lambda: page.locator(f"strong[title='{ref}']").wait_for()))
    page.wait_for_timeout(500)
    delays[SCORE].append(_timed(screen.button("Calculate score").click, screen.read_pd))
    page.wait_for_timeout(1000)
    slider = page.locator(".what-if input[type=range]").last
    slider.focus()
    after = page.locator("[data-part=pd-after]")
    before = str(after.text_content())
    delays[SLIDER].append(_timed(lambda: slider.press("End"), lambda: expect(after).not_to_have_text(before)))


def _timed(act: Callable[[], object], appear: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    appear()
    return time.perf_counter() - began


@contextmanager
def _running_dashboard(inputs: BenchmarkInputs) -> Iterator[str]:
    """Yield a dashboard over every client of the data set, one worker and Apache Kafka."""
    with running_broker("apache") as (config, _), running_database() as database:
        engine = open_engine(database.address)
        seed_clients(engine, inputs.dataset.schema, uci_clients())
        engine.dispose()
        ours = config.model_copy(update={"database_url": database.address})
        with running_workers(config, inputs, 1):
            model = str(inputs.bundle.path.absolute())
            child, url = start_dashboard(ours, fresh_log("dashboard"), model=model)
            try:
                yield url
            finally:
                child.stop()
