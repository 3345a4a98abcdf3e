"""Apache Kafka in a container, where a Docker engine answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from contract.topics import MAX_MESSAGE_BYTES
from stack.errors import MissingDependencyError


@contextmanager
def docker_kafka() -> Iterator[str]:
    """Give the bootstrap address of a broker in a container. Raises MissingDependencyError without a Docker engine."""
    import docker
    from docker.errors import DockerException

    try:
        docker.from_env(timeout=5).ping()
    except DockerException:
        raise MissingDependencyError("no Docker engine answers here") from None
    from testcontainers.community.kafka import KafkaContainer

    limit = str(MAX_MESSAGE_BYTES + 1024 * 1024)
    container = KafkaContainer().with_kraft()
    container.with_env("KAFKA_MESSAGE_MAX_BYTES", limit).with_env("KAFKA_REPLICA_FETCH_MAX_BYTES", limit)
    container.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    with container:
        yield container.get_bootstrap_server()
