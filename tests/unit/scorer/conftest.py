from datetime import UTC, datetime

import pytest

from contract.bundle import Bundle
from scorer.block_scorer import BlockScorer
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.interactive_scorer import InteractiveScorer

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that tests set forward."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def engine(tiny_bundle: Bundle) -> Engine:
    return Engine(tiny_bundle)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scorer(tiny_bundle: Bundle, engine: Engine, clock: Clock) -> InteractiveScorer:
    return InteractiveScorer(tiny_bundle, engine, ResultCache(1000, 60, tiny_bundle.ref.digest, clock))


@pytest.fixture(scope="session")
def block_scorer(tiny_bundle: Bundle, engine: Engine) -> BlockScorer:
    return BlockScorer(tiny_bundle, engine)
