import msgspec
import pytest

from contract.errors import SchemaError
from contract.schema import (
    Feature,
    FeatureSchema,
    FeatureType,
    Level,
    RecourseConstraint,
    check_schema,
    dump_schema,
    load_schema,
)
from tests.unit.contract.examples import SCHEMA, text


def number(**changes: object) -> Feature:
    return msgspec.structs.replace(
        Feature(name="a", type=FeatureType.NUMBER, label=text("a"), minimum=0, maximum=1), **changes
    )


def test_a_schema_survives_its_file(tmp_path):
    path = tmp_path / "schema.json"
    path.write_bytes(dump_schema(SCHEMA))
    assert load_schema(path) == SCHEMA


def test_the_model_reads_only_what_is_in_it():
    assert SCHEMA.model_feature_names == ("income", "age", "home")


@pytest.mark.parametrize(
    ("features", "problem"),
    [
        ([number(), number()], "same name"),
        ([number(in_model=False)], "no feature"),
        ([number(name="2nd")], "a name is"),
        ([number(minimum=2)], "minimum and maximum"),
        ([number(minimum=None)], "minimum and maximum"),
        ([number(levels=[Level("x", text("x"))])], "has no levels"),
        ([number(type=FeatureType.CATEGORICAL)], "needs levels"),
        ([number(type=FeatureType.CATEGORICAL, levels=[Level("x", text("x"))], monotone=1)], "monotone"),
        ([number(recourse=RecourseConstraint(-1))], "advice needs an actionable feature"),
        ([number(codes={"none": text("x")})], "a code is a number"),
        ([number(codes={"-7": text("x"), "-7.0": text("y")})], "each once"),
        ([number(codes={"nan": text("x")})], "finite"),
        ([number(codes={"-9": None})], "needs missing_allowed"),
        ([number(codes={"-7": text("x")}, monotone=1)], "has no codes with words"),
        ([number(outside="missing")], "needs missing_allowed"),
        ([number(other_level="x")], "has no levels"),
        ([number(type=FeatureType.CATEGORICAL, levels=[Level("x", text("x"))], other_level="y")], "one of the levels"),
        ([number(type=FeatureType.CATEGORICAL, levels=[Level("x", text("x"))], outside="clip")], "not outside"),
        ([number(type=FeatureType.CATEGORICAL, codes={"-7": text("x")}, levels=[Level("x", text("x"))])], "no codes"),
    ],
)
def test_a_contradiction_is_said_in_one_sentence(features, problem):
    with pytest.raises(SchemaError, match=problem):
        check_schema(FeatureSchema(name="s", features=features))


def test_all_that_is_wrong_is_said_at_once_with_the_file(tmp_path):
    path = tmp_path / "schema.json"
    path.write_bytes(dump_schema(FeatureSchema(name="s", features=(number(name="1"), number(), number(maximum=None)))))
    with pytest.raises(SchemaError) as caught:
        load_schema(path)
    said = str(caught.value).removeprefix(f"{path}: ").split("; ")
    assert [sentence.split(",")[0].split(":")[0] for sentence in said] == [
        "two features of the schema have the same name",
        "feature '1'",
        f"feature {number().name!r}",
    ]


def test_a_broken_file_names_its_place(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text('{"name": "s", "features": [{"name": 5}]}')
    with pytest.raises(SchemaError, match=r"schema\.json.*features\[0\]"):
        load_schema(path)


def test_a_code_is_known_however_the_number_is_written():
    feature = number(codes={"-7": text("not met")})

    assert [feature.code(value) for value in (-7, -7.0, 7, None, "-7", True)] == ["-7", "-7", None, None, None, None]


def test_a_schema_says_whether_its_words_were_reviewed():
    draft = FeatureSchema("s", (number(),), draft=True)

    assert load_schema(dump_schema(draft)).draft
    assert b"draft" not in dump_schema(msgspec.structs.replace(draft, draft=False))
