"""A reader judges the model: every card in both languages, and live requests counted while the page is open."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from contract.blocks import BlockInfo
from contract.ids import new_request_id
from presentation.languages import LANGUAGES
from tests.e2e.harness import DashboardPage
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.records import block_batch

FIRST_MS = 60_000
"""Longest wait for the page itself; on a free core it is there in two seconds."""

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

CARDS = {
    "fr": ("Le modèle", "Qualité", "Importance des variables (SHAP)", "L’effet de chaque variable", "Équité"),
    "en": ("The model", "Quality", "Feature importance (SHAP)", "The effect of each feature", "Fairness"),
}


def read(screen, dashboard: str, language: str = "en") -> DashboardPage:
    """Open the model page and wait until it is there."""
    reader = screen(f"{dashboard}/?page=model&lang={language}")
    reader.page.locator(".metrics").wait_for(timeout=FIRST_MS)
    return reader


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_card_speaks_the_language_and_says_what_the_bundle_says(dashboard, screen, bundle, language) -> None:
    reader = read(screen, dashboard, language)
    for title in CARDS[language]:
        expect(reader.page.get_by_role("heading", name=title, exact=True)).to_be_visible()

    auc = LANGUAGES.locale(language).number(bundle.metrics.roc_auc.mean, 3)
    expect(reader.page.locator(".metrics .figure").first).to_contain_text(auc)
    expect(reader.page.locator(".effects figure")).to_have_count(len(bundle.schema.model_features))
    for feature in bundle.schema:
        if feature.sensitive:
            label = feature.label[language]
            expect(reader.page.get_by_role("heading", name=label, exact=True)).to_be_visible()


def test_every_picture_has_words_and_the_numbers_unfold_by_keyboard(dashboard, screen) -> None:
    reader = read(screen, dashboard)
    pictures = reader.page.locator("svg.chart")
    assert pictures.count() > 4
    assert all(len(picture.get_attribute("aria-label") or "") > 20 for picture in pictures.all())

    numbers = reader.page.locator("details", has_text="Gain").locator("summary")
    numbers.focus()
    reader.page.keyboard.press("Enter")

    expect(reader.page.get_by_role("table").filter(has_text="Defaulting clients among them").first).to_be_visible()


def test_nothing_is_wider_than_the_window(dashboard, screen) -> None:
    reader = read(screen, dashboard)
    for width in (1440, 1024, 390):
        reader.page.set_viewport_size({"width": width, "height": 900})
        expect(reader.page.locator(".metrics")).to_be_visible()
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= width


def test_live_requests_are_counted_and_their_stability_shown(dashboard, screen, stack) -> None:
    reader = read(screen, dashboard)
    # Sessions of one dashboard share the counts: how many there are already depends on who else is there.
    reader.page.get_by_text(re.compile(r"\d+ requests counted")).wait_for()
    wire = RawKafkaClient(stack.config)
    people = [{**person, "LIMIT_BAL": 10_000.0} for person in stack.clients.values()]
    info = BlockInfo(new_request_id(), new_request_id(), False, datetime.now(UTC) + timedelta(minutes=1))
    wire.send_block(block_batch(people), info)
    wire.flush()
    wire.close()

    table = reader.page.get_by_role("region", name="Population stability")
    table.wait_for()
    expect(table.locator("tbody tr").first).to_contain_text("Credit limit")
    expect(table.locator("tbody tr").first).to_contain_text("significant shift")
