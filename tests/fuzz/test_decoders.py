"""Every decoder returns what the contract says or raises the one error it names, whatever it reads."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.bundle import Bundle
from tests.fuzz import decoders
from tests.fuzz.blocks import make_block
from tests.fuzz.boundary import Boundary
from tests.fuzz.requests import make_request

profile = settings(deadline=None, max_examples=3 * settings().max_examples)
randoms = st.randoms(use_true_random=False)


@profile
@given(randoms)
def test_requests(rng: random.Random) -> None:
    decoders.check_request(make_request(rng))


@profile
@given(randoms)
def test_blocks(rng: random.Random) -> None:
    decoders.check_block(make_block(rng))


@profile
@given(randoms)
def test_results_as_requesters_read_them(rng: random.Random) -> None:
    decoders.check_result(decoders.make_result(rng))


@profile
@given(randoms)
def test_result_blocks_as_requesters_read_them(boundary: Boundary, rng: random.Random) -> None:
    decoders.check_result_block(decoders.make_result_block(rng, boundary))


@profile
@given(randoms)
def test_dead_letters(rng: random.Random) -> None:
    decoders.check_letter(decoders.make_letter(rng))


@profile
@given(randoms)
def test_bundle_files(tiny_bundle: Bundle, rng: random.Random) -> None:
    decoders.check_bundle_file(decoders.make_bundle_file(rng, tiny_bundle), tiny_bundle)
