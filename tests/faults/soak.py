"""Half an hour under load while workers are killed: `python -m tests.faults.soak`.

Ends with 0 only when no request was lost, none was answered twice with different content, and memory stayed flat.
"""

import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from benchmarks.memory import MemorySampler, folder_mb, resident_mb
from contract.bundle import Bundle, load_bundle
from contract.settings import Settings
from contract.topic_admin import create_topics
from stack.errors import ServiceFailedError
from stack.local.kafka import start_kafka
from stack.local.kafka_jars import user_cache
from stack.local.service import LocalService
from stack.progress import StepPrinter
from stack.supervisor import Supervisor
from stack.workers import service_environment, wait_until_serving
from tests.support.bundles import uci_bundle
from tests.support.delivery_tracker import LATE_SECONDS
from tests.support.steady_load import InteractiveCodec, SteadyLoad
from training.sources import load_dataset

CLIENTS = 2_000
"""Rows of real clients that take turns."""

MOST_GROWTH = 1.15
"""Memory is flat when the highest of the second half is at most this many times the highest of the first half."""

HEAP = "broker"
"""Shown and not judged: the heap of a Java process grows to its limit before it is cleaned."""

REPORT_SECONDS = 60


class TimeUp(Exception):  # noqa: N818 - it names a state
    """The soak is as long as was asked for."""


def soak(
    minutes: Annotated[float, typer.Option(help="How long to ask for scores.")] = 30,
    rate: Annotated[float, typer.Option(help="Requests per second.")] = 300,
    kill_every: Annotated[float, typer.Option(help="Seconds between two kills; workers take turns.")] = 60,
    workers: Annotated[int, typer.Option(help="Worker processes.")] = 2,
) -> None:
    """Ask for scores at a steady rate while workers are killed, and keep a ledger of every request."""
    bundle = load_bundle(uci_bundle(user_cache() / "test-bundles"))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        broker = start_kafka(Path(folder) / "kafka.log", 0)
        try:
            config = Settings(kafka_bootstrap_servers=broker.address, home=Path(folder))
            create_topics(config)
            config.run_folder.mkdir()
            good = _run(config, bundle, broker, workers, _Plan(60 * minutes, rate, kill_every))
        finally:
            broker.stop()
    raise typer.Exit(0 if good else 1)


@dataclass(frozen=True)
class _Plan:
    seconds: float
    rate: float
    kill_every: float


def _run(config: Settings, bundle: Bundle, broker: LocalService, workers: int, plan: _Plan) -> bool:
    supervisor = Supervisor(config, StepPrinter())
    try:
        supervisor.start_workers(workers, service_environment(config, NEOSCORE_MODEL=str(bundle.path)))
        wait_until_serving(config, supervisor.workers)
        load = SteadyLoad(config, InteractiveCodec(_features()), plan.rate, capacity=int(plan.seconds * plan.rate) + 1)
        with MemorySampler(_gauges(supervisor, broker)) as memory, load:
            story = _Story(load, supervisor, memory, plan)
            story.tell_while(lambda: _watch(supervisor, plan.seconds))
            return story.end()
    finally:
        supervisor.stop()


def _features() -> list[dict[str, object]]:
    dataset = load_dataset("uci-credit-default")
    rows: list[dict[str, object]] = (
        dataset.frame[list(dataset.schema.model_feature_names)].head(CLIENTS).to_dict("records")
    )
    return rows


def _gauges(supervisor: Supervisor, broker: LocalService) -> dict[str, Callable[[], float]]:
    def of_worker(place: int) -> Callable[[], float]:
        return lambda: resident_mb(supervisor.workers[place].pid)()

    gauges = {f"worker {place + 1}": of_worker(place) for place in range(len(supervisor.workers))}
    return gauges | {
        "load": resident_mb(os.getpid()),
        "topics": folder_mb(broker.scratch.path),
        HEAP: resident_mb(broker.child.pid),
    }


def _watch(supervisor: Supervisor, seconds: float) -> None:
    """Let the stack's supervisor do its work for so long. Raises ServiceFailedError when it gives up."""

    def end(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        supervisor.supervise()
    except (TimeUp, KeyboardInterrupt):
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class _Story:
    """Kills, and what is told of them each minute and at the end."""

    def __init__(self, load: SteadyLoad, supervisor: Supervisor, memory: MemorySampler, plan: _Plan) -> None:
        self._load = load
        self._supervisor = supervisor
        self._memory = memory
        self._plan = plan
        self._kills: list[float] = []
        self._began = time.monotonic()
        self._first_half: Mapping[str, Mapping[str, float]] = {}
        self._over = threading.Event()

    def tell_while(self, work: Callable[[], None]) -> None:
        """Kill and report until `work` is done."""
        acts = [
            threading.Thread(target=self._every, args=(self._plan.kill_every, self._kill), name="kill"),
            threading.Thread(target=self._every, args=(REPORT_SECONDS, self._report), name="report"),
            threading.Thread(target=self._every, args=(self._plan.seconds / 2, self._half), name="half-time"),
        ]
        for act in acts:
            act.start()
        try:
            work()
        except ServiceFailedError as failure:
            typer.echo(f"the supervisor gave up: {failure}")
        finally:
            self._over.set()
            for act in acts:
                act.join()

    def end(self) -> bool:
        """Wait for the last answers, tell what came of everything, and return whether all is well."""
        counts = self._load.drain()
        recoveries = [
            self._load.tracker.recovery_seconds(kill, until - LATE_SECONDS)  # what the next one held up is its own
            for kill, until in zip(self._kills, [*self._kills[1:], float("inf")], strict=True)
        ]
        typer.echo(f"\n{counts}")
        typer.echo(f"{len(recoveries)} kills, recovered in {', '.join(f'{s:.1f}' for s in recoveries)} s")
        return self._flat() and counts.guarantee_held and counts.delivery_failed == 0

    def _every(self, seconds: float, act: Callable[[], None]) -> None:
        while not self._over.wait(seconds):
            act()

    def _kill(self) -> None:
        workers = self._supervisor.workers
        self._kills.append(time.monotonic())
        with contextlib.suppress(ProcessLookupError):  # it ended by itself a moment ago
            os.kill(workers[len(self._kills) % len(workers)].pid, signal.SIGKILL)

    def _half(self) -> None:
        self._first_half = self._first_half or self._memory.summary()

    def _report(self) -> None:
        elapsed = time.monotonic() - self._began
        found = self._memory.summary(since=max(0.0, elapsed - REPORT_SECONDS))
        sizes = ", ".join(f"{name} {sizes['end']:.0f}" for name, sizes in found.items())
        counts = str(self._load.tracker.counts()).replace(" lost", " under way")  # lost, only the end can tell
        typer.echo(f"{elapsed / 60:3.0f} min  {counts}; MB: {sizes}")

    def _flat(self) -> bool:
        second_half = self._memory.summary(since=self._plan.seconds / 2)
        flat = True
        for name, sizes in self._first_half.items():
            ratio = second_half[name]["peak"] / sizes["peak"]
            judged = name != HEAP
            flat = flat and (ratio <= MOST_GROWTH or not judged)
            typer.echo(f"memory of {name}: {ratio:.2f} times the first half's{'' if judged else ' (not judged)'}")
        return flat and bool(self._first_half)


if __name__ == "__main__":
    typer.run(soak)
