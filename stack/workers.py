"""Worker processes, and the proof that they answer."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

from contract.codes import ErrorCode
from contract.errors import ContractError
from contract.messages import Scored
from contract.settings import Settings
from producers.client import ScoreClient
from producers.errors import NoAnswer, ProducerError, RequestExpired, RequestRejected
from stack.errors import PartFailed
from stack.local.process import Child, Command

PROBES = tuple(f"readiness-probe-{number}" for number in range(16))
"""Client references that no client has; between them they reach every partition."""

PROBE_SECONDS = 3.0
"""Time to live of one probe: answered in milliseconds by a worker that consumes, and asked again otherwise."""

READY_SECONDS = 120
"""A worker starts in 3 s on a free core; on Tansu, joining the group takes some more."""


def environment(config: Settings, **more: str) -> dict[str, str]:
    """Return the environment of a service: ours, with `config`'s addresses in place of whatever was set before."""
    return {
        **os.environ,
        "NEOSCORE_KAFKA_BOOTSTRAP": config.kafka_bootstrap,
        "NEOSCORE_DATABASE_URL": config.database_url,
        "NEOSCORE_HOME": str(config.home.absolute()),
        "NEOSCORE_FETCH_WAIT_MS": str(config.fetch_wait_ms),
        **more,
    }


def start_worker(number: int, log: Path, variables: Mapping[str, str]) -> Child:
    """Start one worker process."""
    command = [sys.executable, "-m", "stack.cli", "worker"]
    return Child(Command(f"worker {number}", command, log, variables))


def wait_until_answered(config: Settings, workers: Sequence[Child], seconds: float = READY_SECONDS) -> None:
    """Wait until every partition's requests are answered. Raises PartFailed.

    Each probe asks to recall a score that no cache holds, so a worker that consumes rejects it with `not_cached`.
    """
    deadline = time.monotonic() + seconds
    with ScoreClient(config, source="/neoscore/readiness") as client:
        while not _all_answered([client.submit(probe, ttl=PROBE_SECONDS) for probe in PROBES]):
            for worker in workers:
                if worker.exit_code is not None:
                    raise worker.failure(f"ended with exit code {worker.exit_code} while it started")
            if time.monotonic() > deadline:
                raise workers[0].failure(f"did not answer within {seconds:.0f} s")


def _all_answered(futures: Sequence[Future[Scored]]) -> bool:
    answered = [_answered(future) for future in futures]  # waits for each, so that none is left behind
    return all(answered)


def _answered(future: Future[Scored]) -> bool:
    try:
        future.result()
    except RequestRejected as error:
        return error.code is ErrorCode.NOT_CACHED
    except (NoAnswer, RequestExpired):
        return False
    except (ContractError, ProducerError) as error:
        raise PartFailed(f"the workers could not be asked: {error}") from error
    return True
