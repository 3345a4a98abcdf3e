"""A requester that shares no code with NeoScore: seals requests and opens answers by docs/sealing.md.

It needs Python 3.11, `cryptography` 50 and `kafka-python`. `python sealed_client.py BOOTSTRAP [PREFIX] < request.json`
sends one request, with the key in NEOSCORE_SEAL_KEY, and prints its answer.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

REQUESTS, RESPONSES, KEYS = "score.requests", "score.responses", "score.sealing-keys"
KEY_SECONDS, WAIT_SECONDS = 10, 60
SUITES = {
    name: hpke.Suite(kem, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    for name, kem in (("x25519", hpke.KEM.X25519), ("x25519-mlkem768", hpke.KEM.MLKEM768_X25519))
}


def derive(secret: bytes, purpose: bytes, salt: bytes = b"") -> bytes:
    """A key for one purpose."""
    return HKDF(SHA256(), 32, salt, purpose).derive(secret)


def mac(seal_key: bytes, purpose: bytes, message: bytes) -> bytes:
    """What only someone with the seal key can write."""
    return hmac.digest(derive(seal_key, b"neoscore seal " + purpose), message, "sha256")


def read_announcement(seal_key: bytes, value: bytes) -> dict[str, str] | None:
    """The announcement of a worker; None when it is none, or its key is no longer valid."""
    try:
        announcement: dict[str, str] = json.loads(value)
        not_after = datetime.fromisoformat(announcement["not_after"])
        fields = [announcement[name] for name in ("worker_id", "key_id", "kem", "public_key")]
        proof = base64.b64decode(announcement["mac"])
        message = "\n".join([*fields, not_after.isoformat()]).encode()
        valid = not_after > datetime.now(UTC)
    except (ValueError, KeyError, TypeError):  # whoever may write to the topic can write anything
        return None
    return announcement if valid and hmac.compare_digest(proof, mac(seal_key, b"announcement", message)) else None


def wrap(announcement: dict[str, str], session_id: bytes, session_key: bytes) -> bytes:
    """The session key for one worker, as it stands in the head."""
    key_id, raw = (base64.b64decode(announcement[name]) for name in ("key_id", "public_key"))
    public: X25519PublicKey | hpke.MLKEM768X25519PublicKey = X25519PublicKey.from_public_bytes(raw[-32:])
    if announcement["kem"] == "x25519-mlkem768":
        public = hpke.MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(raw[:-32]), public)
    info = b"neoscore session key" + session_id + key_id
    wrapped = SUITES[announcement["kem"]].encrypt(session_key, public, info)
    return key_id + len(wrapped).to_bytes(2) + wrapped


def choose_partition(seal_key: bytes, client_ref: str, partitions: int) -> int:
    """Where a client's requests go, so that the worker with the cached score gets them."""
    return int.from_bytes(mac(seal_key, b"partition", client_ref.encode())[:8]) % partitions


def padded_length(length: int, least: int) -> int:
    """The next power of two."""
    return max(least, 1 << (length - 1).bit_length())


class Session:
    """Good for 30 seconds. What it seals can be read by the workers whose keys are in the head."""

    def __init__(self, seal_key: bytes, session_id: bytes, session_key: bytes, wrapped: list[bytes]) -> None:
        head = b"NSR1" + session_id + bytes([len(wrapped)]) + b"".join(wrapped)
        self.head = head + mac(seal_key, b"session", head)
        self.id = session_id
        self.sequence = 0
        self.requests = AESGCM(derive(session_key, b"neoscore request", session_id))
        self.answers = AESGCM(derive(session_key, b"neoscore answer", session_id))

    def seal(self, partition: int, headers: list[tuple[str, str]], value: bytes, nonce: bytes | None = None) -> bytes:
        """One request, for one partition."""
        nonce, shown = nonce or os.urandom(12), json.dumps(headers, separators=(",", ":"), ensure_ascii=False).encode()
        text = self.sequence.to_bytes(8) + len(shown).to_bytes(4) + shown + len(value).to_bytes(4) + value
        self.sequence += 1
        text = text.ljust(padded_length(len(text), 1024), b"\0")
        return self.head + nonce + self.requests.encrypt(nonce, text, f"{REQUESTS}/{partition}".encode())

    def open(self, sealed: bytes) -> bytes | None:
        """The answer; None when it is of another session."""
        if sealed[:20] != b"NSA1" + self.id:
            return None
        text = self.answers.decrypt(sealed[20:32], sealed[32:], RESPONSES.encode())
        return text[4 : 4 + int.from_bytes(text[:4])]


def is_refusal(seal_key: bytes, request: bytes, answer: bytes, proof: bytes | None) -> bool:
    """Whether a worker wrote this answer, in clear, to the request as it was sent. Never show one that is not."""
    message = RESPONSES.encode() + b"\0" + hashlib.sha256(request).digest() + answer
    return proof is not None and hmac.compare_digest(proof, mac(seal_key, b"refusal", message).hex().encode())


def begin_session(consumer: KafkaConsumer, topic: str, seal_key: bytes) -> Session:
    """A session for the workers that run: the newest valid key of each."""
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    newest: dict[str, dict[str, str]] = {}
    deadline = time.monotonic() + KEY_SECONDS
    while time.monotonic() < deadline:
        records = consumer.poll(500).get(partition, [])
        for record in records:
            if announcement := read_announcement(seal_key, record.value or b""):
                newest[announcement["worker_id"]] = announcement
        if newest and not records:
            break
    if not newest:
        raise SystemExit("no worker has announced a key")
    session_id, session_key = os.urandom(16), os.urandom(32)
    return Session(seal_key, session_id, session_key, [wrap(key, session_id, session_key) for key in newest.values()])


def ask(bootstrap: str, prefix: str, seal_key: bytes, request: dict[str, object]) -> dict[str, object]:
    """Send one request and return its answer."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    producer = KafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False)
    try:
        session = begin_session(consumer, prefix + KEYS, seal_key)
        places = [TopicPartition(prefix + RESPONSES, n) for n in consumer.partitions_for_topic(prefix + RESPONSES)]
        consumer.assign(places)
        consumer.seek_to_end(*places)
        for place in places:
            consumer.position(place)
        partitions = len(producer.partitions_for(prefix + REQUESTS))
        partition = choose_partition(seal_key, str(request["client_ref"]), partitions)
        request_id = str(request["request_id"])
        sealed = session.seal(partition, [("ce_type", "neoscore.score.request.v1")], json.dumps(request).encode())
        shown = [("ce_id", request_id.encode()), ("content-type", b"application/vnd.neoscore.sealed")]
        producer.send(prefix + REQUESTS, sealed, None, shown, partition)
        producer.flush()
        return wait_for_answer(consumer, session, seal_key, sealed, request_id)
    finally:
        producer.close()
        consumer.close()


def wait_for_answer(
    consumer: KafkaConsumer, session: Session, seal_key: bytes, sealed: bytes, request_id: str
) -> dict[str, object]:
    """The answer to this request; a record that nobody with the seal key wrote is none."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        for record in (record for records in consumer.poll(200).values() for record in records):
            if record.value is None:
                continue
            try:
                answer = session.open(record.value)
            except InvalidTag:  # forged
                continue
            if answer is None and is_refusal(
                seal_key, sealed, record.value, dict(record.headers).get("neoscore-refusal-mac")
            ):
                answer = record.value  # `unknown_sealing_key`: begin another session and seal the request again
            if answer is not None and (found := json.loads(answer))["request_id"] == request_id:
                result: dict[str, object] = found
                return result
    raise SystemExit("no answer in time")


if __name__ == "__main__":
    bootstrap, *prefix = sys.argv[1:]
    key = os.environ["NEOSCORE_SEAL_KEY"].encode()
    json.dump(ask(bootstrap, "".join(prefix), key, json.load(sys.stdin)), sys.stdout, indent=2)
