"""`neoscore schema edit` in a browser: reviewed, corrected, saved; nobody else gets in."""

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from contract.schema import dump_schema, load_schema
from tests.e2e.test_accessibility import check
from tests.support.tiny_model import SCHEMA

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Editor:
    file: Path
    url: str
    process: "subprocess.Popen[str]"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    (file := tmp_path / "tiny.schema.json").write_bytes(dump_schema(SCHEMA))
    with subprocess.Popen(
        [sys.executable, "-m", "stack.cli", "schema", "edit", str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        printed = re.search(r"http://127\.0\.0\.1:\d+/\S+", process.stdout.readline())
        assert printed is not None
        yield Editor(file, printed.group(), process)
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.stdout.read()


def status(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_it_is_reviewed_corrected_and_saved(editor: Editor, screen) -> None:
    window = screen(f"{editor.url}&lang=fr")
    page = window.page
    page.locator("[data-feature=income]").wait_for()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.locator("[data-field=label] input[lang=fr]").fill("Revenu annuel")
    expect(page.locator("[data-feature=income]")).to_contain_text("Revenu annuel")
    page.locator("[data-field=maximum] input").fill("beaucoup")
    expect(page.locator("[data-field=maximum] .problem")).to_have_text("Écrivez un nombre.")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status").first).to_contain_text("1 variable n’est pas valide")
    assert load_schema(editor.file) == SCHEMA, "nothing half right is written"
    page.locator("[data-field=maximum] input").fill("2 000 000")
    page.locator("button[lang=en]").click()
    expect(page.locator(".preview")).to_contain_text("Slider from 0 to 2,000,000")
    page.locator("[data-feature=home]").click()
    page.get_by_role("button", name="Move up: tenant").click()
    page.get_by_label("The words were reviewed: letters are no drafts").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved in")).to_be_visible()
    saved = load_schema(editor.file)
    assert saved["income"].label == {"fr": "Revenu annuel", "en": "income"}
    assert saved["income"].maximum == 2_000_000
    assert [level.value for level in saved["home"].levels] == ["tenant", "owner", "3"]
    assert saved.draft is False
    editor.file.write_bytes(dump_schema(SCHEMA))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("was changed by another program")).to_be_visible()
    assert load_schema(editor.file) == SCHEMA
    broken: list[str] = []
    check(window, "wide", broken)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check(window, "narrow", broken)
    assert broken == []


def test_only_the_browser_with_the_token_gets_in_and_only_once(editor: Editor) -> None:
    root = editor.url.partition("/sign-in")[0]
    assert status(root) == 403
    assert status(f"{root}/sign-in?token=guessed") == 403
    assert status(editor.url, Host="elsewhere.example") == 421
    jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    assert jar.open(editor.url, timeout=20).status == 200
    assert jar.open(root, timeout=20).status == 200, "a reload needs no token"
    assert status(editor.url) == 403
    assert urlsplit(root).hostname == "127.0.0.1"
