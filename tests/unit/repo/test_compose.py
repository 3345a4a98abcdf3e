"""The promises of docker-compose.yml, read as YAML: they hold without an engine at hand."""

import re
from typing import Any

import pytest
import yaml

from contract.retention import DEFAULT_RETENTION_SECONDS
from tests.unit.repo.files import read

COMPOSE = yaml.safe_load(read("docker-compose.yml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["init", "worker", "dashboard", "gateway"]
DOORS = {"dashboard": ["127.0.0.1:5006:5006"], "gateway": ["127.0.0.1:8080:8080"]}
SETTINGS = {"NEOSCORE_RETENTION_SECONDS"}
"""What is no secret, and has a default."""
KAFKA_ENV = dict(
    line.split("=", 1) for line in read("docker/kafka.env").splitlines() if line and not line.startswith("#")
)


def test_the_services() -> None:
    assert set(SERVICES) == {"kafka", "postgres", *OURS}


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_can_gain_privileges_or_eat_the_machine(name: str) -> None:
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert service["init"] is True
    assert service["mem_limit"]
    assert service["restart"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", OURS)
def test_our_services_cannot_write_but_to_memory_and_where_models_are_trained(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["tmpfs"]
    writable = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
    assert writable == (["models:/var/lib/neoscore/models"] if name == "init" else [])


def test_the_image_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (\S+)", read("Dockerfile"), re.MULTILINE)[-1:] == ["neoscore"]


def test_the_dockerfile_builds_with_the_classic_builder() -> None:
    dockerfile = read("Dockerfile")
    assert not re.search(r"--mount|<<|COPY --(chmod|link|parents|exclude)|# ?syntax", dockerfile)


@pytest.mark.parametrize("name", ["kafka", "postgres", "worker", *DOORS])
def test_what_goes_on_running_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_the_workers_check_asks_where_the_worker_listens() -> None:
    worker = SERVICES["worker"]
    assert f"127.0.0.1:{worker['environment']['NEOSCORE_METRICS_PORT']}/readyz" in worker["healthcheck"]["test"][-1]


def test_only_the_doors_are_reachable_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == DOORS
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert [name for name, service in SERVICES.items() if service["networks"] != ["inside"]] == [*DOORS]


def test_the_broker_forgets() -> None:
    folder = KAFKA_ENV["KAFKA_LOG_DIRS"]
    assert any(mount.startswith(f"{folder}:") for mount in SERVICES["kafka"]["tmpfs"])
    assert "volumes" not in SERVICES["kafka"]
    assert int(KAFKA_ENV["KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS"]) <= 5_000
    assert int(KAFKA_ENV["KAFKA_LOG_SEGMENT_DELETE_DELAY_MS"]) <= 1_000
    assert KAFKA_ENV["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


@pytest.mark.parametrize("name", OURS)
def test_services_and_broker_have_the_same_retention(name: str) -> None:
    retention = SERVICES[name]["environment"]["NEOSCORE_RETENTION_SECONDS"]
    assert retention == f"${{NEOSCORE_RETENTION_SECONDS:-{DEFAULT_RETENTION_SECONDS}}}"
    assert SERVICES["kafka"]["environment"]["KAFKA_LOG_RETENTION_MS"] == f"{retention}000"


def test_the_broker_is_the_version_of_the_local_stack() -> None:
    jar = re.search(
        r"<artifactId>kafka_[\d.]+</artifactId>\s*<version>(.*?)</version>", read("stack/local/kafka-pom.xml")
    )
    assert jar
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{jar[1]}"


def test_every_secret_is_required_and_none_has_a_value() -> None:
    example = dict(line.split("=", 1) for line in read(".env.example").splitlines() if re.match(r"\w+=", line))
    asked = re.findall(r"\$\{(\w+)(:\?)?", read("docker-compose.yml"))
    assert {name for name, _ in asked} == {*example, *SETTINGS}
    assert all(required for name, required in asked if name not in SETTINGS)
    assert not any(example.values())


def test_each_service_knows_only_the_secrets_it_needs() -> None:
    secrets = {
        name: set(re.findall(r"\$\{(\w+)", str(service.get("environment")))) - SETTINGS
        for name, service in SERVICES.items()
    }
    assert secrets["worker"] == secrets["kafka"] == set()
    assert secrets["dashboard"] == {"NEOSCORE_DASHBOARD_PASSWORD", "NEOSCORE_PSEUDONYM_KEY"}
    assert secrets["gateway"] == {"NEOSCORE_GATEWAY_PASSWORD", "NEOSCORE_PSEUDONYM_KEY"}
    assert secrets["init"] == {"NEOSCORE_DATABASE_PASSWORD", "NEOSCORE_PSEUDONYM_KEY"}
