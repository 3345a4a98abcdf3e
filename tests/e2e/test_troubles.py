"""Whatever is away, the screen says so in words and shows the way out."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine, text

from contract.topic_admin import create_topics
from stack.errors import MissingDependencyError
from stack.local.tansu import find_tansu, start_tansu
from tests.e2e.conftest import INCOMPLETE
from tests.e2e.harness import create_database, uci_clients, url_for_database

OUTLASTS_DELIVERY = "12"
"""Seconds to live of a request, beyond the 10 s after which an unsent one fails: so that the broker gets the blame."""

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]


@pytest.fixture
def lonely_broker(log_folder):
    """A broker of its own, with topics but without any worker."""
    try:
        find_tansu()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    part = start_tansu(log_folder / "lonely.log", 0)
    yield part
    part.stop()


def test_a_value_at_fault_is_named_by_its_label(dashboard, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(INCOMPLETE)
    advisor.wait_for_text("non renseigné")

    advisor.button("Calculer le score").click()

    advisor.wait_for_text("Une donnée du client empêche le calcul")
    advisor.wait_for_text("Plafond de crédit – non renseigné")


def test_no_worker_then_no_broker(stack, start, screen, lonely_broker) -> None:
    config = stack.config.model_copy(update={"kafka_bootstrap_servers": lonely_broker.address})
    create_topics(config)
    advisor = screen(start(config, request_ttl_seconds=OUTLASTS_DELIVERY))
    advisor.wait_for_clients()
    advisor.open_client(next(iter(stack.clients)))
    advisor.button("Calculer le score").click()
    advisor.wait_for_text("Calcul en cours…")
    advisor.wait_for_text("Le moteur de score ne répond pas")

    lonely_broker.stop()
    advisor.button("Réessayer").click()

    expect(advisor.page.get_by_text("Le broker de messages est injoignable")).to_be_visible(timeout=40_000)


def test_it_starts_without_a_broker(stack, start, screen) -> None:
    nowhere = stack.config.model_copy(update={"kafka_bootstrap_servers": "127.0.0.1:9"})
    advisor = screen(start(nowhere))
    advisor.wait_for_clients()
    advisor.open_client(next(iter(stack.clients)))
    advisor.button("Calculer le score").click()
    expect(advisor.page.get_by_text("Le broker de messages est injoignable")).to_be_visible(timeout=40_000)

    advisor.page.locator("[data-page=operations]").click()
    remark = advisor.page.get_by_role("listitem").filter(has_text="Le broker ne répond pas depuis")
    expect(remark).to_be_visible(timeout=40_000)


def test_the_database_comes_late_and_a_lost_log_refuses(stack, start, screen, database_url, bundle) -> None:
    config = stack.config.model_copy(update={"database_url": url_for_database(database_url, "late")})
    advisor = screen(start(config))
    advisor.wait_for_text("La base des clients est injoignable")

    url = create_database(database_url, "late", bundle.schema, uci_clients(3))
    advisor.button("Réessayer").click()
    advisor.wait_for_clients()

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE access_log RENAME TO lost_log"))
    advisor.page.locator("tbody .ref").first.click()
    advisor.wait_for_text("Accès refusé")
    advisor.page.locator("[data-page=operations]").click()
    expect(advisor.page.get_by_role("alert").locator("visible=true")).to_contain_text("Accès refusé")
    expect(advisor.page.get_by_role("row").locator("visible=true")).to_have_count(0)
    advisor.page.locator("[data-page=client]").click()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE lost_log RENAME TO access_log"))
    engine.dispose()
    advisor.button("Réessayer").click()
    advisor.button("Calculer le score").wait_for()


def test_without_a_model_the_screen_says_what_to_do(stack, start, screen, tmp_path) -> None:
    advisor = screen(start(stack.config, model=str(tmp_path / "nothing")))

    advisor.wait_for_text("Aucun modèle n’est installé")
    advisor.button("English").click()
    advisor.wait_for_text("No model is installed")
