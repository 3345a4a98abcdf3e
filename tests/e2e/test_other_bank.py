"""The whole for another bank: from a file that no schema was written for to the letter, by the commands of the road."""

import csv
import io
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import expect
from pypdf import PdfReader

from contract.active_model import active_bundle_path
from contract.bundle import Bundle, load_bundle
from contract.encoding import RowEncoder
from contract.schema import RecourseConstraint, dump_schema, load_schema
from contract.settings import Settings
from contract.topic_admin import create_topics
from db.clients import Client, ClientQuery, search_clients
from db.engine import open_engine
from presentation.languages import LANGUAGES
from scorer.engine import Engine
from stack.workers import service_environment, start_worker, wait_until_serving
from tests.e2e.harness import DashboardPage, create_empty_database, start_any_broker, start_dashboard

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

ROWS = 300
TREES = "30"
EN, FR = (LANGUAGES.locale(tag) for tag in ("en", "fr"))


def write_file(path: Path) -> None:
    """Write loans as a spreadsheet exports them: cp1252, semicolons, euro signs, decimal commas, `?`, a code -7."""
    rng = random.Random(11)
    with path.open("w", encoding="cp1252", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(
            ["n° client", "person_home_ownership", "revenu_annuel", "loan_amount", "utilisation",
             "months_since_incident", "has_savings", "default"]
        )  # fmt: skip
        for number in range(ROWS):
            home = rng.choice(["Propriétaire", "Locataire", "Hébergé"])
            income, amount, share = rng.uniform(15e3, 90e3), rng.uniform(1e3, 25e3), rng.random()
            since = -7 if rng.random() < 0.3 else rng.randrange(0, 60)
            savings = rng.random() < 0.5
            risk = 3 * share + 4 * amount / income - (home == "Propriétaire") - savings + (0 <= since < 12)
            rows.writerow(
                [10_000 + 7 * number, home, "?" if rng.random() < 0.1 else _amount(income), f"{_amount(amount)} €",
                 f"{share:.2f}".replace(".", ","), since, "oui" if savings else "non", int(rng.gauss(risk, 1.2) > 2.3)]
            )  # fmt: skip


def _amount(value: float) -> str:
    return f"{value:,.2f}".replace(",", " ").replace(".", ",")


def edit_schema(path: Path) -> None:
    """Say that a client can ask for a smaller loan, as an owner would: without it, there is nothing to try."""
    schema = load_schema(path)
    amount = replace(schema["loan_amount"], actionable=True, recourse=RecourseConstraint(-1))
    features = [amount if feature.name == amount.name else feature for feature in schema]
    path.write_bytes(dump_schema(replace(schema, features=features)))


@dataclass(frozen=True)
class Bank:
    """The other bank's parts."""

    url: str
    bundle: Bundle
    clients: list[Client]

    def pd(self, attributes: dict[str, object]) -> float:
        """Compute a PD here, rather than over Kafka."""
        row, faults = RowEncoder(self.bundle.schema).encode(attributes)
        assert faults == []
        return float(Engine(self.bundle).score(row[None]).probability[0])


@pytest.fixture(scope="module")
def bank(browser, database_url, tmp_path_factory, log_folder) -> Iterator[Bank]:
    """What a newcomer has after the four commands; the last one's parts are started one by one."""
    folder = tmp_path_factory.mktemp("other-bank")
    write_file(folder / "loans.csv")
    url = create_empty_database(database_url, "other_bank")
    home = folder / "home"

    def neoscore(*arguments: str) -> None:
        environment = os.environ | {"NEOSCORE_HOME": str(home), "NEOSCORE_DATABASE_URL": url}
        command = [sys.executable, "-m", "stack.cli", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"neoscore {' '.join(arguments)}: {done.stderr}"

    neoscore("init", "--data", "loans.csv", "--target", "default", "--customer-number", "n° client")
    edit_schema(folder / "loans.schema.json")
    neoscore("train", "--trees", TREES)
    neoscore("db", "load", "loans.csv")
    bundle = load_bundle(active_bundle_path(home / "models"))
    engine = open_engine(url)
    clients = list(search_clients(engine, bundle.schema, ClientQuery(), limit=ROWS).clients)
    engine.dispose()
    with ExitStack() as parts:
        broker = start_any_broker(log_folder)
        parts.callback(broker.stop)
        model = str(bundle.path.absolute())
        config = Settings(kafka_bootstrap_servers=broker.address, database_url=url, home=home, model=model)
        create_topics(config)
        worker = start_worker(
            1, log_folder / "worker-other-bank.log", service_environment(config, NEOSCORE_MODEL=model)
        )
        parts.callback(worker.stop)
        wait_until_serving(config, [worker])
        dashboard, address = start_dashboard(config, log_folder / "dashboard-other-bank.log", model=model)
        parts.callback(dashboard.stop)
        yield Bank(address, bundle, clients)


def riskiest(bank: Bank, **known: object) -> Client:
    """The client with the highest PD among those with these values."""
    chosen = [one for one in bank.clients if all(one.attributes[name] == value for name, value in known.items())]
    return max(chosen, key=lambda client: bank.pd(client.attributes))


def open_scored(advisor: DashboardPage, client: Client) -> str:
    """Open a client's file, request the score, and return the PD on the gauge."""
    advisor.wait_for_clients()
    advisor.open_client(client.client_ref)
    return advisor.score()


def test_a_client_is_found_scored_and_explained_in_words(bank, screen) -> None:
    client = riskiest(bank, months_since_incident=-7.0)
    advisor = screen(bank.url)

    assert open_scored(advisor, client) == FR.percent(bank.pd(client.attributes))

    advisor.button("English").first.click()
    raising = advisor.page.locator(".reasons .raises li")
    expect(raising.first).to_contain_text("raises the risk.")
    advisor.wait_for_text("Person home ownership")
    words = EN.value(bank.bundle.schema["months_since_incident"], -7, bank.bundle.schema)
    assert "month" not in words, "a code is no amount"
    expect(advisor.page.locator("li[data-feature=months_since_incident] small")).to_have_text(words)


def test_choices_filter_the_list(bank, screen) -> None:
    tenants = sum(client.attributes["person_home_ownership"] == "Locataire" for client in bank.clients)
    advisor = screen(f"{bank.url}/?lang=en")
    advisor.wait_for_text(f"{ROWS} clients")
    advisor.page.get_by_role("combobox", name="Person home ownership").click()
    advisor.page.locator("li", has_text="Locataire").click()

    advisor.wait_for_text(f"{tenants} clients")


def rescuable(bank: Bank) -> Client:
    """A client above the threshold whom a smaller loan brings well below it."""
    threshold, least = bank.bundle.metrics.threshold, bank.bundle.schema["loan_amount"].minimum
    return next(
        client
        for client in bank.clients
        if bank.pd(client.attributes) > threshold
        and bank.pd({**client.attributes, "loan_amount": least}) < 0.8 * threshold
    )


def test_another_amount_is_tried_and_advised(bank, screen) -> None:
    client = rescuable(bank)
    advisor = screen(f"{bank.url}/?lang=en")
    open_scored(advisor, client)

    handle = advisor.page.locator(".what-if input[type=range]")
    handle.focus()
    handle.press("Home")

    least = float(handle.get_attribute("min") or "nan")
    tried = EN.percent(bank.pd({**client.attributes, "loan_amount": least}))
    expect(advisor.page.locator("[data-part=pd-after]")).to_have_text(tried)
    advisor.button("Search for the smallest change").click()
    expect(advisor.page.locator(".counterfactual").first).to_be_visible()


def test_the_letter_is_marked_as_a_draft(bank, screen) -> None:
    advisor = screen(f"{bank.url}/?lang=en")
    pd = open_scored(advisor, riskiest(bank))
    advisor.wait_for_text("the letter is marked as a draft")

    with advisor.page.expect_download() as download:
        advisor.button("Download (PDF)").click()

    text = " ".join(PdfReader(io.BytesIO(Path(download.value.path()).read_bytes())).pages[0].extract_text().split())
    assert EN.text("letter.draft") in text
    assert "DRAFT" in text
    assert pd in text
    assert "raises the risk." in text


def test_the_portfolio_and_the_model_page_fit_too(bank, screen) -> None:
    advisor = screen(f"{bank.url}/?lang=en&page=portfolio")
    advisor.button("Score the portfolio").click()
    advisor.wait_for_text(f"{ROWS} clients scored")

    advisor.page.locator("[data-page=model]").click()

    figures = advisor.page.locator(".effects figure")
    expect(figures).to_have_count(len(bank.bundle.schema.model_features))
