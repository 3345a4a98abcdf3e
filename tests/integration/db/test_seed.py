"""Loading clients: all or nothing, and nothing is lost on the way."""

from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, text

from contract.schema import FeatureSchema
from db.clients import ClientQuery, find_client, search_clients
from db.errors import SeedError
from db.seed import seed_clients, upsert_clients
from tests.integration.db.people import people
from tests.unit.db.schema import SCHEMA

pytestmark = pytest.mark.database


def _indexes(engine: Engine) -> int:
    with engine.connect() as connection:
        statement = text("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'clients_by_%'")
        return int(connection.execute(statement).scalar_one())


def test_seeding_replaces_all_clients_and_follows_the_schema(engine: Engine) -> None:
    heard: list[int] = []
    assert seed_clients(engine, SCHEMA, people(2500).items(), heard.append) == 2500
    assert heard == [1000, 2000, 2500]
    assert _indexes(engine) == len(SCHEMA.features)
    smaller = FeatureSchema("smaller", SCHEMA.features[:2])
    assert seed_clients(engine, smaller, [("only", {"AGE": 30.0})]) == 1
    assert search_clients(engine, smaller, ClientQuery()).total == 1
    assert _indexes(engine) == 2


def test_values_arrive_as_they_were(engine: Engine) -> None:
    awkward, level = r"back\slash\t and 'quotes' \N \.", r"""lev\el "x" 'y' é"""
    given = {
        awkward: {"SEX": level, "LIMIT_BAL": 0.1 + 0.2},
        "numpy": {"AGE": np.int64(30), "LIMIT_BAL": np.float64(1e-300), "in-arrears": np.float32("nan"), "SEX": 2.0},
        "big": {"LIMIT_BAL": 2.0**53 + 2, "credit.amount": -0.5, "AGE": None},
    }
    seed_clients(engine, SCHEMA, given.items())
    stored = {ref: dict(client.attributes) for ref in given if (client := find_client(engine, ref))}
    assert stored == given | {"numpy": {"AGE": 30, "LIMIT_BAL": 1e-300, "in-arrears": None, "SEX": "2"}}


@pytest.mark.parametrize(
    ("client", "says"),
    [
        (("x", {"AGE": "hunter2"}), "client 4: AGE is not a number"),
        (("x", {"AGE": float("inf")}), "client 4: AGE is not a finite number"),
        (("x", {"hunter": 1}), "client 4: the schema has no feature 'hunter'"),
        (("", {}), "client 4: a client reference is"),
        (("a\tb", {}), "client 4: a client reference is"),
        (("x", {"SEX": "a\nb"}), "client 4: the level of SEX"),
        (("second", {}), "two clients have the same reference"),
    ],
)
def test_clients_that_cannot_be_stored_change_nothing(engine: Engine, client: tuple[str, Any], says: str) -> None:
    seed_clients(engine, SCHEMA, [("before", {"AGE": 30})])
    indexes = _indexes(engine)
    bad = [("first", {"AGE": 1}), ("second", {}), ("third", {}), client]
    with pytest.raises(SeedError) as caught:
        seed_clients(engine, SCHEMA, bad)
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "second" not in str(caught.value)
    assert find_client(engine, "before") is not None
    assert (search_clients(engine, SCHEMA, ClientQuery()).total, _indexes(engine)) == (1, indexes)


def test_an_error_of_the_source_comes_through_and_changes_nothing(engine: Engine) -> None:
    seed_clients(engine, SCHEMA, [("before", {"AGE": 30})])

    def broken() -> Any:
        yield "first", {}
        raise KeyError("the file ends here")

    with pytest.raises(KeyError, match="the file ends here"):
        seed_clients(engine, SCHEMA, broken())
    assert find_client(engine, "before") is not None


@pytest.mark.parametrize("changed", [5, 400])
def test_few_and_many_changed_clients_leave_every_index(engine: Engine, changed: int) -> None:
    stored = people(500)
    seed_clients(engine, SCHEMA, stored.items())
    some = list(stored)[:changed]
    counts = upsert_clients(engine, SCHEMA, [*((ref, {"AGE": 33.0}) for ref in some), ("zz-new", {"AGE": 34.0})])
    assert counts == (1, changed)
    assert _indexes(engine) == len(SCHEMA.features)
    assert search_clients(engine, SCHEMA, ClientQuery()).total == 501
    found = find_client(engine, some[-1])
    assert found is not None
    assert dict(found.attributes) == {"AGE": 33}
