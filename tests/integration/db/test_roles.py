"""What services' roles may do, and that they may do no more."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from contract.access import AccessOutcome, Purpose
from db.access_log import AccessEvent, Actor, record_access
from db.access_log_chain import verify_chain
from db.access_log_reader import EntryFilter, newest_entries
from db.batches import BatchCounts, close_batch, open_batch, recent_batches
from db.client_writes import delete_client, put_client
from db.clients import ClientQuery, count_clients, find_client, sample_clients, search_clients, stream_clients
from db.engine import begin, open_engine
from db.errors import PermissionDeniedError
from db.health import check_database
from db.registry import registered_models
from db.seed import seed_clients
from tests.integration.db.people import people
from tests.unit.db.schema import SCHEMA

pytestmark = pytest.mark.database


@pytest.fixture
def member(engine: Engine) -> Iterator[Callable[[str], Engine]]:
    """Return a function that logs in as a new user with one of the roles."""
    seed_clients(engine, SCHEMA, people(20).items())
    users: list[tuple[str, Engine]] = []

    def log_in(role: str) -> Engine:
        user = f"u{uuid.uuid4().hex[:8]}"
        with begin(engine) as connection:
            connection.execute(text(f"CREATE ROLE {user} LOGIN PASSWORD 'x' IN ROLE {role}"))
        users.append((user, open_engine(engine.url.set(username=user, password="x"))))
        return users[-1][1]

    yield log_in
    for user, opened in users:
        opened.dispose()
        with begin(engine) as connection:
            connection.execute(text(f"DROP ROLE {user}"))


def _read_everything(engine: Engine) -> None:
    client = sample_clients(engine, 1)[0]
    assert find_client(engine, client.client_ref) == client
    assert search_clients(engine, SCHEMA, ClientQuery(sort="AGE")).total == 20
    assert count_clients(engine, SCHEMA) == sum(block.num_rows for block in stream_clients(engine, SCHEMA))
    assert registered_models(engine) == []


def _refused(engine: Engine, *statements: str) -> None:
    for statement in statements:
        with pytest.raises(PermissionDeniedError), begin(engine) as connection:
            connection.execute(text(statement))


INSERT = (
    "INSERT INTO access_log (actor, role, client_ref, purpose, outcome, {}) "
    "VALUES ('a', 'advisor', 'b', 'view', 'shown', 'x')"
)

VIEWED = AccessEvent(Actor("anna", "advisor"), Purpose.VIEW, AccessOutcome.SHOWN, "c1")

CHANGES = (
    "UPDATE clients SET attributes = '{}'",
    "INSERT INTO clients VALUES ('x', '{}')",
    "DELETE FROM clients",
    "TRUNCATE clients",
    "INSERT INTO models VALUES ('v', 'n', 'd')",
    "INSERT INTO model_events (version, kind, actor) VALUES ('v', 'trained', 'w')",
    "UPDATE model_events SET actor = 'x'",
    "DELETE FROM models",
    "SELECT client_ref FROM access_log",
    "UPDATE access_log SET actor = 'x'",
    "DELETE FROM access_log",
    "TRUNCATE access_log",
    "ALTER TABLE access_log DISABLE TRIGGER ALL",
    "DELETE FROM batches",
    "UPDATE alembic_version SET version_num = 'x'",
    "CREATE TABLE mine (score float)",
    "LOCK TABLE access_log_writer IN EXCLUSIVE MODE",
    "INSERT INTO access_log_words VALUES ('purpose', 'curiosity')",
)


def test_readers_read_and_no_more(member: Callable[[str], Engine]) -> None:
    reader = member("neoscore_read")
    _read_everything(reader)
    _refused(reader, *CHANGES, "SELECT * FROM batches")
    with pytest.raises(PermissionDeniedError, match=r"docs/database\.md"):
        record_access(reader, VIEWED)
    with pytest.raises(PermissionDeniedError):
        open_batch(reader, "b", 1)


def test_appenders_append_and_no_more(engine: Engine, member: Callable[[str], Engine]) -> None:
    appender = member("neoscore_append")
    _read_everything(appender)
    record_access(appender, VIEWED)
    open_batch(appender, "run", 5)
    close_batch(appender, "run", BatchCounts(scored=5))
    assert recent_batches(appender)[0].scored == 5
    _refused(
        appender,
        *CHANGES,
        INSERT.format("hash"),
        INSERT.format("login"),
        "UPDATE batches SET batch_id = 'other'",
        "UPDATE batches SET started_at = now()",
    )
    assert verify_chain(engine).intact
    assert all(check.passed for check in check_database(engine))


def test_the_gateway_may_change_clients_and_no_more(engine: Engine, member: Callable[[str], Engine]) -> None:
    desk = member("neoscore_service, neoscore_clients")
    actor = Actor("desk", "service")
    assert put_client(desk, SCHEMA, "new", {"AGE": 30}, actor, Purpose.GATEWAY_CLIENT_PUT)
    assert not put_client(desk, SCHEMA, "new", {"AGE": 31}, actor, Purpose.GATEWAY_CLIENT_PUT)
    assert delete_client(desk, "new", actor, Purpose.GATEWAY_CLIENT_DELETE)
    _refused(desk, *(change for change in CHANGES if " clients" not in change), "TRUNCATE clients")
    with pytest.raises(PermissionDeniedError, match="in another's name"):
        record_access(desk, VIEWED)
    with pytest.raises(PermissionDeniedError):
        put_client(member("neoscore_clients"), SCHEMA, "new", {}, actor, Purpose.GATEWAY_CLIENT_PUT)
    assert find_client(engine, "new") is None


def test_auditors_read_the_log_and_no_more(engine: Engine, member: Callable[[str], Engine]) -> None:
    record_access(engine, VIEWED)
    auditor = member("neoscore_audit")
    assert verify_chain(auditor).entries >= 1
    changes = [statement for statement in CHANGES if not statement.startswith("SELECT")]
    _refused(
        auditor,
        *changes,
        "SELECT * FROM clients",
        "SELECT * FROM models",
        "SELECT * FROM model_events",
        "SELECT * FROM batches",
    )
    with pytest.raises(PermissionDeniedError):
        record_access(auditor, VIEWED)


READ, APPEND = {"SELECT"}, {"INSERT of some columns"}
RUN = {"SELECT", "INSERT of some columns", "UPDATE of some columns"}
MATRIX: dict[str, dict[str, set[str]]] = {
    "neoscore_read": {"clients": READ, "models": READ, "model_events": READ},
    "neoscore_append": {"clients": READ, "models": READ, "model_events": READ, "access_log": APPEND, "batches": RUN},
    "neoscore_service": {"clients": READ, "models": READ, "model_events": READ, "access_log": APPEND, "batches": RUN},
    "neoscore_clients": {"clients": {"SELECT", "INSERT", "UPDATE", "DELETE"}},
    "neoscore_audit": {"access_log": READ},
    "public": {},
}
"""Role → table → what it may do; nothing else, to no other table, sequence, view or function."""


def test_every_role_may_do_to_every_object_what_is_listed_and_no_more(engine: Engine) -> None:
    whole = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    part = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
    with begin(engine) as connection:
        relations = connection.execute(
            text("SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace)")
        ).all()
        functions = connection.execute(
            text("SELECT oid, proname FROM pg_proc WHERE pronamespace = CAST('public' AS regnamespace)")
        ).all()

        schema = connection.execute(text("SELECT CAST(CAST('public' AS regnamespace) AS oid)")).scalar_one()

        def holds(kind: str, role: str, oid: int, privilege: str) -> bool:
            statement = text(f"SELECT has_{kind}_privilege(:role, CAST(:oid AS oid), :privilege)")
            return bool(connection.execute(statement, {"role": role, "oid": oid, "privilege": privilege}).scalar_one())

        for role, allowed in MATRIX.items():
            for oid, name, kind in relations:
                if kind == "S":
                    assert not any(holds("sequence", role, oid, one) for one in ("USAGE", "SELECT", "UPDATE")), name
                elif kind in ("r", "p", "v", "m", "f"):
                    found = {one for one in whole if holds("table", role, oid, one)}
                    some = {one for one in part if one not in found and holds("any_column", role, oid, one)}
                    assert found | {f"{one} of some columns" for one in some} == allowed.get(name, set()), (role, name)
            for oid, name in functions:
                assert not holds("function", role, oid, "EXECUTE"), (role, name)
            assert not holds("schema", role, schema, "CREATE"), role


def test_no_function_looks_for_names_where_a_caller_could_put_his_own(engine: Engine) -> None:
    with begin(engine) as connection:
        found = connection.execute(
            text("SELECT proname, proconfig FROM pg_proc WHERE pronamespace = CAST('public' AS regnamespace)")
        ).all()
    assert {name for name, _ in found} == {"access_log_append", "access_log_refuse"}
    for name, settings in found:
        assert "search_path=pg_catalog, pg_temp" in settings, name


def test_the_login_in_an_entry_is_the_one_that_wrote_it(engine: Engine, member: Callable[[str], Engine]) -> None:
    """Neither a role that was taken on nor a value for the column changes it."""
    appender = member("neoscore_append")
    with begin(appender) as connection:
        connection.execute(text("SET ROLE neoscore_append"))
        connection.execute(text(INSERT.replace(", {}", "").replace(", 'x'", "")))
    newest = newest_entries(engine, EntryFilter(), 1)[0]
    assert newest.login == appender.url.username
    with pytest.raises(PermissionDeniedError), begin(appender) as connection:
        connection.execute(text("SET SESSION AUTHORIZATION neoscore"))
    with pytest.raises(PermissionDeniedError), begin(appender) as connection:
        connection.execute(text("LOCK TABLE access_log_writer IN EXCLUSIVE MODE"))


def test_check_notices_a_role_that_may_too_much(engine: Engine) -> None:
    with begin(engine) as connection:
        connection.execute(text("GRANT SELECT ON access_log TO neoscore_append"))
    assert [check.name for check in check_database(engine) if not check.passed and check.name == "roles"] == ["roles"]
