"""Workers that tests may hurt. Whoever ended is replaced before the next test, or at once when asked for."""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tests
from contract.bundle import Bundle
from contract.settings import Settings
from stack.local.process import ChildProcess, ProcessSpec, stop_all
from stack.workers import service_environment, start_worker, wait_until_serving
from tests.support.waiting import wait_until

START_SECONDS = 90
"""A worker starts in three seconds on a free core, and again while the broker is away."""

WATCH_SECONDS = 0.1

READY = "worker ready"
"""What a worker logs once it has joined its group."""


class Crew:
    """Worker processes on one broker."""

    def __init__(self, config: Settings, bundle: Bundle, log_folder: Path, **variables: str) -> None:
        self.config = config
        self.bundle = bundle
        self.log_folder = log_folder
        self._variables = service_environment(config, NEOSCORE_MODEL=str(bundle.path.absolute()), **variables)
        self._started = 0
        self.workers: list[ChildProcess] = []

    def muster(self, count: int) -> list[ChildProcess]:
        """See that exactly so many workers run, all in the group and every partition answered; return them."""
        self.workers = [worker for worker in self.workers if worker.exit_code is None]
        self.dismiss(self.workers[count:])
        while len(self.workers) < count:
            self.workers.append(self._start())
        self.wait_until_ready(self.workers)
        return self.workers

    def enlist_faulty(self, count: int, *arguments: str) -> list[ChildProcess]:
        """Start workers whose model has faults, see tests.support.faulty_worker, beside those that run."""
        more = [self._start_faulty(*arguments) for _ in range(count)]
        self.workers += more
        self.wait_until_ready(more)
        return more

    def dismiss(self, workers: Sequence[ChildProcess]) -> None:
        """Stop these workers in order, all at once."""
        stop_all(workers)
        self.workers = [worker for worker in self.workers if worker not in workers]

    def wait_until_ready(self, workers: Sequence[ChildProcess]) -> None:
        """Wait until these workers have joined the group and every partition is answered."""
        for worker in workers:
            log = worker.command.log
            worker.wait_until(lambda log=log: READY in log.read_text(errors="replace"), START_SECONDS)  # type: ignore[misc]
        wait_until_serving(self.config, workers)

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Start another worker for each that ends, as a supervisor would."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(WATCH_SECONDS):
                for place, worker in enumerate(self.workers):
                    if worker.exit_code is not None:
                        self.workers[place] = self._start()

        watching = threading.Thread(target=watch, name="supervisor")
        watching.start()
        try:
            yield
        finally:
            over.set()
            watching.join()

    def _start(self) -> ChildProcess:
        return start_worker(self._next(), self._log(), self._variables)

    def _start_faulty(self, *arguments: str) -> ChildProcess:
        number = self._next()
        command = [sys.executable, "-m", "tests.support.faulty_worker", *arguments]
        root = Path(tests.__file__).parents[1]
        return ChildProcess(ProcessSpec(f"faulty worker {number}", command, self._log(), self._variables, folder=root))

    def _next(self) -> int:
        self._started += 1
        return self._started

    def _log(self) -> Path:
        return self.log_folder / f"crew-{id(self)}-{self._started}.log"


def wait_until_ended(worker: ChildProcess, seconds: float) -> int:
    """Wait until a process has ended by itself and return its exit code."""
    wait_until(lambda: worker.exit_code is not None, seconds, f"{worker.command.name} goes on")
    assert worker.exit_code is not None
    return worker.exit_code
