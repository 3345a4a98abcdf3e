"""The worker's side of sealing: it announces its public keys, opens requests and seals responses."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from contract.codes import ErrorCode
from contract.headers import event_headers
from contract.messages import ErrorInfo, Failed, Rejected
from contract.seal.announcement import ANNOUNCEMENT_TYPE
from contract.seal.envelope import REFUSAL_MAC_HEADER, SEALED_CONTENT_TYPE, is_sealed
from contract.seal.errors import ReplayedRequestError, SealError
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


_SEALED_HEADERS = [("content-type", SEALED_CONTENT_TYPE.encode())]
"""All that a sealed answer shows. The rest of its headers tell its requester nothing new."""

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
        return UnsealFailure(record, Rejected, _REQUIRED, partial(sign_refusal, keys, record.value))
    topic, partition, offset = record.topic, record.partition, record.offset
    try:
        session, headers, value = keys.open(base_name(topic), partition, offset, record.value)
    except Exception as error:
        return _unseal_failure(keys, record, error)
    opened = Record(topic, partition, offset, record.timestamp, None, value, headers)
    return UnsealedRecord(opened, partial(seal_answer, session))


def _unseal_failure(keys: WorkerKeyring, record: Record, error: Exception) -> UnsealFailure:
    kind: type[Rejected] | type[Failed] = Rejected
    if isinstance(error, SealError):
        info = ErrorInfo(error.code, str(error))
    else:
        log.error("a sealed request could not be opened: %s", describe_exception(error))
        info = ErrorInfo(ErrorCode.UNKNOWN_SEALING_KEY, "the seal could not be opened")
    if info.code is ErrorCode.UNKNOWN_SEALING_KEY:
        kind = Failed
    # A copy's sender gets the answer to the first one: without headers the copy names nobody, and is a dead letter.
    headers = () if isinstance(error, ReplayedRequestError) else record.headers
    unopened = replace(record, key=None, value=b"", headers=headers)
    return UnsealFailure(unopened, kind, info, partial(sign_refusal, keys, record.value))


def sign_refusal(keys: WorkerKeyring, request: bytes, refusal: OutgoingRecord) -> OutgoingRecord:
    """Return the refusal with the proof for whoever sent this request. A dead letter has no requester."""
    if refusal.topic == DEAD_LETTERS:
        return refusal
    mac = keys.refusal_mac(refusal.topic, request, refusal.value)
    return replace(refusal, headers=[*refusal.headers, (REFUSAL_MAC_HEADER, mac.encode())])


def seal_answer(session: SealSession, answer: OutgoingRecord, length: int) -> OutgoingRecord:
    """Return the answer sealed for the requester, without key or headers that would join it to the request.

    It is padded as one of `length` bytes would be, unless it is longer.

    A dead letter stays as it is: it has no requester.
    """
    if answer.topic == DEAD_LETTERS:
        return answer
    topic, fallback = answer.topic, answer.fallback
    sealed_fallback = (lambda: seal_answer(session, fallback(), length)) if fallback else None
    value = session.seal_answer(topic, answer.value, length)
    return OutgoingRecord(topic, None, value, _SEALED_HEADERS, answer.outcomes, sealed_fallback)
