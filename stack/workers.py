"""Worker processes, and the proof that they answer."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

from contract.codes import ErrorCode
from contract.errors import BrokerUnavailable, ContractError
from contract.ids import probe_reference
from contract.messages import Scored
from contract.settings import Settings
from producers.client import ScoreClient
from producers.errors import RequesterError, RequestExpiredError, RequestRejectedError, ResponseTimeoutError
from stack.errors import PartFailed
from stack.local.ports import HOST, choose_port
from stack.local.process import Child, Command
from stack.probes import is_served

METRICS_HOST, METRICS_PORT = "NEOSCORE_METRICS_HOST", "NEOSCORE_METRICS_PORT"

PROBES = tuple(probe_reference(str(number)) for number in range(16))
"""Client references that no client has; between them they reach every partition."""

PROBE_SECONDS = 3.0
"""Time to live of one probe: answered in milliseconds by a worker that consumes, and asked again otherwise."""

BROKER_SECONDS = 15.0
"""A broker whose topics were made a moment ago may refuse a record; one that is gone stays away."""

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


def with_pages(variables: Mapping[str, str], usual_port: int = 0) -> dict[str, str]:
    """Return a worker's environment with a free place for its probes and metrics, at the usual port if that is free."""
    return {**variables, METRICS_HOST: HOST, METRICS_PORT: str(choose_port(usual_port))}


def pages_of(worker: Child) -> str | None:
    """Return the address of a worker's probes and metrics; None when it has none."""
    port = worker.command.environment.get(METRICS_PORT, "0")
    return None if port == "0" else f"http://{HOST}:{port}"


def start_worker(number: int, log: Path, variables: Mapping[str, str]) -> Child:
    """Start one worker process."""
    command = [sys.executable, "-m", "stack.cli", "worker"]
    return Child(Command(f"worker {number}", command, log, variables))


def wait_until_answered(config: Settings, workers: Sequence[Child], seconds: float = READY_SECONDS) -> None:
    """Wait until every partition's requests are answered and every worker with pages is ready. Raises PartFailed.

    Each probe asks to recall a score that no cache holds, so a worker that consumes rejects it with `not_cached`. One
    worker can answer them all while another still starts.
    """
    began = time.monotonic()
    with ScoreClient(config, source="/neoscore/readiness") as client:
        while not (
            _all_answered(
                [client.submit(probe, ttl=PROBE_SECONDS) for probe in PROBES], time.monotonic() < began + BROKER_SECONDS
            )
            and all(map(_ready, workers))
        ):
            for worker in workers:
                if worker.exit_code is not None:
                    raise worker.failure(f"ended with exit code {worker.exit_code} while it started")
            if time.monotonic() > began + seconds:
                raise workers[0].failure(f"did not answer within {seconds:.0f} s")


def _ready(worker: Child) -> bool:
    address = pages_of(worker)
    return address is None or is_served(address, "/readyz")


def _all_answered(futures: Sequence[Future[Scored]], patient: bool) -> bool:
    answered = [_answered(future, patient) for future in futures]  # waits for each, so that none is left behind
    return all(answered)


def _answered(future: Future[Scored], patient: bool) -> bool:
    """Tell whether a worker has answered. Raises PartFailed, for a broker that is away only when not `patient`."""
    try:
        future.result()
    except RequestRejectedError as error:
        return error.code is ErrorCode.NOT_CACHED
    except (ResponseTimeoutError, RequestExpiredError):
        return False
    except (ContractError, RequesterError) as error:
        if patient and isinstance(error, BrokerUnavailable):
            return False
        raise PartFailed(f"the workers could not be asked: {error}") from error
    return True
