"""The chain, checked without a database."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.access_log_chain import GENESIS, entry_hash, verify_entries


@dataclass(frozen=True)
class Entry:
    id: int
    at: datetime
    actor: str
    role: str
    client_ref: str
    purpose: str
    outcome: str
    previous_hash: str
    hash: str = ""
    login: str = ""
    request_id: str = ""
    address: str = ""
    business_purpose: str = ""
    model_version: str = ""
    model_digest: str = ""
    features: tuple[str, ...] = ()
    row_count: int | None = None
    shown: str = ""


def _chain(n: int, role: str = "advisor", login: str = "dashboard") -> list[Any]:
    entries, head = [], GENESIS
    for i in range(1, n + 1):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=i)
        entry = Entry(i, at, "anna", role, f"c{i}", "view", "shown", head, login=login)
        entries.append(replace(entry, hash=entry_hash(entry)))  # type: ignore[arg-type]
        head = entries[-1].hash
    return entries


def test_an_empty_log_is_sound() -> None:
    found = verify_entries([])
    assert (found.intact, found.entries, found.head) == (True, 0, GENESIS)


def test_a_whole_chain_is_sound() -> None:
    entries = _chain(5)
    found = verify_entries(entries)
    assert (found.intact, found.entries, found.head) == (True, 5, entries[-1].hash)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "somebody else"},
        {"role": "auditor"},
        {"role": ""},
        {"client_ref": "c9"},
        {"purpose": "curiosity"},
        {"outcome": "failed"},
        {"at": datetime(2026, 1, 2, tzinfo=UTC)},
        {"login": "gateway"},
        {"login": ""},
        {"request_id": "r1"},
        {"address": "0" * 32},
        {"business_purpose": "complaint"},
        {"model_version": "m-1"},
        {"model_digest": "a" * 64},
        {"features": ("AGE",)},
        {"row_count": 0},
        {"shown": "AAAA"},
        {"hash": "0" * 64},
        {"id": 7},
    ],
)
def test_any_change_breaks_the_chain_where_it_was_made(change: dict[str, Any]) -> None:
    entries = _chain(5)
    entries[2] = replace(entries[2], **change)
    assert verify_entries(entries).first_invalid == 3


def test_entries_from_before_there_were_roles_are_still_sound() -> None:
    entry = replace(_chain(1, role="", login="")[0], purpose="advice", outcome="scored")
    assert entry_hash(entry) == "f8042895f487b5537112fc57536e2e5acae088b8af5d164452d75f3096420792"
    assert verify_entries(_chain(3, role="", login="")).intact


def test_entries_from_before_logins_were_kept_are_still_sound() -> None:
    assert verify_entries(_chain(3, login="")).intact


def test_names_of_features_cannot_be_joined_or_moved_unnoticed() -> None:
    entry = replace(_chain(1)[0], features=("AB", "C"))
    for other in (("A", "BC"), ("ABC",), ("AB", "C", "")):
        assert entry_hash(replace(entry, features=other)) != entry_hash(entry)


def test_a_changed_entry_with_a_new_hash_breaks_the_next_one() -> None:
    entries = _chain(5)
    forged = replace(entries[2], actor="somebody else")
    entries[2] = replace(forged, hash=entry_hash(forged))
    assert verify_entries(entries).first_invalid == 4


def test_a_removed_entry_is_noticed() -> None:
    entries = _chain(5)
    del entries[1]
    assert verify_entries(entries).first_invalid == 2


def test_stored_heads_prove_the_entries_up_to_the_newest_of_them() -> None:
    entries = _chain(5)
    heads = [GENESIS, entries[1].hash, entries[4].hash, "f" * 64]
    assert verify_entries(entries, heads).known_heads == {GENESIS: 0, heads[1]: 2, heads[2]: 5}
    assert verify_entries(entries[:3], heads).known_heads == {GENESIS: 0, heads[1]: 2}, "cut between the two"
    assert verify_entries(entries).newest_at == entries[4].at


def test_moving_text_between_fields_changes_the_hash() -> None:
    entry = _chain(1)[0]
    moved = replace(entry, actor="annaadvisor", role="", client_ref="c1")
    assert entry_hash(moved) != entry_hash(entry)


def test_the_hash_does_not_depend_on_the_time_zone_of_the_reader() -> None:
    from datetime import timezone

    entry = _chain(1)[0]
    assert entry_hash(replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=9))))) == entry.hash
