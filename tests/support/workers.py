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


def start_with_retries(config: Settings, start: Callable[[], list[ChildProcess]]) -> list[ChildProcess]:
    """Return the workers that `start` starts, once every partition is served. Raises ServiceFailedError."""
    for tries_left in range(MAX_RETRIES, -1, -1):
        workers = start()
        try:
            wait_until_serving(config, workers)
        except BaseException as failure:
            stop_all(workers)
            if not _is_worth_another_try(failure) or not tries_left:
                raise
        else:
            return workers
    raise AssertionError("the last try returns or raises")


def _is_worth_another_try(failure: BaseException) -> bool:
    """Whether a worker ended that Tansu's coordinator forgot, or whose port another program took meanwhile.

    That coordinator once let nobody in for 100 s, just after two members had left at once. A supervisor starts another
    worker: so do we.
    """
    from scorer.monitoring_http import CANNOT_LISTEN
    from scorer.run import JOIN_FAILED

    return isinstance(failure, ServiceFailedError) and any(
        words in str(failure) for words in (JOIN_FAILED, CANNOT_LISTEN)
    )


@contextmanager
def running_worker(config: Settings, bundle: Bundle, log: Path) -> Iterator[ChildProcess]:
    """Lend one worker that answers."""
    variables = service_environment(config, NEOSCORE_MODEL=str(bundle.path.absolute()))
    (worker,) = start_with_retries(config, lambda: [start_worker(1, log, variables)])
    try:
        yield worker
    finally:
        worker.stop()
