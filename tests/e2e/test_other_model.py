"""An answer of another model than the page's is not shown beside the page's labels and thresholds."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from contract.active_model import activate
from contract.bundle import FILES, Bundle, write_bundle
from tests.e2e.harness import start_dashboard

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]


def test_after_a_change_of_model_a_page_says_so_until_it_is_reloaded(
    stack, screen, bundle: Bundle, tmp_path: Path, log_folder: Path
) -> None:
    models = tmp_path / "models"
    shutil.copytree(bundle.path, models / bundle.ref.version)
    contents = {name: (bundle.path / name).read_bytes() for name in ("model.ubj", *FILES)}
    other = write_bundle(models, "other", contents | {"card.md": b"# Another model\n"})
    activate(models, other.ref.version)  # while the worker serves the first one
    client_ref = next(iter(stack.clients))
    child, url = start_dashboard(stack.config.model_copy(update={"home": tmp_path}), log_folder / "dashboard-other.log")
    try:
        advisor = screen(url)
        advisor.wait_for_clients()
        advisor.open_client(client_ref)
        advisor.button("Calculer le score").click()
        advisor.wait_for_text("Le modèle vient de changer")
        expect(advisor.page.locator("svg.gauge")).to_have_count(0)

        activate(models, bundle.ref.version)
        advisor.page.reload()
        advisor.wait_for_clients()
        advisor.open_client(client_ref)
        assert advisor.score()
        advisor.page.close()  # before its server goes, which it would complain about
    finally:
        child.stop()
