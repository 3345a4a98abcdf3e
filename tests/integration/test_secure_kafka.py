"""Every road to the broker over TLS, signed in by SCRAM-SHA-512; and what is refused there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.errors import BrokerUnavailableError
from contract.kafka import open_admin
from contract.settings import Settings
from contract.topic_admin import create_topics, verify_topics
from contract.topics import TopicCheckStatus
from producers.client import ScoreClient
from stack.errors import MissingDependencyError
from stack.local.kafka import check_kafka
from stack.local.ports import HOST, choose_port
from tests.support.certificates import Certificate, issue
from tests.support.secure_kafka import PASSWORD, USER, start_secure_kafka
from tests.support.tiny_model import draw_features


@dataclass(frozen=True)
class Guarded:
    config: Settings
    log: Path


def secure_settings(port: int, authority: Path, home: Path) -> Settings:
    return Settings(
        kafka_bootstrap_servers=f"{HOST}:{port}",
        kafka_security_protocol="SASL_SSL",
        kafka_username=USER,
        kafka_password=PASSWORD,
        kafka_ca_file=authority,
        home=home,
    )


def start(folder: Path, shown: Certificate) -> Iterator[Guarded]:
    try:
        check_kafka()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    config = secure_settings(choose_port(), shown.authority, folder)
    part = start_secure_kafka(folder / "broker.log", shown, config)
    yield Guarded(config, folder / "broker.log")
    part.stop()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    yield from start(folder, issue(folder / "keys", HOST))


def test_requests_are_scored_over_tls_and_topics_verified(guarded, tiny_bundle, worker):
    config = guarded.config
    create_topics(config)
    assert verify_topics(config).status is TopicCheckStatus.SAFE
    secrets = {"kafka_username": USER, "kafka_password": PASSWORD, "kafka_ca_file": str(config.kafka_ca_file)}
    worker(config, tiny_bundle, kafka_security_protocol="SASL_SSL", **secrets)
    with ScoreClient(config, source="/test") as client:
        scored = client.score("a-client-over-tls", draw_features(1)[0])
    assert scored.model == tiny_bundle.ref
    assert PASSWORD not in guarded.log.read_text()


REFUSED = {
    "another password": {"kafka_password": "another-password"},
    "another user": {"kafka_username": "somebody"},
    "no encryption": {"kafka_security_protocol": "PLAINTEXT"},
    "nobody signed in": {"kafka_security_protocol": "SSL"},
    "an authority that did not sign": {"kafka_ca_file": None},
    "a name that the certificate does not have": {"kafka_bootstrap_servers": "localhost"},
}


def refusal(config: Settings) -> str | None:
    try:
        open_admin(config).close()
    except BrokerUnavailableError as refused:
        return str(refused)
    return None


def test_who_does_not_fit_is_refused_in_a_sentence(guarded):
    original, port = (
        guarded.config.model_dump(exclude_unset=True),
        guarded.config.kafka_bootstrap_servers.rpartition(":")[2],
    )
    configs = [Settings(**{**original, **changes}) for changes in REFUSED.values()]
    configs[-1] = configs[-1].model_copy(update={"kafka_bootstrap_servers": f"localhost:{port}"})
    with ThreadPoolExecutor(len(configs)) as pool:  # each waits until it gives up
        said = dict(zip(REFUSED, pool.map(refusal, configs), strict=True))
    assert {
        case: text is not None and text.startswith("cannot reach a Kafka broker at") for case, text in said.items()
    } == dict.fromkeys(REFUSED, True)
    assert not any(secret in text for text in said.values() if text for secret in (PASSWORD, "another-password"))


def test_an_authority_that_is_no_file_is_named(guarded, tmp_path):
    config = guarded.config.model_copy(update={"kafka_ca_file": tmp_path / "absent.pem"})
    with pytest.raises(BrokerUnavailableError, match=r"NEOSCORE_KAFKA_CA_FILE: .*absent\.pem cannot be read"):
        open_admin(config)
