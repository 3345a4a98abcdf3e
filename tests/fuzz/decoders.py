"""The decoders at the other boundaries: they return what the contract says, or raise the one error it names."""

import random
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from contract.blocks import decode_block, decode_result_block
from contract.bundle import Bundle, load_bundle
from contract.codes import Band, ErrorCode
from contract.errors import BundleError, MessageError
from contract.messages import Contribution, DeadLetter, ErrorInfo, ModelRef, Rejected, Scored, decode_request, encode
from contract.topics import REQUESTS
from producers import block_client
from producers import client as single_client
from producers.dead_letters import decode_dead_letter
from producers.errors import RequesterError
from tests.fuzz.blocks import make_block
from tests.fuzz.boundary import Boundary
from tests.fuzz.case import NOW, Case, Kind
from tests.fuzz.json_texts import Pairs, join, pairs, spoil
from tests.fuzz.mutate import damage, one_in, pick, some
from tests.support.forged_manifest import rewrite_manifest

REQUEST_ID = "0195534f-9a3c-7c1b-8f5e-3f1f2d4b5a69"

RESULTS = (
    Scored(
        request_id=REQUEST_ID, client_ref="c1", probability=0.25, base_probability=0.2, base_log_odds=-1.38,
        threshold=0.4,
        band=Band.LOW, contributions=(Contribution("income", 0.1, 0.05),), reasons=("income:raises",),
        model=ModelRef("tiny", "tiny-1", "1"), scored_at=datetime(2026, 3, 1, tzinfo=UTC),
    ),
    Rejected(request_id=REQUEST_ID, client_ref="c1", error=ErrorInfo(ErrorCode.NOT_CACHED, "no result")),
)  # fmt: skip

LETTER = DeadLetter(
    cause=ErrorCode.MALFORMED_MESSAGE, topic=REQUESTS, partition=3, offset=7, key_hash="ab" * 32, occurred_at=NOW
)

BUNDLE_FILES = ("MANIFEST.json", "schema.json", "metrics.json", "baseline.json", "report.json")


def make_json(rng: random.Random, value: bytes) -> bytes:
    """Return a JSON object in which something happened to its fields, or to its bytes."""
    fields: Pairs = pairs(msgspec.json.decode(value))
    for _ in some(rng, 3):
        spoil(rng, fields)
    spoilt = join(fields).encode()
    return damage(rng, spoilt) if one_in(rng, 3) else spoilt


def make_result(rng: random.Random) -> Case:
    """Return an interactive answer, damaged or not."""
    return Case(Kind.RESULT, make_json(rng, encode(pick(rng, RESULTS))))


def make_letter(rng: random.Random) -> Case:
    """Return a dead letter, damaged or not."""
    return Case(Kind.DEAD_LETTER, make_json(rng, encode(LETTER)))


def make_result_block(rng: random.Random, boundary: Boundary) -> Case:
    """Return a result block as the worker writes it, damaged."""
    [answer] = boundary.answer([make_block(rng)])
    return Case(Kind.RESULT_BLOCK, answer.value if one_in(rng, 20) else damage(rng, answer.value))


def make_bundle_file(rng: random.Random, bundle: Bundle) -> Case:
    """Return one damaged file of a bundle."""
    name = pick(rng, BUNDLE_FILES)
    content = (bundle.path / name).read_bytes()
    value = make_json(rng, content) if one_in(rng, 2) else damage(rng, content)
    return Case(Kind.BUNDLE_FILE, value, name=name)


def check_result(case: Case) -> None:
    """Read an answer as a requester does."""
    correlation_id_of, decode = single_client._SPEC.correlation_id_of, single_client._SPEC.decode
    assert isinstance(correlation_id_of(case.value), str | None)
    _raises_only((MessageError, RequesterError), decode, case.value)


def check_result_block(case: Case) -> None:
    """Read a block of answers as a requester does."""
    correlation_id_of, decode = block_client._SPEC.correlation_id_of, block_client._SPEC.decode
    assert isinstance(correlation_id_of(case.value), str | None)
    _raises_only((MessageError,), decode, case.value)
    _raises_only((MessageError,), decode_result_block, case.value)


def check_letter(case: Case) -> None:
    """Read a dead letter as the command does."""
    assert isinstance(decode_dead_letter(case.value), DeadLetter | None)


def check_request(case: Case) -> None:
    """Read a request alone."""
    _raises_only((MessageError,), decode_request, case.value)


def check_block(case: Case) -> None:
    """Read a block alone."""
    _raises_only((MessageError,), decode_block, case.value)


def check_bundle_file(case: Case, bundle: Bundle) -> None:
    """Load a bundle with this file, whose manifest was rewritten to vouch for it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle"
        shutil.copytree(bundle.path, path)
        (path / case.name).write_bytes(case.value)
        if case.name != "MANIFEST.json":
            rewrite_manifest(path)
        _raises_only((BundleError,), load_bundle, path)


CHECKS: Mapping[Kind, Callable[[Case], None]] = {
    Kind.REQUEST: check_request,
    Kind.BLOCK: check_block,
    Kind.RESULT: check_result,
    Kind.RESULT_BLOCK: check_result_block,
    Kind.DEAD_LETTER: check_letter,
}


def _raises_only(kinds: tuple[type[Exception], ...], decode: Callable[[Any], object], value: object) -> None:
    try:
        decode(value)
    except kinds:
        return
