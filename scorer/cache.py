"""Results that are still alive, in memory only, until their time is up."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
from cachetools import TTLCache
from numpy.typing import NDArray

from scorer.contributions import Floats

CacheKey: TypeAlias = tuple[str, bytes]


@dataclass(frozen=True, slots=True, eq=False)
class CachedScore:
    """The numbers of one score, from which an answer with or without explanation is made."""

    probability: float
    log_odds: Floats
    """(k,) contributions."""
    probability_contribution: Floats
    """(k,)"""
    stated: Floats
    """(k,) the contributions that can be stated as reasons, 0 for the others."""
    scored_at: datetime


class ResultCache:
    """Results by client, row and model, and the latest one of each client.

    Python objects only, no thread safety: one thread owns it. Expired results are never returned, but they leave
    memory only when `purge_expired` or a later `put` runs, so purge on a timer.
    """

    def __init__(
        self, entries: int, ttl_seconds: float, model_digest: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model_digest.encode()
        self._results: TTLCache[CacheKey, CachedScore] = TTLCache(entries, ttl_seconds, timer=clock)
        self._latest: TTLCache[str, CacheKey] = TTLCache(entries, ttl_seconds, timer=clock)

    def key(self, client_ref: str, row: NDArray[np.float64]) -> CacheKey:
        """Return under what the result of this client and encoded row is kept."""
        return client_ref, hashlib.blake2b(row.tobytes() + self._model, digest_size=16).digest()

    def get(self, key: CacheKey) -> CachedScore | None:
        """Return the result, or None when there is none alive."""
        return self._results.get(key)

    def latest(self, client_ref: str) -> CachedScore | None:
        """Return the client's latest result, or None when there is none alive."""
        key = self._latest.get(client_ref)
        return None if key is None else self._results.get(key)

    def put(self, key: CacheKey, result: CachedScore) -> None:
        """Keep a result until its time is up, or until newer ones need the room."""
        self._results[key] = result
        self._latest[key[0]] = key

    def purge_expired(self) -> None:
        """Remove expired results from memory."""
        self._results.expire()
        self._latest.expire()

    def __len__(self) -> int:
        return len(self._results)
