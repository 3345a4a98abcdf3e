"""The running stack: its processes in the order they were started, watched, and stopped in reverse order."""

import os
import time
from collections import deque
from collections.abc import Callable, Mapping

import psutil

from contract.settings import Settings
from stack.local.part import Part
from stack.local.process import STOP_SECONDS, Child, stop_all
from stack.progress import Progress
from stack.state import Process, StackState, remove_state, write_state
from stack.workers import pages_of, start_worker, with_pages

WATCH_SECONDS = 0.5
"""Between two looks at the processes: soon enough for a person, nothing for a core."""

RESTARTS, RESTART_WINDOW_SECONDS = 5, 60.0
"""A worker may be killed now and then; one that keeps ending is broken, and starting it again only hides that."""

BROKEN_STOP_SECONDS = 3.0
"""A worker cannot say goodbye to a broker that is gone, and its data goes with it: no use in waiting long."""


class Supervisor:
    """Starts nothing by itself but workers that ended."""

    def __init__(self, config: Settings, progress: Progress) -> None:
        self._folder = config.run_folder
        self._first_metrics_port = config.metrics_port or 0
        self._progress = progress
        self._vital: list[tuple[Child, Callable[[], None]]] = []
        self._restarts: deque[float] = deque(maxlen=RESTARTS)
        self._worker_variables: Mapping[str, str] = {}
        self.workers: list[Child] = []
        self.state = StackState(pid=os.getpid())
        self.save()

    def add_part(self, part: Part) -> None:
        """Take care of a part whose end ends the stack."""
        self._vital.append((part.child, part.stop))
        self.save()

    def add_child(self, child: Child) -> None:
        """Take care of a process whose end ends the stack."""
        self._vital.append((child, child.stop))
        self.save()

    def start_workers(self, count: int, variables: Mapping[str, str]) -> None:
        """Start worker processes; each that ends is started again, within bounds."""
        self._worker_variables = variables
        for number in range(1, count + 1):
            self.workers.append(self._start_worker(number))
            self.save()

    def watch(self) -> None:
        """Look after the processes until interrupted. Raises PartFailed when the stack cannot go on."""
        while True:
            time.sleep(WATCH_SECONDS)
            for child, _ in self._vital:
                if child.exit_code is not None:
                    self._progress.note(f"{child.command.name} ended by itself; the rest is stopped")
                    raise child.failure(f"ended by itself with exit code {child.exit_code}")
            for place, worker in enumerate(self.workers):
                if worker.exit_code is not None:
                    self._restart(place, worker)

    def stop(self) -> None:
        """Stop everything in reverse order, and forget where it was."""
        broken = any(child.exit_code is not None for child, _ in self._vital)
        stop_all(self.workers, BROKEN_STOP_SECONDS if broken else STOP_SECONDS)
        for _, stop in reversed(self._vital):
            stop()
        remove_state(self._folder)

    def save(self) -> None:
        """Write down what runs."""
        parts = [_described(child) for child, _ in self._vital]
        parts += [_described(worker, pages_of(worker)) for worker in self.workers]
        self.state.parts = [part for part in parts if part]
        self.state.workers = [worker.pid for worker in self.workers]
        write_state(self._folder, self.state)

    def _start_worker(self, number: int) -> Child:
        first = self._first_metrics_port
        variables = with_pages(self._worker_variables, first and first + number - 1)
        return start_worker(number, self._folder / f"worker-{number}.log", variables)

    def _restart(self, place: int, worker: Child) -> None:
        now = time.monotonic()
        if len(self._restarts) == RESTARTS and now - self._restarts[0] < RESTART_WINDOW_SECONDS:
            raise worker.failure(
                f"ended with exit code {worker.exit_code}, and workers were started again {RESTARTS} times within "
                f"{RESTART_WINDOW_SECONDS:.0f} s"
            )
        self._restarts.append(now)
        worker.stop()
        self._progress.note(
            f"{worker.command.name} ended with exit code {worker.exit_code} and is started again; "
            f"its log is {worker.command.log}"
        )
        self.workers[place] = self._start_worker(place + 1)
        self.save()


def _described(child: Child, metrics: str | None = None) -> Process | None:
    try:
        started = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:
        return None
    return Process(child.command.name, child.pid, started, str(child.command.log), metrics)
