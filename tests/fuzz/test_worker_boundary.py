"""Whatever reaches the worker gets exactly one answer that the contract can read, and no score that it may not have."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.blocks import make_block, register
from tests.fuzz.boundary import Boundary
from tests.fuzz.requests import make_request

register()

profile = settings(deadline=None, max_examples=5 * settings().max_examples)


@profile
@given(st.randoms(use_true_random=False), st.integers(1, 8))
def test_single_requests(boundary: Boundary, rng: random.Random, size: int) -> None:
    boundary.check([make_request(rng) for _ in range(size)])


@profile
@given(st.randoms(use_true_random=False))
def test_blocks(boundary: Boundary, rng: random.Random) -> None:
    boundary.check([make_block(rng)])
