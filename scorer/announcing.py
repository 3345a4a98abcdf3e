"""Telling requesters under which key they can seal: on a topic, every few seconds, from before the worker joins."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from contract.headers import event_headers
from contract.seal.announcement import ANNOUNCEMENT_TYPE
from contract.seal.factory import worker_keyring
from contract.seal.worker import ROTATION_OVERLAP_DIVISOR
from contract.settings import Settings
from contract.topics import SEALING_KEYS
from scorer.outgoing import SOURCE
from scorer.publish import Producer
from scorer.record import Record
from scorer.seal import open_record
from scorer.sealed import Opened, Shut

log = logging.getLogger(__name__)

ANNOUNCE_SECONDS = 5.0
"""A requester that starts finds the last announcement on the topic; this only bounds how late a new key is known, and
keeps the topic's newest segment young enough to be deleted."""

RETRY_SECONDS = 0.2
"""While the producer starts, and while the broker is away."""


class Sealing:
    """The sealing of one worker: its keys, what opens records with them, and what announces them."""

    def __init__(self, config: Settings) -> None:
        self._keys = worker_keyring(config)
        self._topic = config.topic(SEALING_KEYS)
        # A new key is made in the last fourth of the old one's time, and must be known by its end.
        self._pause = min(ANNOUNCE_SECONDS, config.seal_key_rotation_seconds / ROTATION_OVERLAP_DIVISOR / 2)
        self._silent = False
        self.open: Callable[[Record], Opened | Shut] = partial(open_record, self._keys)

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
                log.info("the worker's key is not announced yet (%s)", type(error).__name__)
            self._silent = True
            return False
        self._silent = False
        return True
