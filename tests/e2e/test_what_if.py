"""An advisor tries other values and asks what would change the result; the screen forgets them with the score."""

import re

import pytest
from playwright.sync_api import expect

from contract.encoding import RowEncoder
from presentation.languages import LANGUAGES
from presentation.locale import round_tenths
from reporting.pages.client.tools.recourse_search import actionable_features, build_candidate_grid
from scorer.engine import Engine
from tests.e2e.test_advisor import in_document
from tests.support.access_log import access_log_entries

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

PAID = "Remboursement de septembre"

SEARCH = "Chercher le plus petit changement"


@pytest.fixture(scope="module")
def pd(stack, bundle):
    """Return what computes a client's PD here, rather than over Kafka."""
    encoder, engine = RowEncoder(bundle.schema), Engine(bundle)

    def compute(client_ref: str, **changes: object) -> float:
        row, faults = encoder.encode(stack.clients[client_ref] | changes)
        assert not faults
        return float(engine.score(row[None]).probability[0])

    return compute


@pytest.fixture(scope="module")
def rescuable(stack, bundle, pd) -> list[str]:
    """Clients at or above the threshold for whom there is a way below it."""
    refused = [ref for ref in stack.clients if pd(ref) >= bundle.metrics.threshold]
    return [ref for ref in refused if has_way_out(stack, bundle, pd, ref)]


def has_way_out(stack, bundle, pd, client_ref: str) -> bool:
    """Tell whether any combination of changes crosses the threshold."""
    columns = build_candidate_grid(
        actionable_features(bundle.schema, bundle.baseline, stack.clients[client_ref])
    ).columns
    changes = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return any(pd(client_ref, **change) < bundle.metrics.threshold for change in changes)


def scored_client(screen, dashboard, client_ref: str):
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(client_ref)
    advisor.score()
    return advisor


def after(advisor) -> str:
    return str(advisor.page.locator("[data-part=pd-after]").text_content())


def slider(advisor, label: str = PAID):
    return advisor.page.locator(f".what-if input[type=range][aria-label^='{label}']")


def test_a_moved_slider_is_scored_by_the_worker_and_named(dashboard, screen, pd, rescuable) -> None:
    [client_ref, *_] = rescuable
    advisor = scored_client(screen, dashboard, client_ref)
    handle = slider(advisor)
    handle.focus()

    for _ in range(5):
        handle.press("ArrowRight")

    paid = float(handle.get_attribute("aria-valuenow") or handle.input_value())
    expected = pd(client_ref, PAY_AMT1=paid)
    expect(advisor.page.locator("[data-part=pd-after]")).to_have_text(LANGUAGES.locale("fr").percent(expected))
    amount = f"{LANGUAGES.locale('fr').number(paid)}\u00a0NT$"
    expect(handle).to_have_attribute("aria-valuetext", amount)
    advisor.wait_for_text(f"→ {amount}")
    points = round_tenths(expected) - round_tenths(pd(client_ref))
    advisor.wait_for_text(f"{LANGUAGES.locale('fr').points(points)} points")
    expect(advisor.page.locator("[role=status].unseen")).to_contain_text(LANGUAGES.locale("fr").percent(expected))


def test_reset_brings_the_clients_own_values_back(dashboard, screen, rescuable) -> None:
    [client_ref, *_] = rescuable
    advisor = scored_client(screen, dashboard, client_ref)
    own = slider(advisor).get_attribute("aria-valuetext")
    slider(advisor).press("ArrowRight")
    advisor.page.locator("[data-part=delta]").wait_for()

    advisor.button("Rétablir les valeurs").click()

    advisor.wait_for_text("Aucune valeur modifiée")
    expect(slider(advisor)).to_have_attribute("aria-valuetext", own)


def test_a_proposal_crosses_the_threshold_when_it_is_tried(dashboard, screen, rescuable) -> None:
    [client_ref, *_] = rescuable
    advisor = scored_client(screen, dashboard, client_ref)

    advisor.button(SEARCH).click()
    advisor.button("Essayer le changement 1").click()

    advisor.page.locator("[data-part=delta]").wait_for()
    proposed = advisor.page.locator(".counterfactual").first.text_content()
    assert f"la probabilité serait de {after(advisor)}" in proposed
    assert "passe sous le seuil" in advisor.page.locator(".comparison-summary").last.text_content()


def test_without_a_way_out_the_screen_says_so(dashboard, stack, screen, bundle, pd, rescuable) -> None:
    client_ref = next(ref for ref in stack.clients if pd(ref) >= bundle.metrics.threshold and ref not in rescuable)
    advisor = scored_client(screen, dashboard, client_ref)

    advisor.button(SEARCH).click()

    advisor.wait_for_text("Aucun changement à la portée du client")


def test_below_the_threshold_nothing_needs_to_change(dashboard, stack, screen, pd) -> None:
    client_ref = min(stack.clients, key=pd)
    advisor = scored_client(screen, dashboard, client_ref)

    advisor.wait_for_text("aucun changement n’est nécessaire")
    expect(advisor.button(SEARCH)).to_be_hidden()


def test_what_was_tried_is_forgotten_with_the_score(dashboard, screen, pd, rescuable) -> None:
    [_, client_ref, *_] = rescuable
    advisor = scored_client(screen, dashboard, client_ref)
    slider(advisor).press("ArrowRight")
    advisor.page.locator("[data-part=delta]").wait_for()
    advisor.button(SEARCH).click()
    sentence = str(advisor.page.locator(".counterfactual p").first.text_content())
    pd = after(advisor)

    advisor.button("Effacer maintenant").click()

    advisor.wait_for_text("Le score est effacé")
    assert not in_document(advisor, pd)
    assert not in_document(advisor, re.search(r"serait de ([\d,]+)", sentence)[1])


def test_a_session_is_recorded_once_and_without_values(dashboard, stack, screen, rescuable) -> None:
    [_, _, client_ref, *_] = rescuable
    advisor = scored_client(screen, dashboard, client_ref)
    for _ in range(3):
        slider(advisor).press("ArrowRight")
        advisor.page.locator("[data-part=delta]").wait_for()
        advisor.page.wait_for_timeout(200)
    advisor.button(SEARCH).click()
    advisor.page.locator(".counterfactual").first.wait_for()

    entries = access_log_entries(stack.config.database_url, client_ref=client_ref)
    assert [(entry.purpose, entry.outcome) for entry in entries] == [
        ("view", "shown"),
        ("score", "scored"),
        ("what_if", "scored"),
        ("recourse", "proposed"),
    ]
