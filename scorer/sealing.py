"""The worker's side of sealing: it announces its public keys, opens requests and seals responses."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from contract.codes import ErrorCode
from contract.headers import Headers, event_headers
from contract.messages import ErrorInfo, Failed, Rejected
from contract.seal.announcement import ANNOUNCEMENT_TYPE
from contract.seal.envelope import SEALED_CONTENT_TYPE, is_sealed
from contract.seal.errors import SealError, UnknownSealingKeyError
from contract.seal.factory import worker_keyring
from contract.seal.session import SealSession
from contract.seal.worker import ROTATION_OVERLAP_DIVISOR, WorkerKeyring
from contract.settings import Settings
from contract.topics import DEAD_LETTERS, SEALING_KEYS, base_name
from scorer.lanes import Producer
from scorer.logs import describe_exception
from scorer.record import SOURCE, OutgoingRecord, Record
from scorer.request_handler import UnsealedRecord, UnsealFailure

log = logging.getLogger(__name__)

ANNOUNCE_SECONDS = 5.0
"""A requester that starts finds the last announcement on the topic; this only bounds how late a new key is known, and
keeps the topic's newest segment young enough to be deleted."""

RETRY_SECONDS = 0.2
"""While the producer starts, and while the broker is away."""


_REQUIRED = ErrorInfo(ErrorCode.SEAL_REQUIRED, "only sealed payloads are accepted, see docs/privacy.md")


class WorkerSealing:
    """The sealing of one worker: its keys, what opens records with them, and what announces them."""

    def __init__(self, config: Settings) -> None:
        self._keys = worker_keyring(config)
        self._topic = config.topic(SEALING_KEYS)
        # A new key is made in the last fourth of the old one's time, and must be known by its end.
        self._pause = min(ANNOUNCE_SECONDS, config.seal_key_rotation_seconds / ROTATION_OVERLAP_DIVISOR / 2)
        self._silent = False
        self.open: Callable[[Record], UnsealedRecord | UnsealFailure] = partial(unseal_record, self._keys)

    async def announce(self, producer: Callable[[], Producer]) -> None:
        """Announce until cancelled."""
        while True:
            await asyncio.sleep(self._pause if await self._announce_once(producer) else RETRY_SECONDS)

    async def _announce_once(self, producer: Callable[[], Producer]) -> bool:
        try:
            headers = event_headers(ANNOUNCEMENT_TYPE, SOURCE)
            await (await producer().send(self._topic, None, self._keys.announce(), None, None, headers))
        except Exception as error:  # whatever it is, the next try may succeed, and requesters say whom they do not hear
            if not self._silent:
                log.info("could not publish the worker's public key, retrying (%s)", type(error).__name__)
            self._silent = True
            return False
        self._silent = False
        return True


def unseal_record(keys: WorkerKeyring, record: Record) -> UnsealedRecord | UnsealFailure:
    """Open a record of a request topic. Never raises."""
    if not is_sealed(record.value):
        return UnsealFailure(record, Rejected, _REQUIRED)
    try:
        session, key, value = keys.open(base_name(record.topic), record.value)
    except SealError as error:
        kind = Failed if isinstance(error, UnknownSealingKeyError) else Rejected
        return UnsealFailure(_without_payload(record), kind, ErrorInfo(error.code, str(error)))
    except Exception as error:
        log.error("a sealed request could not be opened: %s", describe_exception(error))
        return UnsealFailure(
            _without_payload(record), Failed, ErrorInfo(ErrorCode.UNKNOWN_SEALING_KEY, "the seal could not be opened")
        )
    return UnsealedRecord(replace(record, key=key, value=value), partial(seal_answer, keys, session))


def _without_payload(record: Record) -> Record:
    """What a record shows in place of its key says nothing, and is nobody's reference."""
    return replace(record, key=None, value=b"")


def seal_answer(keys: WorkerKeyring, session: SealSession, answer: OutgoingRecord) -> OutgoingRecord:
    """Return the answer sealed for the requester. A dead letter stays as it is: it has no requester."""
    if answer.topic == DEAD_LETTERS:
        return answer
    fallback = answer.fallback
    return replace(
        answer,
        key=keys.blind_record_key(answer.key) if answer.key is not None else None,
        value=session.seal_answer(answer.topic, answer.value),
        headers=_sealed_headers(answer.headers),
        fallback=(lambda: seal_answer(keys, session, fallback())) if fallback else None,
    )


def _sealed_headers(headers: Headers) -> Headers:
    return [(name, SEALED_CONTENT_TYPE.encode() if name == "content-type" else value) for name, value in headers]
