"""Worker processes, and the proof that they answer."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

from contract.codes import ErrorCode
from contract.errors import BrokerUnavailableError, ContractError
from contract.messages import Scored
from contract.pseudonyms import probe_reference
from contract.settings import Settings
from producers.client import ScoreClient
from producers.errors import RequesterError, RequestExpiredError, RequestRejectedError, ResponseTimeoutError
from stack.errors import ServiceFailedError
from stack.local.ports import HOST, choose_port
from stack.local.process import ChildProcess, ProcessSpec
from stack.probes import is_served

METRICS_HOST, METRICS_PORT = "NEOSCORE_METRICS_HOST", "NEOSCORE_METRICS_PORT"
TOPIC_PREFIX = "NEOSCORE_TOPIC_PREFIX"

PROBE_CLIENT_REFS = tuple(probe_reference(str(number)) for number in range(16))
"""Client references that no client has; between them they reach every partition."""

PROBE_TTL_SECONDS = 3.0
"""Time to live of one probe: answered in milliseconds by a worker that consumes, and asked again otherwise."""

BROKER_GRACE_SECONDS = 15.0
"""A broker whose topics were made a moment ago may refuse a record; one that is gone stays away."""

READY_TIMEOUT_SECONDS = 120
"""A worker starts in 3 s on a free core; on Tansu, joining the group takes some more."""


def service_environment(config: Settings, **more: str) -> dict[str, str]:
    """Return the environment of a service: ours, with `config`'s addresses in place of whatever was set before."""
    inherited = {name: value for name, value in os.environ.items() if name != TOPIC_PREFIX}
    return {
        **inherited,
        **({TOPIC_PREFIX: config.topic_prefix} if config.topic_prefix else {}),  # services refuse a blank variable
        "NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": config.kafka_bootstrap_servers,
        "NEOSCORE_DATABASE_URL": config.database_url,
        "NEOSCORE_HOME": str(config.home.absolute()),
        "NEOSCORE_FETCH_MAX_WAIT_MS": str(config.fetch_max_wait_ms),
        **more,
    }


def with_metrics_port(variables: Mapping[str, str], preferred_port: int = 0) -> dict[str, str]:
    """Return a worker's environment with a free place for its probes and metrics, at the usual port if that is free."""
    return {**variables, METRICS_HOST: HOST, METRICS_PORT: str(choose_port(preferred_port))}


def metrics_url(worker: ChildProcess) -> str | None:
    """Return the address of a worker's probes and metrics; None when it has none."""
    port = worker.command.environment.get(METRICS_PORT, "0")
    return None if port == "0" else f"http://{HOST}:{port}"


def start_worker(number: int, log: Path, variables: Mapping[str, str]) -> ChildProcess:
    """Start one worker process."""
    command = [sys.executable, "-m", "stack.cli", "worker"]
    return ChildProcess(ProcessSpec(f"worker {number}", command, log, variables))


def wait_until_serving(
    config: Settings, workers: Sequence[ChildProcess], seconds: float = READY_TIMEOUT_SECONDS
) -> None:
    """Wait until every partition is served and every worker with probes is ready. Raises ServiceFailedError.

    Each probe asks to recall a score that no cache holds, so a worker that consumes rejects it with `not_cached`. One
    worker can answer them all while another still starts.
    """
    began = time.monotonic()
    with ScoreClient(config, source="/neoscore/readiness") as client:
        while not (
            _all_partitions_served(
                [client.submit(probe, ttl=PROBE_TTL_SECONDS) for probe in PROBE_CLIENT_REFS],
                time.monotonic() < began + BROKER_GRACE_SECONDS,
            )
            and all(map(_ready, workers))
        ):
            for worker in workers:
                if worker.exit_code is not None:
                    raise worker.failure_error(f"ended with exit code {worker.exit_code} while it started")
            if time.monotonic() > began + seconds:
                raise workers[0].failure_error(f"was not ready within {seconds:.0f} s")


def _ready(worker: ChildProcess) -> bool:
    address = metrics_url(worker)
    return address is None or is_served(address, "/readyz")


def _all_partitions_served(futures: Sequence[Future[Scored]], tolerate_broker_errors: bool) -> bool:
    answered = [
        _is_answered(future, tolerate_broker_errors) for future in futures
    ]  # waits for each, so that none is left behind
    return all(answered)


def _is_answered(future: Future[Scored], tolerate_broker_errors: bool) -> bool:
    """Return whether a worker has answered. Raises ServiceFailedError, for an unavailable broker only if not
    `tolerate_broker_errors`.
    """
    try:
        future.result()
    except RequestRejectedError as error:
        return error.code is ErrorCode.NOT_CACHED
    except (ResponseTimeoutError, RequestExpiredError):
        return False
    except (ContractError, RequesterError) as error:
        if tolerate_broker_errors and isinstance(error, BrokerUnavailableError):
            return False
        raise ServiceFailedError(f"readiness probe failed: {error}") from error
    return True
