"""What services' roles may do, and that they may do no more."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from contract.access import Purpose
from db.access_log import Actor, record_access
from db.access_log_chain import verify_chain
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


CHANGES = (
    "UPDATE clients SET attributes = '{}'",
    "INSERT INTO clients VALUES ('x', '{}')",
    "DELETE FROM clients",
    "TRUNCATE clients",
    "INSERT INTO models VALUES ('v', 'n', 'd')",
    "INSERT INTO model_events (version, kind, who) VALUES ('v', 'trained', 'w')",
    "UPDATE model_events SET who = 'x'",
    "DELETE FROM models",
    "SELECT client_ref FROM access_log",
    "UPDATE access_log SET who = 'x'",
    "DELETE FROM access_log",
    "TRUNCATE access_log",
    "ALTER TABLE access_log DISABLE TRIGGER ALL",
    "DELETE FROM batches",
    "UPDATE alembic_version SET version_num = 'x'",
    "CREATE TABLE mine (score float)",
)


def test_readers_read_and_no_more(member: Callable[[str], Engine]) -> None:
    reader = member("neoscore_read")
    _read_everything(reader)
    _refused(reader, *CHANGES, "SELECT * FROM batches")
    with pytest.raises(PermissionDeniedError, match=r"docs/database\.md"):
        record_access(reader, Actor("anna", "advisor"), "advice", "scored", "c1")
    with pytest.raises(PermissionDeniedError):
        open_batch(reader, "b", 1)


def test_appenders_append_and_no_more(engine: Engine, member: Callable[[str], Engine]) -> None:
    appender = member("neoscore_append")
    _read_everything(appender)
    record_access(appender, Actor("anna", "advisor"), "advice", "scored", "c1")
    open_batch(appender, "run", 5)
    close_batch(appender, "run", BatchCounts(scored=5))
    assert recent_batches(appender)[0].scored == 5
    _refused(
        appender,
        *CHANGES,
        "INSERT INTO access_log (who, role, client_ref, purpose, outcome, hash) VALUES ('a', 'r', 'b', 'c', 'd', 'e')",
        "UPDATE batches SET batch_id = 'other'",
        "UPDATE batches SET started_at = now()",
    )
    assert verify_chain(engine).intact
    assert all(check.passed for check in check_database(engine))


def test_the_gateway_may_change_clients_and_no_more(engine: Engine, member: Callable[[str], Engine]) -> None:
    desk = member("neoscore_append, neoscore_clients")
    actor = Actor("desk", "service")
    assert put_client(desk, SCHEMA, "new", {"AGE": 30}, actor, Purpose.GATEWAY_CLIENT_PUT)
    assert not put_client(desk, SCHEMA, "new", {"AGE": 31}, actor, Purpose.GATEWAY_CLIENT_PUT)
    assert delete_client(desk, "new", actor, Purpose.GATEWAY_CLIENT_DELETE)
    _refused(desk, *(change for change in CHANGES if " clients" not in change), "TRUNCATE clients")
    with pytest.raises(PermissionDeniedError):
        put_client(member("neoscore_clients"), SCHEMA, "new", {}, actor, Purpose.GATEWAY_CLIENT_PUT)
    assert find_client(engine, "new") is None


def test_auditors_read_the_log_and_no_more(engine: Engine, member: Callable[[str], Engine]) -> None:
    record_access(engine, Actor("anna", "advisor"), "advice", "scored", "c1")
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
        record_access(auditor, Actor("eve", "auditor"), "advice", "scored")


def test_check_notices_a_role_that_may_too_much(engine: Engine) -> None:
    with begin(engine) as connection:
        connection.execute(text("GRANT SELECT ON access_log TO neoscore_append"))
    assert [check.name for check in check_database(engine) if not check.passed and check.name == "roles"] == ["roles"]
