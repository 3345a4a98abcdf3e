import subprocess
import sys
from pathlib import Path

import pytest

from contract.settings import Settings
from tests.unit.repo.files import ROOT, read

PAGES = ["settings.md", "errors.md", "cli.md", "asyncapi.yaml", "training.md"]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    subprocess.run([sys.executable, ROOT / "docs" / "generate.py", folder], cwd=ROOT, check=True)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_what_the_code_says(fresh: Path, page: str) -> None:
    assert read(f"docs/{page}") == (fresh / page).read_text(encoding="utf-8"), "run `make docs`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_for(name: str) -> None:
    assert Settings.model_fields[name].description
