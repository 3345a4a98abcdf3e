import re
from pathlib import Path

import pytest

from tests.unit.repo.files import ROOT, read, tracked_texts

MAKE_TARGETS = set(re.findall(r"^([\w.-]+):.*##", read("Makefile"), re.MULTILINE))


def _documents() -> dict[str, str]:
    return {name: text for name, text in tracked_texts().items() if name.endswith(".md")}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/README.md"])
def test_a_document_names_only_make_targets_that_exist(name: str) -> None:
    named = set(re.findall(r"^(?: {4})?make ([\w.-]+)|`make ([\w.-]+)", read(name), re.MULTILINE))
    assert {first or second for first, second in named} <= MAKE_TARGETS


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{name}: {target}"
        for name, text in _documents().items()
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
        if not (ROOT / Path(name).parent / target).exists()
    ]
    assert broken == []


def test_the_index_lists_every_page() -> None:
    index = read("docs/README.md")
    pages = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    assert [str(page) for page in pages if f"({page})" not in index and page.name != "README.md"] == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_has_context_decision_and_consequences(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert text.startswith(f"# {int(path.name[:4])}. ")
