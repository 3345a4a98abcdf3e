"""What a change of model means for those who ask."""

from typing import Any

from msgspec.structs import replace

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from stack.models import schema_changes
from tests.support.tiny_model import SCHEMA


def change(name: str, **fields: Any) -> FeatureSchema:
    return replace(SCHEMA, features=[replace(f, **fields) if f.name == name else f for f in SCHEMA.features])


def test_another_wording_changes_nothing_for_requests() -> None:
    assert schema_changes(SCHEMA, SCHEMA) == []
    assert schema_changes(SCHEMA, change("income", label=LocalizedText(fr="revenu", en="earnings"), unit="EUR")) == []
    reordered = replace(SCHEMA, features=list(reversed(SCHEMA.features)))
    assert schema_changes(SCHEMA, reordered) == []


def test_each_kind_of_change_names_its_features() -> None:
    age = Feature(
        name="age", type=FeatureType.INTEGER, label=LocalizedText(fr="âge", en="age"), minimum=18, maximum=120
    )
    kept = [feature for feature in SCHEMA.features if feature.name != "debt"]
    new = replace(change("late", maximum=6), features=[*kept, age])
    assert schema_changes(SCHEMA, new) == [
        "new features; treated as missing unless requests send them: age",
        "removed; requests with them are rejected: debt",
    ]
    assert schema_changes(SCHEMA, change("late", maximum=6)) == ["changed type, bounds, levels or nullability: late"]
    levels = [Level(value="owner", label=LocalizedText(fr="x", en="x"))]
    assert schema_changes(SCHEMA, change("home", levels=levels))
    assert schema_changes(SCHEMA, change("debt", missing_allowed=False))


def test_a_feature_that_the_model_reads_no_more_may_still_be_sent() -> None:
    assert schema_changes(SCHEMA, change("debt", in_model=False)) == []
    assert schema_changes(SCHEMA, change("sex", in_model=True)) == [
        "new features; treated as missing unless requests send them: sex"
    ]
