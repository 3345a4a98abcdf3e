"""Attributes as JSON to Arrow columns."""

import pyarrow as pa
import pytest

from db.client_decoder import ClientDecoder
from db.errors import SchemaMismatchError
from tests.unit.db.schema import SCHEMA


def test_a_block_has_a_column_per_feature_and_nulls_where_values_are_missing() -> None:
    batch = ClientDecoder(SCHEMA).decode(
        [("a", '{"AGE": 30, "SEX": "2", "other": [1]}'), ("b", '{"in-arrears": 1.5, "AGE": null}')]
    )
    assert batch.schema.names == ["client_ref", "AGE", "LIMIT_BAL", "credit.amount", "in-arrears", "SEX"]
    assert batch.schema.types[1:] == [pa.float64()] * 4 + [pa.string()]
    assert batch.to_pylist() == [
        {"client_ref": "a", "AGE": 30.0, "LIMIT_BAL": None, "credit.amount": None, "in-arrears": None, "SEX": "2"},
        {"client_ref": "b", "AGE": None, "LIMIT_BAL": None, "credit.amount": None, "in-arrears": 1.5, "SEX": None},
    ]


@pytest.mark.parametrize("attributes", ['{"AGE": "secret"}', '{"SEX": 271828}'])
def test_a_value_of_another_type_is_refused_without_being_repeated(attributes: str) -> None:
    with pytest.raises(SchemaMismatchError) as caught:
        ClientDecoder(SCHEMA).decode([("some-client", attributes)])
    for secret in ("secret", "271828", "some-client"):
        assert secret not in str(caught.value)
