"""Where it is measured: a broker, a database and a model of its own, in folders that vanish at the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.load_generator import BATCH_TOPICS, INTERACTIVE_TOPICS, LoadGenerator, MissingRepliesError
from benchmarks.workload import Workload
from contract.bundle import Bundle
from contract.settings import Settings
from contract.topic_admin import create_topics
from db.migrate import migrate
from stack.errors import StackError
from stack.local.kafka import start_kafka
from stack.local.postgres import start_postgres
from stack.local.process import ChildProcess, stop_all
from stack.local.service import LocalService
from stack.local.tansu import start_tansu
from stack.workers import READY_TIMEOUT_SECONDS, service_environment, start_worker, wait_until_serving
from training.dataset import Dataset
from training.sources import load_dataset
from training.train import TrainingOptions, train
from training.tuning import Search

HOME = Path(".neoscore/benchmarks")
LOGS = HOME / "logs"

START_BROKER: Mapping[str, Callable[[Path, int], LocalService]] = {"apache": start_kafka, "tansu": start_tansu}

WARM_UP_REQUESTS = 300
"""So many reach every partition, and every code path is warm after them."""

WARM_UP_BLOCKS = 12


def measured_or_skipped(part: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Measure a part, or say why it cannot be: no Java, no Maven, a broker that does not start."""
    try:
        return part()
    except (StackError, MissingRepliesError) as error:
        return {"skipped": str(error)}


@dataclass(frozen=True)
class BenchmarkInputs:
    """What is scored, by what."""

    dataset: Dataset
    bundle: Bundle
    workload: Workload
    """One for all, so that no reference is ever requested twice."""


def prepare_inputs() -> BenchmarkInputs:
    """Train the model that `neoscore train` makes: ten seconds, so that nothing old is measured."""
    dataset = load_dataset()
    shape = dataset.info.hyperparameters or Search()
    bundle = train(dataset, TrainingOptions(models_folder=HOME / "models", hyperparameters=shape))
    return BenchmarkInputs(dataset, bundle, Workload(dataset))


@contextmanager
def running_broker(kind: str) -> Iterator[tuple[Settings, LocalService]]:
    """Yield a broker with the topics created. Raises MissingDependencyError or ServiceFailedError."""
    part = START_BROKER[kind](LOGS / f"{kind}.log", 0)
    try:
        config = Settings(kafka_bootstrap_servers=part.address, topic_prefix="", home=HOME)
        create_topics(config)
        yield config, part
    finally:
        part.stop()


@contextmanager
def running_database() -> Iterator[LocalService]:
    """Yield a migrated, empty database. Raises MissingDependencyError or ServiceFailedError."""
    part = start_postgres(LOGS / "postgres.log", 0)
    try:
        migrate(part.address)
        yield part
    finally:
        part.stop()


@contextmanager
def running_workers(config: Settings, inputs: BenchmarkInputs, count: int) -> Iterator[list[ChildProcess]]:
    """Yield NeoScore's workers, warm in both lanes."""
    variables = service_environment(config, NEOSCORE_MODEL=str(inputs.bundle.path.absolute()))
    workers = []
    try:
        for number in range(1, count + 1):
            workers.append(start_worker(number, fresh_log(f"worker-{number}"), variables))
        for worker in workers:
            worker.wait_until(lambda log=worker.command.log: b"worker ready" in log.read_bytes(), READY_TIMEOUT_SECONDS)  # type: ignore[misc]
        wait_until_serving(config, workers)
        with LoadGenerator(config, INTERACTIVE_TOPICS) as load:
            load.run_burst(inputs.workload.requests(WARM_UP_REQUESTS))
        with LoadGenerator(config, BATCH_TOPICS) as load:
            load.run_burst(inputs.workload.blocks(WARM_UP_BLOCKS))
        yield workers
    finally:
        stop_all(workers)


def fresh_log(name: str) -> Path:
    """Return the path of an empty log."""
    log = LOGS / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    return log


def cpu_seconds(child: ChildProcess) -> float:
    """Return the CPU time that a process has used, in user mode and in the kernel."""
    times = psutil.Process(child.pid).cpu_times()
    return float(times.user + times.system)
