"""The running stack: its processes in the order they were started, watched, and stopped in reverse order."""

import os
import time
from collections import deque
from collections.abc import Callable, Mapping

import psutil

from contract.settings import Settings
from stack.local.process import STOP_SECONDS, ChildProcess, stop_all
from stack.local.service import LocalService
from stack.progress import StepPrinter
from stack.state import ProcessInfo, StackState, remove_state, write_state
from stack.workers import metrics_url, start_worker, with_metrics_port

POLL_SECONDS = 0.5
"""Between two checks of the processes: soon enough for a person, negligible for a core."""

MAX_RESTARTS, RESTART_WINDOW_SECONDS = 5, 60.0
"""A worker may be killed now and then; one that keeps exiting is broken, and restarting it would hide that."""

DEGRADED_STOP_TIMEOUT_SECONDS = 3.0
"""Without a broker a worker cannot commit, and its data is removed anyway: no reason to wait long."""


class Supervisor:
    """Watches processes, and restarts workers."""

    def __init__(self, config: Settings, progress: StepPrinter) -> None:
        self._folder = config.run_folder
        self._first_metrics_port = config.metrics_port or 0
        self._progress = progress
        self._critical: list[tuple[ChildProcess, Callable[[], None]]] = []
        self._restarts: deque[float] = deque(maxlen=MAX_RESTARTS)
        self._worker_variables: Mapping[str, str] = {}
        self.workers: list[ChildProcess] = []
        self.state = StackState(pid=os.getpid())
        self.save_state()

    def add_service(self, part: LocalService) -> None:
        """Supervise a service whose exit stops the stack."""
        self._critical.append((part.child, part.stop))
        self.save_state()

    def add_process(self, child: ChildProcess) -> None:
        """Supervise a process whose exit stops the stack."""
        self._critical.append((child, child.stop))
        self.save_state()

    def start_workers(self, count: int, variables: Mapping[str, str]) -> None:
        """Start worker processes; each that exits is restarted, within bounds."""
        self._worker_variables = variables
        for number in range(1, count + 1):
            self.workers.append(self._start_worker(number))
            self.save_state()

    def supervise(self) -> None:
        """Check the processes until interrupted. Raises ServiceFailedError if the stack cannot continue."""
        while True:
            time.sleep(POLL_SECONDS)
            for child, _ in self._critical:
                if child.exit_code is not None:
                    self._progress.note(f"{child.command.name} exited unexpectedly; stopping the stack")
                    raise child.failure_error(f"exited unexpectedly with code {child.exit_code}")
            for index, worker in enumerate(self.workers):
                if worker.exit_code is not None:
                    self._restart(index, worker)

    def stop(self) -> None:
        """Stop everything in reverse order, and remove the state file."""
        broken = any(child.exit_code is not None for child, _ in self._critical)
        stop_all(self.workers, DEGRADED_STOP_TIMEOUT_SECONDS if broken else STOP_SECONDS)
        for _, stop in reversed(self._critical):
            stop()
        remove_state(self._folder)

    def save_state(self) -> None:
        """Write the state file."""
        parts = [_process_info(child) for child, _ in self._critical]
        parts += [_process_info(worker, metrics_url(worker)) for worker in self.workers]
        self.state.processes = [part for part in parts if part]
        self.state.workers = [worker.pid for worker in self.workers]
        write_state(self._folder, self.state)

    def _start_worker(self, number: int) -> ChildProcess:
        first = self._first_metrics_port
        variables = with_metrics_port(self._worker_variables, first and first + number - 1)
        return start_worker(number, self._folder / f"worker-{number}.log", variables)

    def _restart(self, index: int, worker: ChildProcess) -> None:
        now = time.monotonic()
        if len(self._restarts) == MAX_RESTARTS and now - self._restarts[0] < RESTART_WINDOW_SECONDS:
            raise worker.failure_error(
                f"exited with code {worker.exit_code}, and workers were restarted {MAX_RESTARTS} times within "
                f"{RESTART_WINDOW_SECONDS:.0f} s"
            )
        self._restarts.append(now)
        worker.stop()
        self._progress.note(
            f"{worker.command.name} exited with code {worker.exit_code}; restarting; its log is {worker.command.log}"
        )
        self.workers[index] = self._start_worker(index + 1)
        self.save_state()


def _process_info(child: ChildProcess, metrics: str | None = None) -> ProcessInfo | None:
    try:
        started = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:
        return None
    return ProcessInfo(child.command.name, child.pid, started, str(child.command.log), metrics)
