"""The letter: the same number as on the gauge, in the language asked for, recorded first, and gone with the score."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from sqlalchemy import create_engine, text

from tests.e2e.harness import DashboardPage
from tests.e2e.test_advisor import in_document
from tests.support.access_log import access_log_entries

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]


@pytest.fixture
def scored(dashboard, stack, screen):
    """Return a function that opens a client and scores it: the window, the client, the PD."""

    def run(position: int, url: str = dashboard, **size: int) -> tuple[DashboardPage, str, str]:
        client_ref = list(stack.clients)[position]
        advisor = screen(url, **size)
        advisor.wait_for_clients()
        advisor.open_client(client_ref)
        return advisor, client_ref, advisor.score()

    return run


def sheet(advisor: DashboardPage):
    """The letter in the preview."""
    return advisor.page.frame_locator("iframe.preview")


def choose(advisor: DashboardPage, language: str) -> None:
    advisor.page.locator(".languages button[aria-pressed=true]").last.wait_for()  # the screen's language comes first
    button = advisor.page.locator(f".languages button[lang={language}]").last
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def purposes(stack, client_ref: str) -> list[tuple[str, str]]:
    entries = access_log_entries(stack.config.database_url, client_ref=client_ref)
    return [(entry.purpose, entry.outcome) for entry in entries]


def test_the_preview_shows_the_gauges_number_in_either_language(scored) -> None:
    advisor, client_ref, pd = scored(20)
    advisor.button("Aperçu").click()
    expect(sheet(advisor).locator("dl")).to_contain_text(f"{pd} – Risque")
    expect(sheet(advisor).locator("dl")).to_contain_text(client_ref)
    advisor.page.keyboard.press("Escape")
    expect(advisor.page.locator("iframe.preview")).to_have_count(0)

    choose(advisor, "en")
    advisor.button("Aperçu").click()

    expect(sheet(advisor).locator("h1")).to_have_text("Explanation of your creditworthiness assessment")
    expect(sheet(advisor).locator("dl")).to_contain_text(f"{pd[:-2].replace(',', '.')}% – ")
    assert 1 <= sheet(advisor).locator(".two-columns section").first.locator("li").count() <= 4


@pytest.mark.parametrize(("language", "name"), [("fr", "explication"), ("en", "explanation")])
def test_the_download_is_one_page_with_the_gauges_number(scored, language, name, tmp_path: Path) -> None:
    advisor, client_ref, pd = scored(21)
    choose(advisor, language)

    with advisor.page.expect_download() as download:
        advisor.button("Télécharger (PDF)").click()

    assert re.fullmatch(rf"{name}-\d{{4}}-\d\d-\d\d\.pdf", download.value.suggested_filename)
    file = tmp_path / "letter.pdf"
    download.value.save_as(file)
    pages = PdfReader(file).pages
    assert len(pages) == 1
    shown = pd if language == "fr" else f"{pd[:-2].replace(',', '.')}%"
    assert f" {shown} – " in pages[0].extract_text()
    assert client_ref in pages[0].extract_text()
    advisor.wait_for_text("La lettre est téléchargée.")


def test_printing_prints_the_letter_and_nothing_else(scored, tmp_path: Path) -> None:
    advisor, _, pd = scored(22)
    # A headless browser has no printer: note what would be printed.
    advisor.page.add_init_script("window.print = () => window.top.postMessage(document.documentElement.outerHTML, '*')")
    printed = "new Promise(resolve => window.addEventListener('message', event => resolve(event.data), { once: true }))"
    waiting = advisor.page.evaluate_handle(f"() => ({{ printed: {printed} }})")

    advisor.button("Imprimer").click()

    html = waiting.evaluate("({ printed }) => printed")
    assert pd in html
    paper = advisor.page.context.new_page()
    paper.set_content(html)
    file = tmp_path / "printed.pdf"
    paper.pdf(path=file, prefer_css_page_size=True)
    assert len(PdfReader(file).pages) == 1


def test_each_letter_is_recorded(scored, stack) -> None:
    advisor, client_ref, _ = scored(23)
    advisor.button("Aperçu").click()
    sheet(advisor).locator("h1").wait_for()
    with advisor.page.expect_download():
        advisor.page.locator("dialog").get_by_role("button", name="Télécharger (PDF)").click()

    assert purposes(stack, client_ref)[2:] == [("letter", "previewed"), ("letter", "downloaded")]


def test_without_a_record_there_is_no_letter(scored, stack) -> None:
    advisor, _, _ = scored(24)
    engine = create_engine(stack.config.database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE access_log RENAME TO lost_log"))
    try:
        advisor.button("Aperçu").click()
        advisor.wait_for_text("Accès refusé")
        assert advisor.page.locator("iframe").count() == 0
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE lost_log RENAME TO access_log"))
        engine.dispose()


def test_the_letter_goes_with_the_score(stack, start, scored) -> None:
    advisor, client_ref, pd = scored(25, start(stack.config, result_ttl_seconds="4"))
    advisor.button("Aperçu").click()
    sheet(advisor).locator("h1").wait_for()
    assert in_document(advisor, client_ref + "</dd>")

    advisor.wait_for_text("La durée d’affichage est écoulée.")

    expect(advisor.page.locator("iframe")).to_have_count(0)
    expect(advisor.page.locator("dialog")).to_be_hidden()
    assert not in_document(advisor, pd)


def test_the_bank_names_itself_by_settings(stack, start, scored) -> None:
    advisor, _, _ = scored(
        26, start(stack.config, bank_name="Banque de l’Exemple", letter_contact="service Crédit, bureau 12")
    )
    advisor.button("Aperçu").click()

    expect(sheet(advisor).locator("header")).to_contain_text("Banque de l’Exemple")
    expect(sheet(advisor).locator("main")).to_contain_text("contester le résultat\u202f: service Crédit")


def test_keyboard_alone_opens_reads_and_closes(scored) -> None:
    advisor, _, _ = scored(27, width=390, height=844)
    advisor.button("Aperçu").focus()
    advisor.page.keyboard.press("Enter")
    sheet(advisor).locator("h1").wait_for()
    expect(advisor.button("Fermer")).to_be_focused()

    advisor.page.keyboard.press("Enter")

    expect(advisor.page.locator("dialog")).to_be_hidden()
    expect(advisor.button("Aperçu")).to_be_focused()
