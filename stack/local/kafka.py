"""Apache Kafka: one node in KRaft mode, on 127.0.0.1, its logs in memory."""

import base64
import subprocess
import uuid
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from contract.errors import BrokerUnavailableError
from contract.kafka import open_admin
from contract.retention import DEFAULT_RETENTION, Retention
from contract.settings import Settings
from contract.topics import MAX_MESSAGE_BYTES
from stack.errors import ServiceFailedError
from stack.local import kafka_jars
from stack.local.ports import HOST, choose_port, is_listening
from stack.local.process import ProcessSpec
from stack.local.scratch import ScratchFolder, memory_folder
from stack.local.service import LocalService, start_service

KIND = "apache"

DEFAULT_PORT = 9092

START_SECONDS = 60
"""Three seconds on two free cores; a busy machine needs several times that."""

HEAP_OPTION = "-Xmx512m"
"""The page cache, not the heap, carries the load; the heap holds a few batches of 8 MB."""

RECORD_OVERHEAD_BYTES = 1024 * 1024
"""A record's key, headers and framing come on top of its value."""


def check_kafka() -> None:
    """Check that this machine can run Apache Kafka. Raises MissingDependencyError."""
    kafka_jars.find_java()
    kafka_jars.check_jars()


def start_kafka(
    log: Path,
    preferred_port: int = DEFAULT_PORT,
    note: Callable[[str], None] = lambda _: None,
    retention: Retention = DEFAULT_RETENTION,
) -> LocalService:
    """Start a broker, wait until it answers, and return it. Raises MissingDependencyError or ServiceFailedError."""
    jars = kafka_jars.find_jars(note)
    scratch = ScratchFolder(memory_folder(), "kafka")
    port = choose_port(preferred_port)
    properties = scratch.path / "server.properties"
    properties.write_text(server_properties(port, choose_port(), scratch.path / "logs", retention))
    write_log4j_config(scratch.path)
    try:
        format_storage(jars, properties)
    except BaseException:
        scratch.remove()
        raise
    return start_broker(KIND, port, broker_command(jars, properties, log), scratch, START_SECONDS)


def write_log4j_config(folder: Path) -> None:
    """Put what the broker's own log shall hold beside its properties."""
    (folder / "log4j2.properties").write_bytes(files("stack.local").joinpath("kafka-log4j2.properties").read_bytes())


def start_broker(kind: str, port: int, command: ProcessSpec, scratch: ScratchFolder, seconds: float) -> LocalService:
    """Start a broker of any kind and return it once it answers Kafka's protocol. Raises ServiceFailedError."""
    address = f"{HOST}:{port}"
    return start_service(
        "broker", kind, address, command, scratch, lambda: is_listening(port) and broker_responds(address), seconds
    )


def broker_responds(bootstrap: str) -> bool:
    """Return whether a broker answers Kafka's protocol at the address."""
    try:
        open_admin(Settings(kafka_bootstrap_servers=bootstrap)).close()
    except BrokerUnavailableError:
        return False
    return True


def server_properties(port: int, controller_port: int, logs: Path, retention: Retention = DEFAULT_RETENTION) -> str:
    """Return the broker's settings. The retention is that of topics that have none of their own."""
    limit = MAX_MESSAGE_BYTES + RECORD_OVERHEAD_BYTES
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "listeners": f"BROKER://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"BROKER://{HOST}:{port}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "log.dirs": logs,
        "log.retention.ms": retention.seconds * 1000,
        "log.roll.ms": round(retention.segment_seconds * 1000),
        # Retention deletes closed segments only: look often, and delete soon after.
        "log.initial.task.delay.ms": 1_000,
        "log.retention.check.interval.ms": 5_000,
        "log.segment.delete.delay.ms": 1_000,
        # Topics are created by `neoscore topics apply`, or not at all.
        "auto.create.topics.enable": "false",
        "message.max.bytes": limit,
        "replica.fetch.max.bytes": limit,
        # One node.
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def broker_command(jars: Path, properties: Path, log: Path) -> ProcessSpec:
    """Return how a broker with these properties is started; its log configuration lies beside them."""
    return ProcessSpec(
        name="Apache Kafka",
        arguments=[*_java(jars, properties.parent), HEAP_OPTION, "kafka.Kafka", str(properties)],
        log=log,
        environment={},
        folder=properties.parent,
    )


def _java(jars: Path, folder: Path) -> list[str]:
    return [
        kafka_jars.find_java(),
        "-XX:+UseSerialGC",  # starts faster and is smaller; pauses do not matter at this heap
        "-XX:-UsePerfData",  # else a file in the folder for temporary files for each process
        "-Djava.net.preferIPv4Stack=true",
        f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}",
        f"-Dkafka.logs.dir={folder}",
        "-cp",
        f"{jars}/*",
    ]


def format_storage(jars: Path, properties: Path, *options: str) -> None:
    """Prepare the empty log folder, which KRaft demands before the first start. `options` are the tool's own."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    tool = ["-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}"]
    done = subprocess.run(
        [*_java(jars, properties.parent), *tool, "--config", str(properties), *options],
        capture_output=True,
        text=True,
        cwd=properties.parent,
        timeout=START_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise ServiceFailedError(
            f"Apache Kafka could not prepare its log folder:\n  | {(done.stdout + done.stderr).strip()}"
        )
