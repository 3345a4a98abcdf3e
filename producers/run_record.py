"""Runs over many clients in the access log: an entry before anyone is scored, and one of how the run ended."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from contract.access import AccessOutcome, Purpose
from contract.disclosure import rounded_count
from contract.messages import ModelRef
from db.access_log import AccessEvent, Actor, ListShown, record_access
from db.errors import DatabaseError
from producers.errors import RunNotRecordedError

log = logging.getLogger(__name__)


@dataclass
class RunEnd:
    """How a run ended: failed, until the run says otherwise."""

    outcome: AccessOutcome = AccessOutcome.FAILED


def run_started(
    actor: Actor,
    purpose: Purpose,
    run_id: str,
    clients: int,
    features: Sequence[str] = (),
    model: ModelRef | None = None,
) -> AccessEvent:
    """Return the first entry of a run over so many clients, a number that the entry has in steps.

    `purpose` is that of the entry point. `features` are the names of those by which clients are chosen and divided.
    """
    listed = ListShown(features, rounded_count(clients) or 0)
    return AccessEvent(actor, purpose, AccessOutcome.STARTED, model=model, request_id=run_id, listed=listed)


@contextmanager
def recorded_run(engine: Engine, started: AccessEvent) -> Iterator[RunEnd]:
    """Enter the start of a run, and its end when the block is left; the run sets the outcome.

    Raises RunNotRecordedError, before anyone is scored if the start cannot be entered.
    """
    record_run(engine, started)
    end = RunEnd()
    try:
        yield end
    except KeyboardInterrupt:
        end.outcome = AccessOutcome.ABORTED
        raise
    finally:
        record_run(engine, replace(started, outcome=end.outcome))


def record_run(engine: Engine, event: AccessEvent) -> None:
    """Enter one event of a run. Raises RunNotRecordedError."""
    try:
        record_access(engine, event)
    except DatabaseError as error:
        log.error("access log write failed; nothing of the run is shown (%s)", type(error).__name__)
        raise RunNotRecordedError(
            f"the run could not be entered in the access log, so nothing of it is shown: {error}"
        ) from None
