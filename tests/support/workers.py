"""Worker processes for tests: started until they answer, and stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.bundle import Bundle
from contract.settings import Settings
from stack.errors import ServiceFailedError
from stack.local.process import ChildProcess, stop_all
from stack.workers import service_environment, start_worker, wait_until_serving

MAX_RETRIES = 3
"""A worker gives up joining after 45 s: four tries outlast what was seen, and end before a test's own 300 s."""

RETRYABLE = ("could not join its group", "cannot listen")
"""How a worker ends by itself that Tansu's coordinator forgot (it once let nobody in for 100 s, just after two members
had left at once), and one whose port another program took meanwhile. A supervisor starts another: so do we."""


def start_with_retries(config: Settings, start: Callable[[], list[ChildProcess]]) -> list[ChildProcess]:
    """Return the workers that `start` starts, once every partition is served. Raises ServiceFailedError."""
    for tries_left in range(MAX_RETRIES, -1, -1):
        workers = start()
        try:
            wait_until_serving(config, workers)
        except BaseException as failure:
            stop_all(workers)
            again = isinstance(failure, ServiceFailedError) and any(words in str(failure) for words in RETRYABLE)
            if not again or not tries_left:
                raise
        else:
            return workers
    raise AssertionError("the last try returns or raises")


@contextmanager
def running_worker(config: Settings, bundle: Bundle, log: Path) -> Iterator[ChildProcess]:
    """Lend one worker that answers."""
    variables = service_environment(config, NEOSCORE_MODEL=str(bundle.path.absolute()))
    (worker,) = start_with_retries(config, lambda: [start_worker(1, log, variables)])
    try:
        yield worker
    finally:
        worker.stop()
