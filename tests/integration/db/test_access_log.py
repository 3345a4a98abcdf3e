"""The access log in PostgreSQL: one chain whoever writes, and no way to change it unnoticed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, select, text

from contract.access import AccessOutcome, Purpose
from contract.messages import ModelRef
from db.access_log import AccessEvent, Actor, ListShown, append_entries, record_access, record_accesses
from db.access_log_chain import verify_chain, verify_entries
from db.engine import begin, connect, open_engine
from db.errors import DatabaseError, DatabaseUnavailableError, PermissionDeniedError
from db.migrate import migrate
from db.tables import AccessLogRow

pytestmark = pytest.mark.database


@pytest.fixture
def log(new_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(new_database())
    migrate(engine)
    yield engine
    engine.dispose()


ADVISOR = Actor("anna", "advisor")

INSERT = (
    "INSERT INTO access_log (actor, role, client_ref, purpose, outcome) VALUES ('a', :role, 'b', :purpose, :outcome)"
)

VIEW = {"role": "advisor", "purpose": "view", "outcome": "shown"}


def _view(client_ref: str = "", actor: Actor = ADVISOR) -> AccessEvent:
    return AccessEvent(actor, Purpose.VIEW, AccessOutcome.SHOWN, client_ref)


def _upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "db:migrations")
    with begin(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _insert_and_roll_back(log: Engine) -> None:
    with begin(log) as connection:
        connection.execute(text(INSERT), VIEW)
        raise ZeroDivisionError


def test_writers_at_the_same_time_make_one_chain(log: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda i: record_access(log, _view(f"client {i}", Actor(f"anna {i % 8} é", "advisor"))),
                range(200),
            )
        )
    found = verify_chain(log)
    assert (found.intact, found.entries) == (True, 200)


def test_entries_given_together_follow_in_their_order(log: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        groups = [[_view(str(i), Actor(f"anna {g}", "advisor")) for i in range(50)] for g in range(8)]
        list(pool.map(lambda group: record_accesses(log, group), groups))
    with connect(log) as connection:
        found = connection.execute(text("SELECT actor, client_ref FROM access_log ORDER BY id")).all()
    assert verify_chain(log).intact
    for group in groups:
        assert [ref for actor, ref in found if actor == group[0].actor.name] == [entry.client_ref for entry in group]


def test_one_entry_that_cannot_be_written_leaves_none_of_its_group(log: Engine) -> None:
    with pytest.raises(DatabaseError, match="vocabulary"):
        record_accesses(log, [_view("c1"), _view("c2", Actor("anna", "boss"))])
    assert verify_chain(log).entries == 0


def test_the_database_decides_number_time_and_hash(log: Engine) -> None:
    row = "(99, '2001-01-01', 'me', 'c', 'view', 'shown', 'x', 'y', 'advisor', 'somebody else')"
    with begin(log) as connection:
        connection.execute(text(f"INSERT INTO access_log VALUES {row}, {row}"))
        assert (
            connection.execute(text("SELECT count(*) FROM access_log WHERE at < now() - interval '1 day'")).scalar()
            == 0
        )
        own = text("SELECT DISTINCT login = session_user FROM access_log")
        assert connection.execute(own).scalars().all() == [True]
    found = verify_chain(log)
    assert (found.intact, found.entries) == (True, 2)


def test_an_entry_that_is_rolled_back_leaves_no_gap(log: Engine) -> None:
    record_access(log, _view("c1"))
    with pytest.raises(ZeroDivisionError):
        _insert_and_roll_back(log)
    record_access(log, _view("c2"))
    found = verify_chain(log)
    assert (found.intact, found.entries) == (True, 2)


@pytest.mark.parametrize(
    "change", ["UPDATE access_log SET actor = 'x'", "DELETE FROM access_log", "TRUNCATE access_log"]
)
def test_not_even_the_owner_changes_it(log: Engine, change: str) -> None:
    record_access(log, _view("c1"))
    with pytest.raises(PermissionDeniedError), begin(log) as connection:
        connection.execute(text(change))
    assert verify_chain(log).entries == 1


@pytest.mark.parametrize(
    ("change", "first_invalid"),
    [
        ("UPDATE access_log SET actor = 'x' WHERE id = 3", 3),
        ("UPDATE access_log SET login = 'x' WHERE id = 4", 4),
        ("DELETE FROM access_log WHERE id = 2", 2),
    ],
)
def test_whoever_takes_the_guard_away_is_noticed(log: Engine, change: str, first_invalid: int) -> None:
    for i in range(5):
        record_access(log, _view(f"c{i}"))
    with begin(log) as connection:
        connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER refuse"))
        connection.execute(text(change))
    assert verify_chain(log).first_invalid == first_invalid


def test_entries_from_before_there_were_roles_stay_in_the_chain(new_database: Callable[[], str]) -> None:
    engine = open_engine(new_database())
    _upgrade(engine, "0001")
    with begin(engine) as connection:
        old = "INSERT INTO access_log (who, client_ref, purpose, outcome) VALUES ('anna', 'b', 'c', 'scored')"
        connection.execute(text(old))
        connection.execute(text(old))
    migrate(engine)
    record_access(engine, _view("c1"))
    found = verify_chain(engine)
    assert (found.intact, found.entries) == (True, 3)
    with pytest.raises(DatabaseError), begin(engine) as connection:
        connection.execute(text(old))
    engine.dispose()


def test_entries_from_before_logins_were_kept_stay_in_the_chain(new_database: Callable[[], str]) -> None:
    engine = open_engine(new_database())
    _upgrade(engine, "0004")
    old = "INSERT INTO access_log (who, role, client_ref, purpose, outcome) VALUES ('anna', 'boss', 'b', 'c', 'scored')"
    with begin(engine) as connection:
        connection.execute(text(old))
    migrate(engine)
    record_access(engine, _view("c1"))
    found = verify_chain(engine)
    assert (found.intact, found.entries) == (True, 2)
    engine.dispose()


@pytest.mark.parametrize(
    "word",
    [
        *({"role": role} for role in ("", "Advisor", "role 7", "x" * 65, "advisor,boss", "advisor,")),
        *({"outcome": outcome} for outcome in ("0.37", "scored 0.37", "", "Scored", "x" * 40, "scored\n")),
        *({"purpose": purpose} for purpose in ("", "curiosity", "view 0.37")),
    ],
)
def test_roles_purposes_and_outcomes_are_words_of_the_vocabulary(log: Engine, word: dict[str, str]) -> None:
    with pytest.raises(DatabaseError, match="vocabulary"), begin(log) as connection:
        connection.execute(text(INSERT), VIEW | word)
    assert verify_chain(log).entries == 0


def test_the_vocabulary_grows_with_the_program_and_never_shrinks(log: Engine) -> None:
    with begin(log) as connection:
        connection.execute(text("DELETE FROM access_log_words WHERE word = 'view'"))
        connection.execute(text("INSERT INTO access_log_words VALUES ('purpose', 'word_of_yesterday')"))
    with pytest.raises(DatabaseError, match="db migrate"):
        record_access(log, _view())
    migrate(log)
    record_access(log, _view())
    with begin(log) as connection:
        connection.execute(text(INSERT), VIEW | {"purpose": "word_of_yesterday"})
    assert verify_chain(log).entries == 2


def test_every_field_of_an_entry_is_in_its_hash(log: Engine) -> None:
    """What each column holds, changed behind the trigger's back, breaks the chain at its entry."""
    full = AccessEvent(
        Actor("anna", "advisor", "0" * 32), Purpose.LIST, AccessOutcome.SHOWN, "c1", ModelRef("m", "m-1", "a" * 64),
        "request-1", "complaint", ListShown(["AGE", "BILL é"], 2, "AAAA"),
    )  # fmt: skip
    record_accesses(log, [full, full])
    assert verify_chain(log).intact
    changes = {"row_count": "3", "features": "'{AGE}'", "at": "now()", "id": "9"}
    changes |= {"model_version": "'m-2', model_digest = repeat('b', 64)", "model_digest": "repeat('b', 64)"}
    changes |= {"address": "''", "shown": "''", "business_purpose": "'application'"}
    for column in [column.name for column in AccessLogRow.__table__.columns]:
        with connect(log) as connection:
            connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER refuse"))
            value = changes.get(column, "'other'")
            connection.execute(text(f"UPDATE access_log SET {column} = {value} WHERE id = 2"))
            rows = connection.execute(select(AccessLogRow.__table__).order_by(AccessLogRow.id)).all()
            connection.rollback()
        assert verify_entries(rows).first_invalid == 2, column


def test_a_writer_that_does_not_finish_is_answered_in_a_sentence_and_a_reader_cannot_hold_writers_up(
    log: Engine,
) -> None:
    with begin(log) as reader:
        reader.execute(text("LOCK TABLE access_log IN ACCESS SHARE MODE"))
        reader.execute(text("SELECT pg_advisory_xact_lock(7368101)"))
        record_access(log, _view("c1"))
    with begin(log) as stuck:
        append_entries(stuck, [_view("c2")])
        with pytest.raises(DatabaseUnavailableError, match="more than 2 s; try again"):
            record_access(log, _view("c3"))
    assert verify_chain(log).entries == 2
