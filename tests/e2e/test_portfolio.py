"""An advisor chooses clients, has them scored as a whole, reads totals, moves the threshold, and forgets."""

import re

import pytest
from playwright.sync_api import Locator, expect

from contract.settings import Settings
from contract.topic_admin import create_topics
from presentation.languages import LANGUAGES
from stack.errors import MissingDependencyError
from stack.local.tansu import find_tansu, start_tansu
from tests.e2e.harness import create_database, uci_clients, url_for_database
from tests.e2e.test_accessibility import check
from tests.support.access_log import access_log_entries

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

RUN_MS = 60_000
"""Longest wait for the end of a run; over 301 clients it takes a second on a free machine."""


@pytest.fixture
def portfolio(screen):
    """Return a function that opens the portfolio page of a dashboard, in English unless told otherwise."""

    def run(url: str, query: str = "lang=en", **size: int):
        advisor = screen(f"{url}/?page=portfolio&{query}", **size)
        advisor.button("Score the portfolio", "Calculer le portefeuille").wait_for(timeout=RUN_MS)
        return advisor

    return run


@pytest.fixture
def lonely(stack, log_folder):
    """Settings for a broker of its own, with topics but without any worker."""
    try:
        find_tansu()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    part = start_tansu(log_folder / "lonely-portfolio.log", 0)
    config = stack.config.model_copy(update={"kafka_bootstrap_servers": part.address})
    create_topics(config)
    yield config
    part.stop()


def score(advisor) -> None:
    advisor.button("Score the portfolio", "Calculer le portefeuille").click()
    result = advisor.page.get_by_role("heading", name="Result", exact=True)
    result.or_(advisor.page.get_by_role("heading", name="Résultat", exact=True)).wait_for(timeout=RUN_MS)


def row(advisor, head: str) -> Locator:
    """Return the cells of the row of a table that begins with these words."""
    return advisor.page.locator("tr", has=advisor.page.get_by_role("rowheader", name=head)).first.locator("td")


def cells(advisor, head: str) -> list[str]:
    """Return what stands in that row."""
    return row(advisor, head).all_text_contents()


def accesses(config: Settings) -> list[str]:
    return [entry.outcome for entry in access_log_entries(config.database_url, purpose="portfolio")]


def test_a_portfolio_from_choice_to_forgetting(dashboard, stack, portfolio) -> None:
    before = accesses(stack.config)
    advisor = portfolio(dashboard)
    expect(advisor.page.locator(".count")).to_contain_text("300")

    score(advisor)

    advisor.wait_for_text("About 300 of 300 clients scored")
    advisor.wait_for_text("Left out because a value is missing or out of bounds: fewer than 20.")
    advisor.wait_for_text("All figures are approximate")
    counts = [int(cells(advisor, f"{band} risk")[0]) for band in ("Low", "Medium", "High")]
    assert all(count % 10 == 0 for count in counts)
    assert 280 <= sum(counts) <= 320
    mean = cells(advisor, "All")[2]
    alt = advisor.page.locator("[aria-label^='Histogram of 300 clients']").get_attribute("aria-label")
    assert f"Mean PD {mean}" in alt
    assert accesses(stack.config) == [*before, "started", "finished"]

    advisor.button("Clear now").click()

    advisor.wait_for_text("The totals have been cleared")
    assert advisor.page.locator("[aria-label^='Histogram']").count() == 0
    expect(advisor.page.get_by_text(mean)).to_have_count(0)


def test_the_threshold_moves_by_keyboard_and_scores_nobody_again(dashboard, stack, portfolio, bundle) -> None:
    advisor = portfolio(dashboard)
    score(advisor)
    runs, high = len(accesses(stack.config)), cells(advisor, "High risk")[0]
    own = LANGUAGES.locale("en").percent(bundle.metrics.threshold)
    advisor.wait_for_text(f"Decision threshold: {own}")
    handle = advisor.page.get_by_role("slider").nth(-2)
    handle.focus()

    handle.press("PageUp")

    expect(advisor.page.get_by_text(f"Decision threshold: {own}")).to_be_hidden()
    expect(row(advisor, "High risk").first).not_to_have_text(high)
    assert int(cells(advisor, "High risk")[0]) < int(high)
    advisor.button(f"Model’s threshold: {own}").click()
    advisor.wait_for_text(f"Decision threshold: {own}")
    expect(row(advisor, "High risk").first).to_have_text(high)
    assert cells(advisor, f"At this threshold ({own})") == cells(advisor, f"At the model’s threshold ({own})")
    least = cells(advisor, "At lowest cost")
    advisor.page.get_by_role("slider").last.press("PageUp")
    expect(row(advisor, "At lowest cost")).not_to_have_text(least)
    assert len(accesses(stack.config)) == runs


def test_filters_narrow_the_portfolio_and_few_are_refused(dashboard, stack, portfolio) -> None:
    advisor = portfolio(dashboard)
    expect(advisor.page.locator(".count")).to_contain_text("300")
    advisor.page.get_by_role("slider").nth(1).press("Home")

    few = advisor.page.get_by_text("Select at least 20 clients").or_(advisor.page.get_by_text("No matching clients."))
    few.wait_for()
    expect(advisor.button("Score the portfolio")).to_be_disabled()
    advisor.button("Clear filters").click()
    expect(advisor.page.locator(".count")).to_contain_text("300")
    expect(advisor.button("Score the portfolio")).to_be_enabled()


def test_language_and_theme_change_what_is_shown_without_a_new_run(dashboard, stack, portfolio) -> None:
    advisor = portfolio(dashboard, "lang=fr&theme=light")
    score(advisor)
    runs = len(accesses(stack.config))
    advisor.wait_for_text("Environ 300 clients notés sur 300")

    advisor.button("English").click()
    advisor.button("Switch to dark").click()

    advisor.wait_for_text("About 300 of 300 clients scored")
    advisor.wait_for_text("Main reasons")
    assert len(accesses(stack.config)) == runs


def test_a_sensitive_feature_may_divide_and_says_that_it_is_not_used(dashboard, portfolio, bundle) -> None:
    advisor = portfolio(dashboard)
    label = bundle.schema["SEX"].label["en"]
    advisor.page.get_by_label("Segment by").select_option(label=f"{label} (not used in the score)")
    score(advisor)

    advisor.wait_for_text("This value is not used in the score.")
    levels = [level.label["en"] for level in bundle.schema["SEX"].levels]
    assert sum(int(cells(advisor, level)[0]) for level in levels) == pytest.approx(300, abs=10)


def test_progress_is_told_to_everybody_and_cancel_stops(lonely, start, portfolio) -> None:
    advisor = portfolio(start(lonely))
    advisor.button("Score the portfolio").click()
    bar = advisor.page.get_by_role("progressbar", name="Progress")
    expect(bar).to_have_attribute("aria-valuenow", "0")
    expect(bar).to_have_attribute("aria-valuetext", re.compile("0 of about 300 clients"))

    advisor.button("Cancel").click()

    advisor.wait_for_text("Cancelled before there was a result")
    advisor.wait_for_text("Fewer than 20 clients had a score: too few to show a total.")
    expect(bar).to_be_hidden()
    expect(advisor.button("Score the portfolio")).to_be_enabled()


def test_no_worker_says_so(lonely, start, portfolio) -> None:
    advisor = portfolio(start(lonely, request_ttl_seconds="1"))
    advisor.button("Score the portfolio").click()
    expect(advisor.page.get_by_text("The scoring engine is not responding")).to_be_visible(timeout=RUN_MS)
    expect(advisor.button("Try again")).to_be_visible()


def test_no_broker_says_so(stack, start, portfolio) -> None:
    advisor = portfolio(start(stack.config.model_copy(update={"kafka_bootstrap_servers": "127.0.0.1:9"})))
    advisor.button("Score the portfolio").click()
    expect(advisor.page.get_by_text("The message broker is unreachable")).to_be_visible(timeout=RUN_MS)


def test_the_database_comes_late(stack, start, portfolio, database_url, bundle) -> None:
    config = stack.config.model_copy(update={"database_url": url_for_database(database_url, "late_portfolio")})
    advisor = portfolio(start(config))
    advisor.wait_for_text("The client database is unreachable")
    expect(advisor.button("Score the portfolio")).to_be_disabled()

    create_database(database_url, "late_portfolio", bundle.schema, uci_clients(5))
    advisor.button("Try again").click()

    advisor.wait_for_text("Select at least 20 clients")


@pytest.mark.parametrize("look", ["lang=fr&theme=light", "lang=en&theme=dark"])
def test_a_result_and_a_run_break_no_rule_of_accessibility(dashboard, lonely, start, portfolio, look) -> None:
    broken: list[str] = []
    advisor = portfolio(dashboard, look)
    score(advisor)
    check(advisor, "scored", broken)
    waiting = portfolio(start(lonely), look)
    waiting.button("Score the portfolio", "Calculer le portefeuille").click()
    waiting.button("Cancel", "Arrêter").wait_for()
    check(waiting, "running", broken)

    assert broken == []


def test_nothing_is_cut_off_on_a_telephone(dashboard, portfolio) -> None:
    advisor = portfolio(dashboard, "lang=fr", width=390, height=844)
    score(advisor)
    assert advisor.page.evaluate("document.documentElement.scrollWidth") <= 390
