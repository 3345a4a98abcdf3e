"""How a worker starts and ends: exit codes and the sentence that goes with them."""

import subprocess
import sys
from pathlib import Path

import pytest

from contract.bundle import Bundle
from contract.settings import Settings
from stack.local.ports import choose_port
from stack.workers import service_environment
from tests.support.release import PUBLIC_KEY, signed
from tests.support.tiny_model import write_tiny_bundle

pytestmark = pytest.mark.broker

PRODUCTION_KEY = "a-key-of-a-real-bank-0123456789"


def run(config: Settings, model: Path, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "stack.cli", "worker", "--model", str(model)],
        env=service_environment(config, **variables), capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_no_bundle(config: Settings, tmp_path: Path) -> None:
    code, said = run(config, tmp_path)
    assert code == 1
    assert "no model bundle here" in said


def test_an_altered_bundle(config: Settings, tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    model = bundle.path / "model.ubj"
    model.write_bytes(model.read_bytes()[:-1] + b"!")
    code, said = run(config, bundle.path)
    assert code == 1
    assert "was altered" in said


def test_no_broker(tiny_bundle: Bundle, tmp_path: Path) -> None:
    code, said = run(Settings(kafka_bootstrap_servers=f"127.0.0.1:{choose_port()}", home=tmp_path), tiny_bundle.path)
    assert code == 1
    assert "cannot reach a Kafka broker" in said


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "NEOSCORE_PSEUDONYM_KEY must be set in production"),
        ({"NEOSCORE_PSEUDONYM_KEY": PRODUCTION_KEY, "NEOSCORE_LOG_LEVEL": "DEBUG"}, "must not be DEBUG"),
        (
            {
                "NEOSCORE_PSEUDONYM_KEY": PRODUCTION_KEY,
                "NEOSCORE_METRICS_PORT": "0",
                "NEOSCORE_METRICS_HOST": "0.0.0.0",
            },
            "NEOSCORE_METRICS_HOST: cannot listen on 0.0.0.0 without TLS",
        ),
    ],
)
def test_production_is_refused_what_is_unsafe(
    config: Settings, tiny_bundle: Bundle, variables: dict[str, str], says: str
) -> None:
    code, said = run(
        config,
        signed(tiny_bundle).path,
        NEOSCORE_ENVIRONMENT="production",
        NEOSCORE_RELEASE_KEY=PUBLIC_KEY,
        **variables,
    )
    assert code == 1
    assert says in said
    assert PRODUCTION_KEY not in said


def test_no_topics(config: Settings, tiny_bundle: Bundle) -> None:
    code, said = run(config.model_copy(update={"topic_prefix": "nobody-has-this-one."}), tiny_bundle.path)
    assert code == 1
    assert "nobody-has-this-one.score.requests: the topic does not exist" in said
    assert "neoscore topics apply" in said
