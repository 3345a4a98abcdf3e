"""Who is compared in the pipeline: NeoScore's worker, and the peers, one consumer process each."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load_generator import INTERACTIVE_TOPICS, LoadGenerator, TopicPair, request_id_of
from benchmarks.testbed import WARM_UP_REQUESTS, BenchmarkInputs, fresh_log, running_workers
from contract.kafka import open_admin
from contract.settings import Settings
from contract.topics import REQUESTS, TOPIC_CONFIG, TOPICS
from stack.local.process import ChildProcess, ProcessSpec
from stack.local.scratch import ScratchFolder, memory_folder

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

LOOPBACK = TopicPair("bench.loopback", "bench.loopback", request_id_of)
"""Every request is its own answer: what the broker and the load generator take without any consumer."""

NO_PEERS = "the environment .bench-venv is not there: `make bench` builds it from benchmarks/requirements.txt"


@dataclass(frozen=True)
class Contender:
    """One consumer program."""

    name: str
    channel: TopicPair
    module: str | None = None
    """The peer's program; None for NeoScore."""

    def running(self, config: Settings, inputs: BenchmarkInputs) -> AbstractContextManager[ChildProcess]:
        """Yield the process, warm. Raises ServiceFailedError."""
        if self.module is None:
            return _worker(config, inputs)
        return _peer(config, inputs, self.channel, self.module)


def contenders() -> list[Contender]:
    """Return NeoScore and, when their environment is there, the peers."""
    peers = [Contender(name, peer_channel(module), module) for name, module in PEERS.items()]
    return [Contender(OURS, INTERACTIVE_TOPICS), *(peers if peers_installed() else [])]


def peers_installed() -> bool:
    """Return whether the peers' environment was built to its end."""
    return PEERS_READY.exists()


def peer_channel(module: str) -> TopicPair:
    """Return the topics of a peer: its own, so that no contender ever reads another's requests."""
    return TopicPair(f"bench.{module}.requests", f"bench.{module}.answers", request_id_of)


def create_peer_topics(config: Settings) -> None:
    """Create the loopback's topic and the peers', alike NeoScore's: as many partitions, the same settings."""
    partitions = next(spec.partitions for spec in TOPICS if spec.name == REQUESTS)
    channels = [peer_channel(module) for module in PEERS.values()]
    topic = {"num_partitions": partitions, "replication_factor": -1, "configs": dict(TOPIC_CONFIG)}
    admin = open_admin(config)
    try:
        names = [name for channel in channels for name in (channel.requests, channel.answers)] + [LOOPBACK.requests]
        admin.create_topics(dict.fromkeys(names, topic), wait_for_metadata=True)
    finally:
        admin.close()


@contextmanager
def _worker(config: Settings, inputs: BenchmarkInputs) -> Iterator[ChildProcess]:
    with running_workers(config, inputs, 1) as [worker]:
        yield worker


@contextmanager
def _peer(config: Settings, inputs: BenchmarkInputs, channel: TopicPair, module: str) -> Iterator[ChildProcess]:
    scratch = ScratchFolder(memory_folder(), "peer")  # Faust makes folders where it runs
    environment = {
        "PYTHONPATH": str(Path.cwd()),
        "PATH": "/usr/bin:/bin",
        "BENCH_BOOTSTRAP": config.kafka_bootstrap_servers,
        "BENCH_REQUESTS": channel.requests,
        "BENCH_ANSWERS": channel.answers,
        "BENCH_BUNDLE": str(inputs.bundle.path.absolute()),
    }
    program = [str(PEER_PYTHON.absolute()), "-m", f"benchmarks.peers.{module}"]
    try:
        child = ChildProcess(ProcessSpec(module, program, fresh_log(module), environment, folder=scratch.path))
        try:
            with LoadGenerator(config, channel) as load:  # it answers the first requests once it has started and joined
                load.run_burst(inputs.workload.requests(WARM_UP_REQUESTS), alive=lambda: child.exit_code is None)
            yield child
        finally:
            child.stop()
    finally:
        scratch.remove()
