"""An advisor finds a client, asks for the score, reads why, and the screen forgets."""

import re

import pytest
from playwright.sync_api import expect

from contract.bundle import Bundle
from contract.encoding import RowEncoder
from presentation.languages import LANGUAGES
from reporting.pages.client.client_search import PAGE_SIZE
from scorer.engine import Engine
from tests.e2e.conftest import INCOMPLETE
from tests.support.access_log import access_log_entries

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]


def expected_pd(bundle: Bundle, attributes: dict[str, object]) -> float:
    """The probability of default, computed here rather than over Kafka."""
    row, faults = RowEncoder(bundle.schema).encode(attributes)
    assert not faults
    return float(Engine(bundle).score(row[None]).probability[0])


def test_the_score_on_the_gauge_is_the_models(dashboard, stack, screen, bundle) -> None:
    client_ref, attributes = next(iter(stack.clients.items()))
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(client_ref)

    shown = advisor.score()

    assert shown == LANGUAGES.locale("fr").percent(expected_pd(bundle, attributes))
    assert shown in advisor.page.locator("svg.gauge").get_attribute("aria-label")


def test_the_parts_on_the_screen_add_up_to_the_gauge(dashboard, stack, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(list(stack.clients)[1])
    pd = number(advisor.score())

    average, _, total = numbers(advisor.page.locator("[data-testid=sum]").text_content())
    ends = [number(advisor.page.locator(f"[data-testid={end}-pd]").text_content()) for end in ("start", "probability")]
    parts = points(advisor, ".waterfall > li > button")

    assert ends == [average, total]
    assert total == pd
    assert round(average + sum(parts), 1) == pd


def test_the_small_factors_unfold_by_keyboard_and_add_up_to_their_row(dashboard, stack, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(list(stack.clients)[1])
    advisor.score()
    others = advisor.page.locator("[data-feature=others] > button")
    (total,) = points(advisor, "[data-feature=others] > button")
    assert others.get_attribute("aria-expanded") == "false"

    others.focus()
    advisor.page.keyboard.press("Enter")

    expect(others).to_have_attribute("aria-expanded", "true")
    expect(advisor.page.locator("[data-feature=others] li").first).to_be_visible()
    assert round(sum(points(advisor, "[data-feature=others] li > button")), 1) == total


def test_a_factor_unfolds_to_its_sentence_and_its_place_in_the_population(dashboard, stack, screen, bundle) -> None:
    client_ref, attributes = list(stack.clients.items())[1]
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(client_ref)
    advisor.score()
    row = advisor.page.locator("[data-feature=LIMIT_BAL]")
    if not row.is_visible():
        advisor.page.locator("[data-feature=others] > button").click()
    assert (
        LANGUAGES.locale("fr").value(bundle.schema["LIMIT_BAL"], attributes["LIMIT_BAL"], bundle.schema)
        in row.inner_text()
    )

    row.locator("button").click()

    expect(row.locator(".factor-details p")).to_contain_text("Plafond de crédit")
    expect(row.locator("figcaption")).to_contain_text("des clients.")
    expect(row.locator("figure svg")).to_be_visible()
    advisor.button("English").first.click()
    expect(row.locator(".factor-details p")).to_contain_text("Credit limit")


def test_similar_clients_are_a_group_and_the_look_is_recorded_once(dashboard, stack, screen) -> None:
    client_ref = list(stack.clients)[10]
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(client_ref)
    advisor.score()

    advisor.button("Chercher des clients semblables").click()

    advisor.wait_for_text("La moitié des 50 clients les plus semblables")
    group = advisor.page.get_by_text("La moitié des 50 clients les plus semblables").text_content()
    assert sum(ref in advisor.page.content() for ref in stack.clients if ref != client_ref) <= PAGE_SIZE
    assert [entry for entry in log_of(stack, client_ref) if entry[1] == "similar"] == [
        ("development", "similar", "shown")
    ]
    advisor.button("Effacer maintenant").click()
    advisor.wait_for_text("Le score est effacé")
    assert not in_document(advisor, group)


def test_filters_narrow_the_list_and_can_be_cleared(dashboard, stack, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_text("301 clients")
    advisor.search("zzz")
    advisor.wait_for_text("Aucun client ne correspond")

    advisor.button("Effacer les filtres").last.click()

    advisor.wait_for_text("301 clients")
    advisor.wait_for_clients()


def test_a_slider_filters_by_keyboard(dashboard, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_text("301 clients")
    handle = advisor.page.get_by_role("slider").first
    handle.focus()

    for _ in range(20):
        handle.press("ArrowRight")

    advisor.wait_for_text("Plafond de crédit\u202f: à partir de")
    expect(advisor.page.get_by_text("301 clients")).to_be_hidden()


def test_sorting_and_paging_by_the_database(dashboard, stack, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    refs = sorted([*stack.clients, INCOMPLETE])
    advisor.button("Suivants").click()
    advisor.page.locator(f"[data-focus-key='ref:{refs[10]}']").wait_for()

    advisor.page.locator("[data-focus-key='sort:LIMIT_BAL']").click()

    advisor.page.locator("th[aria-sort=ascending]", has_text="Plafond").wait_for()
    lowest = min(client["LIMIT_BAL"] for client in stack.clients.values())
    first = advisor.page.locator("tbody tr").first.locator("td").first
    expect(first).to_have_text(f"{LANGUAGES.locale('fr').number(lowest)}\u00a0NT$")


def test_the_whole_way_by_keyboard(dashboard, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.page.locator("tbody .ref").first.press("Enter")
    advisor.button("Calculer le score").press("Enter")

    assert advisor.read_pd().endswith("%")


def test_english_says_the_same(dashboard, stack, screen, bundle) -> None:
    client_ref, attributes = list(stack.clients.items())[2]
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    assert advisor.page.evaluate("document.documentElement.lang") == "fr"
    advisor.open_client(client_ref)
    advisor.score()

    advisor.button("English").first.click()

    advisor.wait_for_text("Probability of default")
    advisor.wait_for_text("Reasons to give the client")
    assert advisor.read_pd() == LANGUAGES.locale("en").percent(expected_pd(bundle, attributes))
    assert advisor.page.evaluate("document.documentElement.lang") == "en"


def test_forget_means_forget(dashboard, stack, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(list(stack.clients)[3])
    pd = advisor.score()

    advisor.button("Effacer maintenant").click()

    advisor.wait_for_text("Le score est effacé")
    assert not in_document(advisor, pd)


def test_choosing_another_client_forgets(dashboard, stack, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    first, second = list(stack.clients)[4:6]
    advisor.open_client(first)
    pd = advisor.score()

    advisor.open_client(second)

    advisor.wait_for_text("Le score se calcule à la demande")
    assert not in_document(advisor, pd)


def test_the_screen_forgets_in_time(stack, start, screen) -> None:
    advisor = screen(start(stack.config, result_ttl_seconds="3"))
    advisor.wait_for_clients()
    advisor.open_client(list(stack.clients)[6])
    pd = advisor.score()
    assert in_document(advisor, pd)

    advisor.wait_for_text("La durée d’affichage est écoulée.")

    assert not in_document(advisor, pd)


def test_two_advisors_do_not_see_each_others_work(dashboard, stack, screen) -> None:
    one, other = screen(dashboard), screen(dashboard)
    one.wait_for_clients()
    other.wait_for_clients()
    one.open_client(list(stack.clients)[7])
    one.button("English").first.click()
    one.score()

    assert other.has_text("Choisissez un client")
    other.open_client(list(stack.clients)[8])
    other.wait_for_text("Le score se calcule à la demande")
    assert one.read_pd().endswith("%")


def test_looking_and_scoring_are_recorded(dashboard, stack, screen, bundle) -> None:
    client_ref = list(stack.clients)[9]
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.open_client(client_ref)
    advisor.score()

    assert log_of(stack, client_ref) == [
        ("development", "view", "shown"),
        ("development", "score", "scored"),
    ]
    viewed, scored = access_log_entries(stack.config.database_url, client_ref=client_ref)
    assert (scored.model_version, scored.model_digest) == (bundle.ref.version, bundle.ref.digest)
    assert len(scored.address) == 32
    assert (scored.address, scored.login) == (viewed.address, viewed.login)


def test_on_a_telephone_the_client_takes_the_place_of_the_list(dashboard, screen) -> None:
    advisor = screen(dashboard, width=390, height=844)
    advisor.wait_for_clients()
    advisor.page.locator("tbody .ref").first.click()
    advisor.button("Calculer le score").wait_for()
    assert not advisor.page.locator("tbody .ref").first.is_visible()
    assert advisor.page.evaluate("document.documentElement.scrollWidth") <= 390

    advisor.button("Retour à la liste").click()

    advisor.wait_for_clients()


def in_document(advisor, words: str) -> bool:
    """Search the whole document, hidden parts and shadow roots too, and the models behind it."""
    script = """words => {
      const seen = (root) => [...root.querySelectorAll('*')].some((node) =>
        (node.shadowRoot && seen(node.shadowRoot)) ||
        [...node.attributes].some((attribute) => attribute.value.includes(words)) ||
        [...node.childNodes].some((child) => child.nodeType === 3 && child.data.includes(words)))
      const models = Bokeh.documents.some((document) => [...document.all_models].some((model) =>
        Object.values(model.attributes).some((value) => typeof value === 'string' && value.includes(words))))
      return seen(document) || models
    }"""
    return bool(advisor.page.evaluate(script, words))


def log_of(stack, client_ref: str) -> list[tuple[str, ...]]:
    """What the access log says of a client."""
    entries = access_log_entries(stack.config.database_url, client_ref=client_ref)
    return [(entry.actor, entry.purpose, entry.outcome) for entry in entries]


def points(advisor, rows: str) -> list[float]:
    """The points on these rows of the waterfall."""
    advisor.page.locator(rows).first.wait_for()
    return [
        float(found.replace("−", "-").replace(",", "."))
        for found in advisor.page.locator(f"{rows} [data-testid=points]").all_text_contents()
    ]


def number(words: str) -> float:
    return numbers(words)[0]


def numbers(words: str) -> list[float]:
    return [
        float(found.replace("−", "-").replace("\u202f", "").replace(",", "."))
        for found in re.findall(r"[+−]?[\d\u202f]*\d,\d", words)
    ]
