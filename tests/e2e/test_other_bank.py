"""The whole, unchanged, for another bank: other features, mostly choices, other clients (German Credit)."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from contract.bundle import Bundle, load_bundle
from contract.encoding import RowEncoder
from contract.settings import Settings
from contract.topic_admin import create_topics
from presentation.languages import LANGUAGES
from scorer.engine import Engine
from stack.local.kafka_jars import user_cache
from stack.workers import service_environment, start_worker, wait_until_serving
from tests.e2e.harness import create_database, dataset_clients, start_any_broker, start_dashboard
from tests.support.bundles import german_bundle

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]


@dataclass(frozen=True)
class Bank:
    """The other bank's parts."""

    url: str
    bundle: Bundle
    clients: dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def bank(browser, database_url, tmp_path_factory, log_folder) -> Iterator[Bank]:
    """Broker, database, worker and dashboard with the other bank's model and applicants."""
    bundle = load_bundle(german_bundle(user_cache() / "test-bundles"))
    clients = dict(dataset_clients("german-credit"))
    url = create_database(database_url, "other_bank", bundle.schema, clients.items())
    broker = start_any_broker(log_folder)
    parts = [broker]
    try:
        home, model = tmp_path_factory.mktemp("home-other-bank"), bundle.path.absolute()
        config = Settings(kafka_bootstrap_servers=broker.address, database_url=url, home=home, model=model)
        create_topics(config)
        env = service_environment(config, NEOSCORE_MODEL=str(model))
        parts.append(start_worker(1, log_folder / "worker-other-bank.log", env))
        wait_until_serving(config, [parts[-1]])
        dashboard, address = start_dashboard(config, log_folder / "dashboard-other-bank.log", model=str(model))
        parts.append(dashboard)
        yield Bank(address, bundle, clients)
    finally:
        for part in reversed(parts):
            part.stop()


def pd(bank: Bank, attributes: dict[str, object]) -> float:
    """Compute a PD here, rather than over Kafka."""
    row, _ = RowEncoder(bank.bundle.schema).encode(attributes)
    return float(Engine(bank.bundle).score(row[None]).probability[0])


def test_an_applicant_is_found_scored_and_explained_in_words(bank, screen) -> None:
    client_ref, attributes = next((ref, known) for ref, known in bank.clients.items() if known["purpose"] == "radio_tv")
    expected = pd(bank, attributes)
    advisor = screen(bank.url)
    advisor.wait_for_clients()
    advisor.open_client(client_ref)
    advisor.wait_for_text("Radio, télévision")
    advisor.wait_for_text("hors du calcul du score")

    assert advisor.score() == LANGUAGES.locale("fr").percent(expected)
    advisor.button("English").first.click()
    advisor.wait_for_text("Radio, television")
    advisor.wait_for_text("Checking account")


def test_choices_filter_the_list(bank, screen) -> None:
    advisor = screen(f"{bank.url}/?lang=en")
    advisor.wait_for_text("1,000 clients")
    advisor.page.get_by_role("combobox", name="Checking account").click()
    advisor.page.locator("li", has_text="Overdrawn").click()

    advisor.wait_for_text("274 clients")


def test_another_level_is_tried(bank, screen) -> None:
    client_ref, attributes = next((ref, known) for ref, known in bank.clients.items() if known["guarantors"] == "none")
    tried = LANGUAGES.locale("en").percent(pd(bank, attributes | {"guarantors": "guarantor"}))
    advisor = screen(f"{bank.url}/?lang=en")
    advisor.wait_for_clients()
    advisor.open_client(client_ref)
    advisor.score()

    advisor.page.locator(".what-if").get_by_label("Guarantors").select_option(label="Guarantor")

    expect(advisor.page.locator("[data-part=pd-after]")).to_have_text(tried)


def test_the_portfolio_and_the_model_page_fit_too(bank, screen) -> None:
    advisor = screen(f"{bank.url}/?lang=en&page=portfolio")
    advisor.button("Score the portfolio").click()
    advisor.wait_for_text("1,000 clients scored")

    advisor.page.locator("[data-page=model]").click()

    figures = advisor.page.locator(".effects figure")
    expect(figures).to_have_count(len(bank.bundle.schema.model_features))
