"""Keyed hashes of who was on a list, and of addresses: only who has the key can ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.settings import Settings
from db.access_log_hashes import AccessLogHasher, OtherKeyError

HASHER = AccessLogHasher(Settings(pseudonym_key="a key of at least 16 bytes"))
OTHER = AccessLogHasher(Settings(pseudonym_key="another key, as long as it"))

REFERENCES = st.lists(st.text(min_size=1, max_size=40), unique=True, max_size=12)


@given(REFERENCES, st.text(min_size=1, max_size=40))
def test_a_client_was_on_a_list_exactly_if_it_was_shown(shown: list[str], other: str) -> None:
    hashes = HASHER.shown(shown)
    assert all(HASHER.was_shown(hashes, one) for one in shown)
    assert HASHER.was_shown(hashes, other) == (other in shown)


def test_no_list_tells_which_clients_it_shares_with_another_or_in_which_order_they_were() -> None:
    first, again = HASHER.shown(["a", "b"]), HASHER.shown(["a", "b"])
    assert first != again
    assert len(first) == len(again) == len(HASHER.shown(["b", "c"]))
    assert HASHER.shown([]) == ""
    assert not HASHER.was_shown("", "a")


def test_a_list_under_another_key_is_not_taken_for_one_without_the_client() -> None:
    with pytest.raises(OtherKeyError):
        OTHER.was_shown(HASHER.shown(["a"]), "a")


def test_an_address_has_one_hash_under_one_key() -> None:
    assert HASHER.address("192.0.2.7") == HASHER.address("192.0.2.7") != HASHER.address("192.0.2.8")
    assert HASHER.address("192.0.2.7") != OTHER.address("192.0.2.7")
    assert HASHER.address("") == ""
    assert len(HASHER.address("2001:db8::1")) == 32
