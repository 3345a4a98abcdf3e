"""Only what a trusted release key signed is served, whatever else is right about it."""

import json
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.active_model import activate
from contract.bundle import MANIFEST, load_bundle, verify_bundle, write_bundle
from contract.errors import ReleaseKeyError, SignatureError
from contract.release import (
    SIGNATURE,
    parse_public_keys,
    public_key_text,
    read_private_key,
    sign_manifest,
    verify_manifest,
    write_private_key,
)
from contract.settings import Settings
from tests.support.release import PUBLIC_KEY, RELEASE_KEY, signed
from tests.unit.contract.test_bundle import CONTENTS

OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
MANIFEST_BYTES = b'{"format": 3}'
GOOD = sign_manifest(MANIFEST_BYTES, RELEASE_KEY)


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path / "models", "example", CONTENTS)


def test_a_signed_bundle_is_served_and_an_unsigned_one_is_not(bundle, tmp_path):
    trusted = Settings(release_key=PUBLIC_KEY).release_keys
    with pytest.raises(SignatureError, match=r"is not signed.*neoscore model sign"):
        load_bundle(bundle.path, trusted)
    with pytest.raises(SignatureError):
        activate(tmp_path / "models", bundle.ref.version, trusted)
    assert signed(bundle).ref == bundle.ref
    assert load_bundle(bundle.path, trusted).ref == bundle.ref
    activate(tmp_path / "models", bundle.ref.version, trusted)
    assert load_bundle(bundle.path, Settings().release_keys), "development serves what nobody signed"


def test_a_bundle_that_another_key_signed_is_refused(bundle):
    signed(bundle)
    with pytest.raises(SignatureError, match="not one of NEOSCORE_RELEASE_KEY"):
        load_bundle(bundle.path, (public_key_text(OTHER),))


def test_the_signature_of_another_bundle_is_refused(bundle, tmp_path):
    other = signed(write_bundle(tmp_path / "models", "example", CONTENTS | {"card.md": b"# Other\n"}))
    (bundle.path / SIGNATURE).write_bytes((other.path / SIGNATURE).read_bytes())
    with pytest.raises(SignatureError, match="altered after it was signed"):
        load_bundle(bundle.path, (PUBLIC_KEY,))


def test_a_bundle_that_came_another_way_verifies_alike(bundle):
    signed(bundle)
    files = {file.name: file.read_bytes() for file in bundle.path.iterdir()}
    assert verify_bundle(bundle.path, files, (PUBLIC_KEY,)).ref == bundle.ref
    files[MANIFEST] += b" "
    with pytest.raises(SignatureError):
        verify_bundle(bundle.path, files, (PUBLIC_KEY,))


@given(st.integers(0, 8 * len(GOOD) - 1))
def test_no_bit_of_a_signature_can_change(bit):
    forged = bytearray(GOOD)
    forged[bit // 8] ^= 1 << bit % 8
    try:
        meant = json.loads(bytes(forged)) == json.loads(GOOD)  # white space
    except ValueError:
        meant = False
    if not meant:
        with pytest.raises(SignatureError):
            verify_manifest(MANIFEST_BYTES, bytes(forged), (PUBLIC_KEY,))


@given(st.binary())
def test_no_bytes_are_a_signature(content):
    with pytest.raises(SignatureError):
        verify_manifest(MANIFEST_BYTES, content, (PUBLIC_KEY,))


@given(st.binary(max_size=200).filter(lambda other: other != MANIFEST_BYTES))
def test_a_signature_is_of_one_manifest(other):
    with pytest.raises(SignatureError, match="altered"):
        verify_manifest(other, GOOD, (PUBLIC_KEY,))


def test_a_signature_for_something_else_is_none_of_a_bundle():
    for signature in (RELEASE_KEY.sign(MANIFEST_BYTES), RELEASE_KEY.sign(b"\0" + MANIFEST_BYTES)):
        written = json.loads(GOOD) | {"signature": __import__("base64").b64encode(signature).decode()}
        with pytest.raises(SignatureError):
            verify_manifest(MANIFEST_BYTES, json.dumps(written).encode(), (PUBLIC_KEY,))


def test_several_keys_can_be_trusted_while_one_replaces_another():
    both = parse_public_keys(f"{public_key_text(OTHER)}, {PUBLIC_KEY}")
    verify_manifest(MANIFEST_BYTES, GOOD, both)
    assert len(both) == 2


@pytest.mark.parametrize("text", ["abc", ",", PUBLIC_KEY + ",", "A" * 44, "é" * 44, PUBLIC_KEY[:-4]])
def test_what_is_no_public_key_is_refused_at_start(text):
    with pytest.raises(ValidationError, match="neoscore model sign"):
        Settings(release_key=text)


def test_production_asks_for_a_release_key():
    with pytest.raises(ValidationError, match="NEOSCORE_RELEASE_KEY must be set in production"):
        Settings(environment="production", pseudonym_key="a-key-of-a-real-bank-0123456789")


def test_a_key_of_openssl_signs(tmp_path):
    file = tmp_path / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", file], check=True)
    key = read_private_key(file)
    verify_manifest(MANIFEST_BYTES, sign_manifest(MANIFEST_BYTES, key), (public_key_text(key),))


def test_a_key_that_was_made_here_is_for_its_owner_only(tmp_path):
    key = write_private_key(file := tmp_path / "home" / "key.pem")
    assert file.stat().st_mode & 0o777 == 0o600
    assert public_key_text(read_private_key(file)) == public_key_text(key)
    with pytest.raises(ReleaseKeyError, match="File exists"):
        write_private_key(file)


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_private_key_is_refused_with_what_to_do(tmp_path, content):
    (file := tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(ReleaseKeyError, match="openssl genpkey"):
        read_private_key(file)
    with pytest.raises(ReleaseKeyError, match="No such file"):
        read_private_key(tmp_path / "none.pem")
