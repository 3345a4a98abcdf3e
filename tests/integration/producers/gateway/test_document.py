"""The interface's document: what it says is so, its examples run, and its page needs no other host."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine

from contract.bundle import Bundle
from db.seed import seed_clients
from tests.e2e.harness import CHROMIUM, TIMEOUT_MS, chromium
from tests.integration.producers.gateway.conftest import RunningGateway

pytestmark = pytest.mark.database

CASES = os.environ.get("NEOSCORE_TEST_CASES", "50")
"""Made-up requests for each operation; docs/gateway.md tells how to have more."""

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@pytest.fixture
def restored_clients(engine: Engine, bundle: Bundle, people) -> Iterator[None]:
    """Afterwards, the clients are those of before again."""
    yield
    seed_clients(engine, bundle.schema, people)


@pytest.mark.usefixtures("restored_clients")
def test_nothing_is_answered_that_the_document_does_not_say(gateway: RunningGateway, bundle: Bundle, tmp_path: Path):
    authorization = f"Authorization: Bearer {gateway.issuer.token(exp=int(time.time()) + 86_400)}"
    command = [
        SCHEMATHESIS, "run", f"{gateway.url}/openapi.json", "--header", authorization, "--checks", "all", "--phases",
        "coverage,fuzzing", "--max-examples", CASES, "--generation-database", "none", "--continue-on-failure",
        "--no-color", "--request-timeout", "60",
    ]  # fmt: skip
    variables = {
        **os.environ,
        "NEOSCORE_MODEL": str(bundle.path.absolute()),
        "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks",
        "PYTHONPATH": os.getcwd(),
    }
    ran = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-8_000:]
    assert "10 selected / 10 total" in ran.stdout
    log = gateway.log.read_text()
    assert "unhandled exception" not in log
    assert "Traceback" not in log


def test_every_example_of_the_document_runs(http: httpx.Client):
    document = http.get("/openapi.json").json()
    ran = 0
    for path, operations in document["paths"].items():
        for media_type, body in operations.get("post", {}).get("requestBody", {}).get("content", {}).items():
            examples = [example["value"] for example in body.get("examples", {}).values()]
            for example in [*examples, *([body["example"]] if "example" in body else [])]:
                sent = {"json": example} if media_type == "application/json" else {"content": example}
                answer = http.post(path, **sent, headers={"Content-Type": media_type})
                assert answer.status_code == 200
                assert "scored" in answer.text
                ran += 1
    assert ran == 4


@pytest.mark.browser
def test_the_page_asks_no_other_host_and_tries_a_request(gateway: RunningGateway):
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; install it to run the browser tests")
    expect.set_options(timeout=TIMEOUT_MS)
    faults: list[str] = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda sent: sent.url.startswith((gateway.url, "data:")) or faults.append(sent.url))
        page.on("console", lambda said: said.type == "error" and "401" not in said.text and faults.append(said.text))
        page.goto(f"{gateway.url}/docs")
        page.get_by_label("Bearer token").fill("no token")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("alert")).to_have_text("Invalid token.")
        page.get_by_label("Bearer token").fill(gateway.issuer.token())
        page.get_by_role("button", name="Show").click()
        page.locator("#operations-Scores-predict").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
        expect(page.locator(".live-responses-table")).to_contain_text("base_probability")
    assert faults == []
