"""Session keys are wrapped as docs/sealing.md says: by HPKE, with suites that the registry knows."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.codes import Kem
from contract.seal.errors import InvalidSealError
from contract.seal.kem import PUBLIC_KEY_BYTES, KeyPair, wrap

KEY, INFO = bytes(range(32)), b"what it is for"
DHKEM_X25519, MLKEM768_X25519, HKDF_SHA256, AES_256_GCM = 0x0020, 0x647A, 0x0001, 0x0002


@pytest.mark.parametrize("kem", Kem)
def test_only_the_worker_it_is_wrapped_for_gets_the_key(kem: Kem) -> None:
    pair, other = KeyPair.generate(kem), KeyPair.generate(kem)
    assert len(pair.public) == PUBLIC_KEY_BYTES[kem]
    wrapped = wrap(kem, pair.public, KEY, INFO)
    assert pair.unwrap(wrapped, INFO) == KEY
    for attempt in (lambda: other.unwrap(wrapped, INFO), lambda: pair.unwrap(wrapped, b"another use")):
        with pytest.raises(InvalidSealError):
            attempt()


@pytest.mark.parametrize("kem", Kem)
@pytest.mark.parametrize("length", [0, 31, 32, 80, 1167, 1168])
def test_what_was_never_wrapped_is_refused(kem: Kem, length: int) -> None:
    with pytest.raises(InvalidSealError):
        KeyPair.generate(kem).unwrap(bytes(length), INFO)


@pytest.mark.parametrize("kem", Kem)
def test_an_announced_key_that_is_no_key_is_refused(kem: Kem) -> None:
    with pytest.raises(InvalidSealError):
        wrap(kem, b"\xff" * (PUBLIC_KEY_BYTES[kem] - 32) + bytes(32), KEY, INFO)


def test_the_suites_are_those_of_the_standards() -> None:
    """Opened by RFC 9180, section 5.1 and 4.1, and draft-ietf-hpke-pq, written out."""
    x25519, mlkem = X25519PrivateKey.generate(), MLKEM768PrivateKey.generate()
    public = x25519.public_key().public_bytes_raw()

    wrapped = wrap(Kem.X25519, KeyPair.of(x25519).public, KEY, INFO)
    enc, text = wrapped[:32], wrapped[32:]
    shared = x25519.exchange(X25519PublicKey.from_public_bytes(enc))
    suite = b"KEM" + DHKEM_X25519.to_bytes(2)
    prk = _extract(suite, b"", b"eae_prk", shared)
    assert _open(DHKEM_X25519, _expand(suite, prk, b"shared_secret", enc + public, 32), text) == KEY

    wrapped = wrap(Kem.X25519_MLKEM768, KeyPair.of(x25519, mlkem).public, KEY, INFO)
    from_mlkem, enc, text = wrapped[:1088], wrapped[1088:1120], wrapped[1120:]
    shared = mlkem.decapsulate(from_mlkem) + x25519.exchange(X25519PublicKey.from_public_bytes(enc))
    label = rb"\.//^" + b"\\"
    assert _open(MLKEM768_X25519, hashlib.sha3_256(shared + enc + public + label).digest(), text) == KEY


def _open(kem: int, shared: bytes, ciphertext: bytes) -> bytes:
    suite = b"HPKE" + b"".join(number.to_bytes(2) for number in (kem, HKDF_SHA256, AES_256_GCM))
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", INFO)
    secret = _extract(suite, shared, b"secret", b"")
    key, nonce = (_expand(suite, secret, label, context, n) for label, n in ((b"key", 32), (b"base_nonce", 12)))
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


def _extract(suite: bytes, salt: bytes, label: bytes, text: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + text, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """At most one block of SHA-256."""
    text = length.to_bytes(2) + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, text + b"\x01", "sha256")[:length]
