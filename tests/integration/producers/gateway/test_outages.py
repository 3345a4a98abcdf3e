"""Responses while a component is unavailable, and settings with which the gateway does not start."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from contract.headers import JSON_LINES
from contract.settings import Settings
from stack.local.process import ChildProcess
from stack.workers import service_environment
from tests.support.certificates import issue
from tests.support.gateway import start_gateway, start_memory_gateway
from tests.support.release import PUBLIC_KEY
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

NOWHERE = "postgresql+psycopg2://neoscore@127.0.0.1:1/neoscore"


@contextmanager
def client_of(started: tuple[ChildProcess, str], trusted: ssl.SSLContext | None = None) -> Iterator[httpx.Client]:
    child, url = started
    try:
        with httpx.Client(base_url=url, timeout=60, verify=trusted or ssl.create_default_context()) as client:
            yield client
    finally:
        child.stop()


def test_without_a_broker_it_starts_and_says_so(
    no_broker: Settings, bundle, clients_url: str, log_folder: Path, tmp_path: Path
):
    certificate = issue(tmp_path / "tls", "127.0.0.1")
    trusted = ssl.create_default_context(cafile=certificate.authority)
    tls = ("--tls-cert", str(certificate.certificate), "--tls-key", str(certificate.key))
    log = log_folder / "gateway-no-broker.log"
    with client_of(start_gateway(no_broker, bundle, log, *tls, database_url=clients_url), trusted) as http:
        assert http.get("/healthz").status_code == 200
        ready = http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["broker"] == "unreachable"
        assert ready.json()["auth"] == "disabled"
        example = http.get("/model").json()["example"]
        for answer in (
            http.post("/predict", json=example),
            http.post("/batches", content=b"{}", headers={"Content-Type": JSON_LINES}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "broker_unavailable")
            assert int(answer.headers["retry-after"]) > 0
            assert "127.0.0.1" not in answer.text
            assert answer.headers["strict-transport-security"].startswith("max-age=")
        old = ssl.create_default_context(cafile=str(certificate.authority))
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        old.set_ciphers("AES128-SHA256:@SECLEVEL=0")  # no forward secrecy
        with (
            socket.create_connection((http.base_url.host, http.base_url.port)) as plain,
            pytest.raises(ssl.SSLError),
        ):
            old.wrap_socket(plain, server_hostname="127.0.0.1")
    assert "anyone who can reach this port can request scores" in log.read_text()


def test_without_an_entry_in_the_access_log_there_is_no_result(no_broker: Settings, bundle, log_folder: Path):
    log = log_folder / "gateway-no-database.log"
    with client_of(start_memory_gateway(no_broker, bundle, log, database_url=NOWHERE)) as http:
        wait_until(lambda: http.get("/readyz").json()["worker"] == "ok")
        assert http.get("/readyz").json()["database"] == "unreachable"
        answer = http.post("/predict", json=http.get("/model").json()["example"])
        assert (answer.status_code, answer.json()["code"]) == (503, "access_log_unavailable")
        assert "probability" not in answer.text
        answer = http.post("/clients/person-00001/score")
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        answer = http.post("/batches", content=b"{}", headers={"Content-Type": JSON_LINES})
        assert (answer.status_code, answer.json()["code"]) == (503, "access_log_unavailable")


@contextmanager
def standing_still(worker: ChildProcess) -> Iterator[None]:
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker.pid, signal.SIGCONT)


@pytest.mark.broker
def test_a_worker_that_is_silent_and_a_lane_that_is_full(
    answering: Settings, scoring_worker: ChildProcess, bundle, clients_url: str, log_folder: Path
):
    narrow = {"max_requests_in_flight": "1", "max_blocks_in_flight": "1", "request_ttl_seconds": "3"}
    log = log_folder / "gateway-narrow.log"
    with client_of(start_gateway(answering, bundle, log, database_url=clients_url, **narrow)) as http:
        wait_until(lambda: http.get("/readyz").is_success)
        example = http.get("/model").json()["example"]
        with standing_still(scoring_worker), ThreadPoolExecutor() as pool:
            waiting = pool.submit(http.post, "/predict", json=example)
            wait_until(lambda: "neoscore_gateway_in_flight 2.0" in http.get("/metrics").text)
            full = http.post("/predict", json=example)
            assert (full.status_code, full.json()["code"]) == (503, "overloaded")
            assert full.headers["retry-after"] == "1"
            silent = waiting.result()
            assert (silent.status_code, silent.json()["code"]) == (504, "response_timeout")
            assert http.get("/readyz").status_code == 503
            line = json.dumps(example).encode()
            upload = http.post("/batches", content=line, headers={"Content-Type": JSON_LINES})
            assert (upload.status_code, upload.json()["code"]) == (504, "response_timeout")
        wait_until(lambda: http.get("/readyz").is_success, otherwise="the worker did not go on")
        assert http.post("/predict", json=example).status_code == 200


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "production does not start the gateway without sign-in"),
        ({"oidc_issuer": "https://id.example", "gateway_host": "0.0.0.0"}, "cannot listen on 0.0.0.0 without TLS"),
        ({"oidc_issuer": "https://id.example", "tls_cert": "a.pem", "tls_key": "b.pem"}, "a.pem or its key b.pem"),
    ],
    ids=["open", "plain", "certificate"],
)
def test_production_refuses_an_open_door(no_broker: Settings, settings: dict[str, str], said: str):
    safe = {"environment": "production", "pseudonym_key": "a key that only this test has", "release_key": PUBLIC_KEY}
    safe["database_url"] = NOWHERE
    variables = service_environment(no_broker, **{f"NEOSCORE_{k.upper()}": v for k, v in {**safe, **settings}.items()})
    found = run_gateway(variables)
    assert found.returncode == 1
    assert said in found.stderr


def test_a_port_that_is_taken_is_said(no_broker: Settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = run_gateway(service_environment(no_broker, NEOSCORE_GATEWAY_PORT=str(taken.getsockname()[1])))
    assert found.returncode == 1
    assert "choose another port with --port" in found.stderr


def run_gateway(variables) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stack.cli", "gateway"]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)
