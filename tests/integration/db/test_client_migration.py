"""Clients that were stored for another schema."""

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, text

from contract.schema import Feature, FeatureSchema, FeatureType, LocalizedText
from db.client_fit import client_fit
from db.client_migration import ClientMigration, migrate_clients
from db.clients import ClientQuery, find_client, search_clients
from db.errors import ClientMigrationError
from db.seed import seed_clients
from tests.unit.db.schema import SCHEMA

pytestmark = pytest.mark.database

AGE, LIMIT = SCHEMA["AGE"], SCHEMA["LIMIT_BAL"]
OLD = FeatureSchema("old", (AGE, LIMIT))
INCOME = Feature(
    name="income", type=FeatureType.NUMBER, label=LocalizedText(en="Income"), minimum=0, maximum=1e6,
    missing_allowed=True,
)  # fmt: skip


@pytest.fixture
def stored(engine: Engine) -> Engine:
    seed_clients(engine, OLD, [("a", {"AGE": 30.0, "LIMIT_BAL": 1000.0}), ("b", {"AGE": None, "LIMIT_BAL": 2000.0})])
    return engine


def attributes(engine: Engine, ref: str) -> dict[str, object]:
    client = find_client(engine, ref)
    assert client is not None
    return dict(client.attributes)


def test_what_may_be_missing_is_added_and_what_is_no_feature_is_dropped_when_asked(stored: Engine) -> None:
    new = FeatureSchema("new", (replace(AGE, missing_allowed=True), INCOME))
    kept = migrate_clients(stored, new, drop_unknown=False)
    assert kept == ClientMigration(2, ("income",), ("LIMIT_BAL",))
    assert attributes(stored, "a") == {"AGE": 30, "LIMIT_BAL": 1000, "income": None}
    assert migrate_clients(stored, new, drop_unknown=False).changed == 0, "again changes nothing"
    assert migrate_clients(stored, new, drop_unknown=True).changed == 2
    assert attributes(stored, "b") == {"AGE": None, "income": None}
    assert client_fit(stored, new).sentences() == []
    assert search_clients(stored, new, ClientQuery()).total == 2
    with stored.connect() as connection:
        indexes = connection.execute(text("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'clients_by_%'"))
        assert indexes.scalar_one() == 2


def test_what_the_model_needs_is_named_and_not_made_up(stored: Engine) -> None:
    needs = FeatureSchema("needs", (AGE, replace(INCOME, missing_allowed=False)))
    assert migrate_clients(stored, needs, drop_unknown=False).added == ()
    assert "income" not in attributes(stored, "a")
    assert "the model needs" in client_fit(stored, needs).sentences()[0]


def test_another_type_is_refused_and_nothing_is_changed(stored: Engine) -> None:
    choice = replace(SCHEMA["SEX"], name="LIMIT_BAL")
    with pytest.raises(ClientMigrationError, match="LIMIT_BAL is now a choice, and 2 clients have it otherwise"):
        migrate_clients(stored, FeatureSchema("typed", (AGE, choice, INCOME)), drop_unknown=True)
    assert attributes(stored, "a") == {"AGE": 30, "LIMIT_BAL": 1000}
