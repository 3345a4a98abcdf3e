"""Who is compared in the pipeline: NeoScore's worker, and the peers, one consumer process each."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import INTERACTIVE_CHANNEL, Channel, Load, request_of
from benchmarks.site import WARM_UP_REQUESTS, Material, fresh_log, running_workers
from contract.kafka import open_admin
from contract.settings import Settings
from contract.topics import REQUESTS, SETTINGS, TOPICS
from stack.local.process import Child, Command
from stack.local.scratch import Scratch, memory_folder

PEER_PYTHON = Path(".bench-venv/bin/python")
PEERS_READY = Path(".bench-venv/.ready")

OURS = "NeoScore, interactive lane"
OURS_BATCH = "NeoScore, batch lane"

PEERS = {
    "Faust + shap.TreeExplainer": "faust_shap",
    "Quix Streams + pred_contribs": "quix",
    "aiokafka + pred_contribs": "aiokafka_batches",
}
"""Name → module of benchmarks.peers."""

LOOPBACK = Channel("bench.loopback", "bench.loopback", request_of)
"""Every request is its own answer: what the broker and the load generator take without any consumer."""

NO_PEERS = "the environment .bench-venv is not there: `make bench` builds it from benchmarks/requirements.txt"


@dataclass(frozen=True)
class Contender:
    """One consumer program."""

    name: str
    channel: Channel
    module: str | None = None
    """The peer's program; None for NeoScore."""

    def running(self, config: Settings, material: Material) -> AbstractContextManager[Child]:
        """Lend the process, warm. Raises PartFailed."""
        if self.module is None:
            return _worker(config, material)
        return _peer(config, material, self.channel, self.module)


def contenders() -> list[Contender]:
    """Return NeoScore and, when their environment is there, the peers."""
    peers = [Contender(name, peer_channel(module), module) for name, module in PEERS.items()]
    return [Contender(OURS, INTERACTIVE_CHANNEL), *(peers if peers_installed() else [])]


def peers_installed() -> bool:
    """Return whether the peers' environment was built to its end."""
    return PEERS_READY.exists()


def peer_channel(module: str) -> Channel:
    """Return the topics of a peer: its own, so that no contender ever reads another's requests."""
    return Channel(f"bench.{module}.requests", f"bench.{module}.answers", request_of)


def create_peer_topics(config: Settings) -> None:
    """Create the loopback's topic and the peers', alike NeoScore's: as many partitions, the same settings."""
    partitions = next(spec.partitions for spec in TOPICS if spec.name == REQUESTS)
    channels = [peer_channel(module) for module in PEERS.values()]
    topic = {"num_partitions": partitions, "replication_factor": -1, "configs": dict(SETTINGS)}
    admin = open_admin(config)
    try:
        names = [name for channel in channels for name in (channel.requests, channel.answers)] + [LOOPBACK.requests]
        admin.create_topics(dict.fromkeys(names, topic), wait_for_metadata=True)
    finally:
        admin.close()


@contextmanager
def _worker(config: Settings, material: Material) -> Iterator[Child]:
    with running_workers(config, material, 1) as [worker]:
        yield worker


@contextmanager
def _peer(config: Settings, material: Material, channel: Channel, module: str) -> Iterator[Child]:
    scratch = Scratch(memory_folder(), "peer")  # Faust makes folders where it runs
    environment = {
        "PYTHONPATH": str(Path.cwd()),
        "PATH": "/usr/bin:/bin",
        "BENCH_BOOTSTRAP": config.kafka_bootstrap,
        "BENCH_REQUESTS": channel.requests,
        "BENCH_ANSWERS": channel.answers,
        "BENCH_BUNDLE": str(material.bundle.path.absolute()),
    }
    program = [str(PEER_PYTHON.absolute()), "-m", f"benchmarks.peers.{module}"]
    try:
        child = Child(Command(module, program, fresh_log(module), environment, folder=scratch.path))
        try:
            with Load(config, channel) as load:  # it answers the first requests once it has started and joined
                load.at_once(material.workload.requests(WARM_UP_REQUESTS), alive=lambda: child.exit_code is None)
            yield child
        finally:
            child.stop()
    finally:
        scratch.remove()
