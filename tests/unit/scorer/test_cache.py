import gc
import weakref

import numpy as np
import pytest

from scorer.cache import CachedScore, ResultCache
from tests.unit.scorer.conftest import NOW, Clock

ROW = np.array([1, np.nan], np.float64)
OTHER = np.array([2, np.nan], np.float64)


def result(probability: float = 0.5) -> CachedScore:
    return CachedScore(probability, np.array([0.1, 0.2]), np.array([0.01, 0.02]), np.array([0.1, 0.2]), NOW)


@pytest.fixture
def cache(clock: Clock) -> ResultCache:
    return ResultCache(3, 60, "digest", clock)


def test_keeps_a_result_for_its_time(cache: ResultCache, clock: Clock) -> None:
    key = cache.key("c", ROW)
    kept = result()
    cache.put(key, kept)
    clock.now = 59
    assert cache.get(key) is cache.latest("c") is kept
    clock.now = 60
    assert cache.get(key) is cache.latest("c") is None


def test_reading_does_not_prolong(cache: ResultCache, clock: Clock) -> None:
    key = cache.key("c", ROW)
    cache.put(key, result())
    for clock.now in range(0, 61, 10):
        cache.get(key)
    assert cache.get(key) is None


def test_client_row_and_model_make_the_key(cache: ResultCache) -> None:
    keys = {cache.key("c", ROW), cache.key("d", ROW), cache.key("c", OTHER), ResultCache(1, 1, "new").key("c", ROW)}
    assert len(keys) == 4
    assert cache.key("c", ROW) == cache.key("c", np.array([1, np.nan], np.float64))


def test_recall_gives_the_latest(cache: ResultCache) -> None:
    cache.put(cache.key("c", ROW), result(0.1))
    latest = result(0.2)
    cache.put(cache.key("c", OTHER), latest)
    assert cache.latest("c") is latest
    assert cache.latest("d") is None


def test_is_bounded(cache: ResultCache) -> None:
    for i in range(10):
        cache.put(cache.key(f"c{i}", ROW), result())
    assert len(cache) == 3


def test_purge_frees_memory_without_traffic(clock: Clock) -> None:
    class Traced(CachedScore):
        __slots__ = ("__weakref__",)

    cache = ResultCache(3, 60, "digest", clock)
    kept = Traced(0.5, np.zeros(0), np.zeros(0), np.zeros(0), NOW)
    gone = weakref.ref(kept)
    cache.put(cache.key("c", ROW), kept)
    del kept
    clock.now = 61
    cache.purge_expired()
    gc.collect()
    assert gone() is None
    assert len(cache) == 0
