"""Makes the test vectors of sealed payloads with the outside client: `python -m tests.support.sealing_vectors`."""

import base64
import hashlib
import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
VECTORS = EXAMPLES / "sealing-vectors.json"

SEAL_KEY = "seal key of the test vectors, 32 bytes or more"


def outside_client() -> ModuleType:
    """The script of docs/examples, which imports nothing of this project."""
    spec = importlib.util.spec_from_file_location("sealed_client", EXAMPLES / "sealed_client.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bytes_for(purpose: str, length: int) -> bytes:
    """The same bytes each time."""
    return hashlib.shake_256(purpose.encode()).digest(length)


def make() -> dict[str, Any]:
    """New vectors. All but what HPKE and its random numbers wrap is the same each time."""
    client = outside_client()
    seal_key = SEAL_KEY.encode()
    workers = [_worker(client, kem) for kem in ("x25519", "x25519-mlkem768")]
    session_id, session_key = bytes_for("session id", 16), bytes_for("session key", 32)
    wrapped = [client.wrap(worker["announcement"], session_id, session_key) for worker in workers]
    session = client.Session(seal_key, session_id, session_key, wrapped)
    headers = [["ce_type", "neoscore.score.request.v1"], ["traceparent", f"00-{'1' * 32}-{'2' * 16}-01"]]
    request, nonce = b'{"request_id":"\xe2\x80\xa6","client_ref":"a1b2","features":{"PAY_0":2}}', bytes_for("nonce", 12)
    sealed = session.seal(3, headers, request, nonce)
    answer = b'{"status":"scored"}'
    text = (len(answer).to_bytes(4) + answer).ljust(4096, b"\0")
    sealed_answer = b"NSA1" + session_id + nonce + session.answers.encrypt(nonce, text, b"score.responses")
    refusal = b'{"status":"failed"}'
    message = b"score.responses\0" + hashlib.sha256(sealed).digest() + refusal
    return {
        "seal_key": SEAL_KEY,
        "derived_keys": {
            purpose: client.derive(seal_key, f"neoscore seal {purpose}".encode()).hex()
            for purpose in ("announcement", "session", "refusal", "partition")
        },
        "partitions": [
            {"record_key": key, "partitions": n, "partition": client.choose_partition(seal_key, key, n)}
            for key in ("a1b2", "client-\u00e9", "") for n in (1, 6)
        ],
        "padding": [
            {"length": n, "request": client.padded_length(n, 1024), "answer": client.padded_length(n, 4096)}
            for n in (1, 1023, 1024, 1025, 4096, 4097, 70_000, 1 << 22)
        ],
        "workers": workers,
        "session": {"id": session_id.hex(), "key": session_key.hex(), "head": _base64(session.head)},
        "request": {
            "topic": "score.requests", "partition": 3, "sequence": 0, "headers": headers, "value": request.decode(),
            "nonce": nonce.hex(), "sealed": _base64(sealed),
        },
        "answer": {"topic": "score.responses", "value": answer.decode(), "sealed": _base64(sealed_answer)},
        "refusal": {
            "topic": "score.responses", "request_sha256": hashlib.sha256(sealed).hexdigest(), "value": refusal.decode(),
            "mac": client.mac(seal_key, b"refusal", message).hex(),
        },
    }  # fmt: skip


def _worker(client: ModuleType, kem: str) -> dict[str, Any]:
    x25519, seed = bytes_for(f"{kem} x25519", 32), bytes_for("ml-kem", 64)
    public = X25519PrivateKey.from_private_bytes(x25519).public_key().public_bytes_raw()
    private = {"x25519_private_key": x25519.hex()}
    if kem != "x25519":
        public = MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw() + public
        private["mlkem768_seed"] = seed.hex()
    fields = {
        "worker_id": bytes_for(f"{kem} worker", 16).hex(),
        "key_id": _base64(bytes_for(f"{kem} key id", 8)),
        "kem": kem,
        "public_key": _base64(public),
        "not_after": "2100-01-01T00:00:00Z",
    }
    message = "\n".join([*list(fields.values())[:-1], "2100-01-01T00:00:00+00:00"])
    mac = client.mac(SEAL_KEY.encode(), b"announcement", message.encode())
    return {**private, "announcement": {**fields, "mac": _base64(mac)}}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(make(), indent=1, ensure_ascii=False) + os.linesep)
