"""An advisor tries other values and asks what would change the result; the screen forgets them with the score."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from db.session import connect, open_engine
from producers import formats
from reporting.what_if.recourse import find_movables, list_candidates
from tests.e2e.test_advisor import expected_pd, in_document

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

PAID = "Remboursement de septembre"

SEARCH = "Chercher la plus petite variation"


def refused_clients(stack, bundle, *, movable: bool) -> list[str]:
    """Clients at or above the threshold, somewhat or far."""
    pd = {ref: expected_pd(bundle, attributes) for ref, attributes in stack.clients.items()}
    threshold = bundle.metrics.threshold
    if movable:
        return [ref for ref, value in pd.items() if threshold <= value < 1.3 * threshold]
    return sorted((ref for ref in pd if pd[ref] >= threshold), key=lambda ref: -pd[ref])


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


def test_a_moved_slider_is_scored_by_the_worker_and_named(dashboard, stack, screen, bundle) -> None:
    [client_ref, *_] = refused_clients(stack, bundle, movable=True)
    advisor = scored_client(screen, dashboard, client_ref)
    handle = slider(advisor)
    handle.focus()

    for _ in range(5):
        handle.press("ArrowRight")

    paid = float(handle.get_attribute("aria-valuenow") or handle.input_value())
    expected = expected_pd(bundle, stack.clients[client_ref] | {"PAY_AMT1": paid})
    expect(advisor.page.locator("[data-part=pd-after]")).to_have_text(formats.percent(expected, "fr"))
    amount = f"{formats.number(paid, 'fr')}\u00a0NT$"
    expect(handle).to_have_attribute("aria-valuetext", amount)
    advisor.shows(f"→ {amount}")
    points = formats.round_tenths(expected) - formats.round_tenths(expected_pd(bundle, stack.clients[client_ref]))
    advisor.shows(f"{formats.points(points, 'fr')} points")
    expect(advisor.page.locator("[role=status].unseen")).to_contain_text(formats.percent(expected, "fr"))


def test_reset_brings_the_clients_own_values_back(dashboard, stack, screen, bundle) -> None:
    [client_ref, *_] = refused_clients(stack, bundle, movable=True)
    advisor = scored_client(screen, dashboard, client_ref)
    own = slider(advisor).get_attribute("aria-valuetext")
    slider(advisor).press("ArrowRight")
    advisor.page.locator("[data-part=delta]").wait_for()

    advisor.button("Rétablir les valeurs").click()

    advisor.shows("Aucune valeur modifiée")
    expect(slider(advisor)).to_have_attribute("aria-valuetext", own)


def test_a_proposal_crosses_the_threshold_when_it_is_tried(dashboard, stack, screen, bundle) -> None:
    [client_ref, *_] = refused_clients(stack, bundle, movable=True)
    advisor = scored_client(screen, dashboard, client_ref)

    advisor.button(SEARCH).click()
    advisor.button("Essayer la proposition 1").click()

    advisor.page.locator("[data-part=delta]").wait_for()
    proposed = advisor.page.locator(".proposal").first.text_content()
    assert f"la probabilité serait de {after(advisor)}" in proposed
    assert "passe sous le seuil" in advisor.page.locator(".verdict").last.text_content()


def test_without_a_way_out_the_screen_says_so(dashboard, stack, screen, bundle) -> None:
    def hopeless(client_ref: str) -> bool:
        client = stack.clients[client_ref]
        columns = list_candidates(find_movables(bundle.schema, bundle.baseline, client)).columns
        names = list(columns)
        rows = [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        return all(expected_pd(bundle, client | row) >= bundle.metrics.threshold for row in rows[-40:])

    client_ref = next(ref for ref in refused_clients(stack, bundle, movable=False)[:5] if hopeless(ref))
    advisor = scored_client(screen, dashboard, client_ref)

    advisor.button(SEARCH).click()

    advisor.shows("Aucune variation à la portée du client")


def test_below_the_threshold_nothing_needs_to_change(dashboard, stack, screen, bundle) -> None:
    client_ref = min(stack.clients, key=lambda ref: expected_pd(bundle, stack.clients[ref]))
    advisor = scored_client(screen, dashboard, client_ref)

    advisor.shows("rien n’a besoin de changer")
    assert advisor.button(SEARCH).count() == 0 or not advisor.button(SEARCH).is_visible()


def test_what_was_tried_is_forgotten_with_the_score(dashboard, stack, screen, bundle) -> None:
    [_, client_ref, *_] = refused_clients(stack, bundle, movable=True)
    advisor = scored_client(screen, dashboard, client_ref)
    slider(advisor).press("ArrowRight")
    advisor.page.locator("[data-part=delta]").wait_for()
    advisor.button(SEARCH).click()
    sentence = str(advisor.page.locator(".proposal p").first.text_content())
    pd = after(advisor)

    advisor.button("Oublier maintenant").click()

    advisor.shows("Le score est oublié")
    assert not in_document(advisor, pd)
    assert not in_document(advisor, re.search(r"serait de ([\d,]+)", sentence)[1])


def test_a_session_is_recorded_once_and_without_values(dashboard, stack, screen, bundle) -> None:
    [_, _, client_ref, *_] = refused_clients(stack, bundle, movable=True)
    advisor = scored_client(screen, dashboard, client_ref)
    for _ in range(3):
        slider(advisor).press("ArrowRight")
        advisor.page.locator("[data-part=delta]").wait_for()
        advisor.page.wait_for_timeout(200)
    advisor.button(SEARCH).click()
    advisor.page.locator(".proposal").first.wait_for()

    engine = open_engine(stack.config.database_url)
    with connect(engine) as connection:
        statement = text("SELECT purpose, outcome FROM access_log WHERE client_ref = :ref ORDER BY id")
        entries = [tuple(row) for row in connection.execute(statement, {"ref": client_ref})]
    engine.dispose()
    assert entries == [("view", "shown"), ("score", "scored"), ("what_if", "scored"), ("recourse", "proposed")]
