"""Apache Kafka as a bank runs it: every client comes over TLS and signs in by SCRAM-SHA-512."""

from contextlib import suppress
from pathlib import Path

from contract.errors import BrokerUnavailable
from contract.kafka import open_admin
from contract.settings import Settings
from stack.local import java
from stack.local.kafka import START_SECONDS, broker_command, format_logs, server_properties, write_log_settings
from stack.local.part import Part, start_part
from stack.local.ports import HOST, answers, choose_port
from stack.local.scratch import Scratch, memory_folder
from tests.support.certificates import Certificate

USER, PASSWORD = "scorer", "a-password-of-the-test"


def start_secure_kafka(log: Path, shown: Certificate, config: Settings) -> Part:
    """Start a broker with a guarded listener at the first address of `config`, for its user. Raises PartFailed."""
    jars = java.find_jars(lambda _: None)
    scratch = Scratch(memory_folder(), "kafka")
    port = int(config.kafka_bootstrap.rpartition(":")[2])
    properties = scratch.path / "server.properties"
    properties.write_text(_properties(port, scratch.path, shown))
    properties.chmod(0o600)
    write_log_settings(scratch.path)
    format_logs(jars, properties, "--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]")
    command = broker_command(jars, properties, log)
    return start_part(
        "broker", "apache", f"{HOST}:{port}", command, scratch, lambda: answers(port) and _serves(config), START_SECONDS
    )


def _properties(port: int, folder: Path, shown: Certificate) -> str:
    keys = folder / "keys.pem"
    keys.touch(mode=0o600)
    keys.write_bytes(shown.together)
    inner, controller = choose_port(), choose_port()
    more = {
        "listeners": f"BROKER://{HOST}:{inner},SECURE://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
        "advertised.listeners": f"BROKER://{HOST}:{inner},SECURE://{HOST}:{port}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT",
        "listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secure.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "listener.name.secure.ssl.keystore.type": "PEM",
        "listener.name.secure.ssl.keystore.location": keys,
    }
    # The last of two lines with the same name counts.
    return server_properties(inner, controller, folder / "logs") + "".join(f"{n}={v}\n" for n, v in more.items())


def _serves(config: Settings) -> bool:
    with suppress(BrokerUnavailable):
        open_admin(config).close()
        return True
    return False
