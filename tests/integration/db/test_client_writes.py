"""Adding, changing and deleting clients: one at a time with an entry in the access log, or many at once."""

import pytest
from sqlalchemy import Engine, text

from contract.access import Purpose
from contract.schema import FeatureSchema
from db.access_log import Actor
from db.access_log_chain import verify_chain
from db.client_fit import client_fit, lacking_features
from db.client_writes import delete_client, delete_clients, put_client
from db.clients import ClientQuery, RangeCriterion, find_client, search_clients
from db.engine import begin, connect
from db.errors import DatabaseError, SeedError
from db.seed import seed_clients, upsert_clients
from tests.integration.db.people import people
from tests.unit.db.schema import SCHEMA

pytestmark = pytest.mark.database

DESK = Actor("desk", "service")


def _entries(engine: Engine) -> list[tuple[str, str, str]]:
    with connect(engine) as connection:
        statement = text("SELECT purpose, outcome, client_ref FROM access_log ORDER BY id")
        return [tuple(row) for row in connection.execute(statement)]


def test_new_clients_are_added_known_ones_changed_and_the_others_stay(engine: Engine) -> None:
    seed_clients(engine, SCHEMA, {"kept": {"AGE": 20}, "changed": {"AGE": 30, "LIMIT_BAL": 5}}.items())
    heard: list[int] = []
    counts = upsert_clients(engine, SCHEMA, {"changed": {"AGE": 31}, "new": {"AGE": 40}}.items(), heard.append)
    assert (counts.inserted, counts.updated, heard) == (1, 1, [2])
    found = {ref: dict(client.attributes) for ref in ("kept", "changed", "new") if (client := find_client(engine, ref))}
    assert found == {"kept": {"AGE": 20}, "changed": {"AGE": 31}, "new": {"AGE": 40}}
    again = upsert_clients(engine, SCHEMA, {"changed": {"AGE": 31}, "new": {"AGE": 40}}.items())
    assert (again.inserted, again.updated) == (0, 2)


def test_loading_is_all_or_nothing(engine: Engine) -> None:
    seed_clients(engine, SCHEMA, [("before", {"AGE": 30})])
    for bad in ([("new", {}), ("x", {"AGE": "hunter2"})], [("new", {}), ("new", {})]):
        with pytest.raises(SeedError) as caught:
            upsert_clients(engine, SCHEMA, bad)
        assert "hunter2" not in str(caught.value)
    assert find_client(engine, "new") is None
    assert search_clients(engine, SCHEMA, ClientQuery()).total == 1


def test_searches_follow_a_schema_that_changed(engine: Engine) -> None:
    seed_clients(engine, FeatureSchema("smaller", SCHEMA.features[:2]), [("old", {"AGE": 30})])
    upsert_clients(engine, SCHEMA, [("new", {"AGE": 40, "in-arrears": 3})])
    query = ClientQuery(criteria=[RangeCriterion("in-arrears", 1)])
    assert [client.client_ref for client in search_clients(engine, SCHEMA, query).clients] == ["new"]
    with connect(engine) as connection:
        names = text("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'clients_by_%'")
        assert connection.execute(names).scalar_one() == len(SCHEMA.features)


def test_one_client_is_written_together_with_its_entry(engine: Engine) -> None:
    seed_clients(engine, SCHEMA, [])
    assert put_client(engine, SCHEMA, "a", {"AGE": 30}, DESK, Purpose.GATEWAY_CLIENT_PUT)
    assert not put_client(engine, SCHEMA, "a", {"AGE": 31, "SEX": "2"}, DESK, Purpose.GATEWAY_CLIENT_PUT)
    client = find_client(engine, "a")
    assert client is not None
    assert dict(client.attributes) == {"AGE": 31, "SEX": "2"}
    assert delete_client(engine, "a", DESK, Purpose.GATEWAY_CLIENT_DELETE)
    assert not delete_client(engine, "a", DESK, Purpose.GATEWAY_CLIENT_DELETE)
    assert find_client(engine, "a") is None
    assert _entries(engine)[-4:] == [
        ("gateway_client_put", "created", "a"),
        ("gateway_client_put", "updated", "a"),
        ("gateway_client_delete", "deleted", "a"),
        ("gateway_client_delete", "not_found", "a"),
    ]
    assert verify_chain(engine).intact


def test_without_an_entry_nothing_is_changed(engine: Engine) -> None:
    seed_clients(engine, SCHEMA, [("a", {"AGE": 30})])
    nameless = Actor("desk", "not a role!")
    with pytest.raises(DatabaseError, match="role"):
        put_client(engine, SCHEMA, "b", {}, nameless, Purpose.GATEWAY_CLIENT_PUT)
    with pytest.raises(DatabaseError, match="role"):
        delete_client(engine, "a", nameless, Purpose.GATEWAY_CLIENT_DELETE)
    assert find_client(engine, "a") is not None
    assert find_client(engine, "b") is None


def test_many_are_deleted_at_once_and_unknown_ones_are_ignored(engine: Engine) -> None:
    everyone = people(30)
    seed_clients(engine, SCHEMA, everyone.items())
    gone = [*everyone][:20]
    assert delete_clients(engine, [*gone, "nobody", gone[0]]) == 20
    assert search_clients(engine, SCHEMA, ClientQuery()).total == 10


def test_clients_that_lack_what_a_model_needs_are_counted_and_named(engine: Engine) -> None:
    clients = {
        "fits": {"AGE": 30, "LIMIT_BAL": None, "credit.amount": 1, "in-arrears": 0, "SEX": "1"},
        "lacks": {"AGE": 30, "LIMIT_BAL": 1, "credit.amount": 1, "in-arrears": 0},
        "other types": {"AGE": 30, "LIMIT_BAL": 1, "credit.amount": 1, "in-arrears": 0, "SEX": "1"},
    }
    seed_clients(engine, SCHEMA, clients.items())
    with begin(engine) as connection:
        raw = """UPDATE clients SET attributes = attributes || '{"SEX": 7}' WHERE client_ref = 'other types'"""
        connection.execute(text(raw))
    fit = client_fit(engine, SCHEMA)
    assert (fit.clients, fit.unfit, fit.lacking, fit.treated_as_missing) == (3, 2, ("SEX",), ())
    (sentence,) = fit.sentences()
    assert sentence.startswith("2 of 3 clients cannot be scored: the model needs SEX")
    for ref in clients:
        client = find_client(engine, ref)
        assert client is not None
        assert lacking_features(SCHEMA, client.attributes) == ([] if ref == "fits" else ["SEX"])
