"""The access log in PostgreSQL: one chain whoever writes, and no way to change it unnoticed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from db.access_log import AccessEvent, Actor, record_access, record_accesses
from db.access_log_chain import verify_chain
from db.engine import begin, connect, open_engine
from db.errors import DatabaseError, PermissionDeniedError
from db.migrate import migrate

pytestmark = pytest.mark.database


@pytest.fixture
def log(new_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(new_database())
    migrate(engine)
    yield engine
    engine.dispose()


ADVISOR = Actor("anna", "advisor")

INSERT = "INSERT INTO access_log (who, role, client_ref, purpose, outcome) VALUES ('a', :role, 'b', 'c', :outcome)"


def _insert_and_roll_back(log: Engine) -> None:
    with begin(log) as connection:
        connection.execute(text(INSERT), {"role": "advisor", "outcome": "scored"})
        raise ZeroDivisionError


def test_writers_at_the_same_time_make_one_chain(log: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda i: record_access(log, Actor(f"anna {i % 8} é", "advisor"), "advice", "scored", f"client {i}"),
                range(200),
            )
        )
    found = verify_chain(log)
    assert (found.intact, found.entries) == (True, 200)


def test_entries_given_together_follow_in_their_order(log: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        groups = [[AccessEvent(ADVISOR, f"advice {g}", "scored", str(i)) for i in range(50)] for g in range(8)]
        list(pool.map(lambda group: record_accesses(log, group), groups))
    with connect(log) as connection:
        found = connection.execute(text("SELECT purpose, client_ref FROM access_log ORDER BY id")).all()
    assert verify_chain(log).intact
    for group in groups:
        assert [ref for purpose, ref in found if purpose == group[0].purpose] == [entry.client_ref for entry in group]


def test_one_entry_that_cannot_be_written_leaves_none_of_its_group(log: Engine) -> None:
    for bad in (
        AccessEvent(ADVISOR, "advice", "0.37", "c2"),
        AccessEvent(Actor("anna", "7"), "advice", "scored", "c2"),
    ):
        with pytest.raises(DatabaseError, match="one word"):
            record_accesses(log, [AccessEvent(ADVISOR, "advice", "scored", "c1"), bad])
    assert verify_chain(log).entries == 0


def test_the_database_decides_number_time_and_hash(log: Engine) -> None:
    row = "(99, '2001-01-01', 'me', 'c', 'advice', 'scored', 'x', 'y', 'advisor')"
    with begin(log) as connection:
        connection.execute(text(f"INSERT INTO access_log VALUES {row}, {row}"))
        assert (
            connection.execute(text("SELECT count(*) FROM access_log WHERE at < now() - interval '1 day'")).scalar()
            == 0
        )
    found = verify_chain(log)
    assert (found.intact, found.entries) == (True, 2)


def test_an_entry_that_is_rolled_back_leaves_no_gap(log: Engine) -> None:
    record_access(log, ADVISOR, "advice", "scored", "c1")
    with pytest.raises(ZeroDivisionError):
        _insert_and_roll_back(log)
    record_access(log, ADVISOR, "advice", "scored", "c2")
    found = verify_chain(log)
    assert (found.intact, found.entries) == (True, 2)


@pytest.mark.parametrize("change", ["UPDATE access_log SET who = 'x'", "DELETE FROM access_log", "TRUNCATE access_log"])
def test_not_even_the_owner_changes_it(log: Engine, change: str) -> None:
    record_access(log, ADVISOR, "advice", "scored", "c1")
    with pytest.raises(PermissionDeniedError), begin(log) as connection:
        connection.execute(text(change))
    assert verify_chain(log).entries == 1


@pytest.mark.parametrize(
    ("change", "first_invalid"),
    [("UPDATE access_log SET who = 'x' WHERE id = 3", 3), ("DELETE FROM access_log WHERE id = 2", 2)],
)
def test_whoever_takes_the_guard_away_is_noticed(log: Engine, change: str, first_invalid: int) -> None:
    for i in range(5):
        record_access(log, ADVISOR, "advice", "scored", f"c{i}")
    with begin(log) as connection:
        connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER refuse"))
        connection.execute(text(change))
    assert verify_chain(log).first_invalid == first_invalid


def test_entries_from_before_there_were_roles_stay_in_the_chain(new_database: Callable[[], str]) -> None:
    engine = open_engine(new_database())
    config = Config()
    config.set_main_option("script_location", "db:migrations")
    with begin(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        old = "INSERT INTO access_log (who, client_ref, purpose, outcome) VALUES ('anna', 'b', 'c', 'scored')"
        connection.execute(text(old))
        connection.execute(text(old))
    migrate(engine)
    record_access(engine, ADVISOR, "advice", "scored", "c1")
    found = verify_chain(engine)
    assert (found.intact, found.entries) == (True, 3)
    with pytest.raises(DatabaseError), begin(engine) as connection:
        connection.execute(text(old))
    engine.dispose()


@pytest.mark.parametrize("role", ["", "Advisor", "role 7", "x" * 65])
def test_a_new_entry_needs_a_role(log: Engine, role: str) -> None:
    with pytest.raises(DatabaseError, match="role"):
        record_access(log, Actor("anna", role), "advice", "scored")
    with pytest.raises(DatabaseError), begin(log) as connection:
        connection.execute(text(INSERT), {"role": role, "outcome": "scored"})
    assert verify_chain(log).entries == 0


@pytest.mark.parametrize("outcome", ["0.37", "scored 0.37", "", "Scored", "x" * 40, "scored\n"])
def test_an_outcome_cannot_hold_a_score(log: Engine, outcome: str) -> None:
    with pytest.raises(DatabaseError, match="one word"):
        record_access(log, ADVISOR, "advice", outcome, "c1")
    with pytest.raises(DatabaseError), begin(log) as connection:
        connection.execute(text(INSERT), {"role": "advisor", "outcome": outcome})
    assert verify_chain(log).entries == 0
