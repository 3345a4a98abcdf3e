"""The test vectors of docs/examples, by this project's code and by the outside client's."""

import base64
import json
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.seal.announcement import decode_announcement
from contract.seal.envelope import (
    MIN_ANSWER_BYTES,
    MIN_REQUEST_BYTES,
    padded_length,
    parse_answer,
    parse_request,
    wrapped_keys,
)
from contract.seal.kem import KeyPair
from contract.seal.keys import MAC_BYTES, SealKey
from contract.seal.session import SealSession, wrapping_info
from tests.support.sealing_vectors import VECTORS, make, outside_client

GIVEN = json.loads(VECTORS.read_text())
SEAL_KEY = SealKey(GIVEN["seal_key"].encode())
SESSION_ID, SESSION_KEY = (bytes.fromhex(GIVEN["session"][name]) for name in ("id", "key"))
SESSION = SealSession.from_key(SESSION_ID, SESSION_KEY)
HEAD = base64.b64decode(GIVEN["session"]["head"])


@pytest.fixture(scope="module")
def client() -> ModuleType:
    return outside_client()


@pytest.mark.parametrize("worker", GIVEN["workers"], ids=lambda worker: worker["announcement"]["kem"])
def test_a_worker_announces_its_key_and_gets_the_sessions_key(worker: dict[str, Any], client: ModuleType) -> None:
    value = json.dumps(worker["announcement"]).encode()
    announced = decode_announcement(value, SEAL_KEY)
    assert client.read_announcement(GIVEN["seal_key"].encode(), value) == worker["announcement"]
    seed = worker.get("mlkem768_seed")
    pair = KeyPair.of(
        X25519PrivateKey.from_private_bytes(bytes.fromhex(worker["x25519_private_key"])),
        MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(seed)) if seed else None,
    )
    assert (pair.kem, pair.public) == (announced.kem, announced.public_key)
    head = parse_request(base64.b64decode(GIVEN["request"]["sealed"])).head
    assert head == HEAD
    assert SEAL_KEY.session_mac(head[:-MAC_BYTES]) == head[-MAC_BYTES:]
    wrapped = wrapped_keys(head)[announced.key_id]
    assert pair.unwrap(wrapped, wrapping_info(SESSION_ID, announced.key_id)) == SESSION_KEY


def test_a_request_is_sealed_and_opened(client: ModuleType) -> None:
    request = GIVEN["request"]
    sealed = parse_request(base64.b64decode(request["sealed"]))
    sequence, headers, value = SESSION.open_request(sealed, request["topic"], request["partition"])
    assert sequence == request["sequence"]
    assert headers == [(name, text.encode()) for name, text in request["headers"]]
    assert value.decode() == request["value"]
    sessions = client.Session(GIVEN["seal_key"].encode(), SESSION_ID, SESSION_KEY, [])
    sessions.head = HEAD
    again = sessions.seal(request["partition"], request["headers"], value, bytes.fromhex(request["nonce"]))
    assert again == base64.b64decode(request["sealed"])


def test_an_answer_is_opened(client: ModuleType) -> None:
    sealed = base64.b64decode(GIVEN["answer"]["sealed"])
    value = GIVEN["answer"]["value"].encode()
    assert SESSION.open_answer(parse_answer(sealed), GIVEN["answer"]["topic"]) == value
    assert client.Session(GIVEN["seal_key"].encode(), SESSION_ID, SESSION_KEY, []).open(sealed) == value


def test_a_refusal_is_proved(client: ModuleType) -> None:
    refusal, value = GIVEN["refusal"], GIVEN["refusal"]["value"].encode()
    mac = SEAL_KEY.refusal_mac(refusal["topic"], bytes.fromhex(refusal["request_sha256"]), value)
    assert mac.hex() == refusal["mac"]
    sealed = base64.b64decode(GIVEN["request"]["sealed"])
    key = GIVEN["seal_key"].encode()
    assert client.is_refusal(key, sealed, value, refusal["mac"].encode())
    assert not client.is_refusal(key, sealed + b"\0", value, refusal["mac"].encode())
    assert not client.is_refusal(key, sealed, value, None)


@pytest.mark.parametrize("case", GIVEN["partitions"])
def test_partitions(case: dict[str, Any]) -> None:
    assert SEAL_KEY.choose_partition(case["record_key"], case["partitions"]) == case["partition"]


@pytest.mark.parametrize("case", GIVEN["padding"])
def test_padding(case: dict[str, Any]) -> None:
    assert padded_length(case["length"], MIN_REQUEST_BYTES) == case["request"]
    assert padded_length(case["length"], MIN_ANSWER_BYTES) == case["answer"]


def test_the_vectors_are_those_that_the_outside_client_makes() -> None:
    """But for what HPKE wraps at random, and what contains that."""
    drawn = {"head", "sealed", "request_sha256", "mac"}

    def fixed(vectors: dict[str, Any]) -> dict[str, Any]:
        parts = {name: vectors[name] for name in ("session", "request", "refusal")}
        return vectors | {
            part: {name: value for name, value in fields.items() if name not in drawn} for part, fields in parts.items()
        }

    assert fixed(make()) == fixed(GIVEN)
