"""A schema is reviewed in its file, and its words become those of a model, which stays the same."""

import msgspec
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from contract.active_model import activate
from contract.bundle import load_bundle
from contract.errors import BundleError
from contract.schema import LocalizedText, RecourseConstraint, dump_schema, load_schema
from scorer.engine import Engine
from stack.cli import app
from stack.errors import SchemaChangeError
from stack.rewording import reword
from tests.support.tiny_model import SCHEMA, draw_rows, write_tiny_bundle

INCOME = SCHEMA["income"]
WORDS = replace(
    INCOME,
    label=LocalizedText(fr="Revenu annuel", en="Yearly income"),
    raises=LocalizedText(fr="Votre revenu augmente le risque", en="Your income raises the risk"),
    unit="EUR",
    maximum=2e6,
    actionable=True,
    recourse=RecourseConstraint(1),
)


def with_features(*features):
    changed = {feature.name: feature for feature in features}
    return replace(SCHEMA, features=[changed.get(feature.name, feature) for feature in SCHEMA])


@pytest.fixture
def bundle(tmp_path):
    return write_tiny_bundle(tmp_path, trees=2)


def test_the_same_trees_with_other_words_are_a_new_version(bundle, tmp_path):
    new = reword(bundle, with_features(WORDS), tmp_path / "models")

    assert new.ref.version != bundle.ref.version
    assert load_bundle(bundle.path).schema["income"].label["en"] == "income", "a bundle never changes"
    assert new.schema["income"] == WORDS
    rows = draw_rows(50)
    assert (Engine(new).score(rows).probability == Engine(bundle).score(rows).probability).all()
    assert bundle.ref.version in (new.path / "card.md").read_text()
    assert reword(bundle, with_features(WORDS), tmp_path / "models").ref == new.ref
    assert reword(new, new.schema, tmp_path / "models").ref == new.ref


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        (replace(SCHEMA, features=SCHEMA.features[1:]), "other features"),
        (replace(SCHEMA, features=SCHEMA.features[::-1]), "another order"),
        (with_features(replace(INCOME, monotone=-1)), "'income' has another monotone direction"),
        (with_features(replace(INCOME, sensitive=True)), "place in the model"),
        (with_features(replace(INCOME, codes={"-7": LocalizedText(en="not met")})), "set of codes"),
        (with_features(replace(SCHEMA["home"], levels=SCHEMA["home"].levels[:2])), "list of levels"),
    ],
)
def test_what_the_model_was_trained_on_stays(bundle, tmp_path, schema, problem):
    with pytest.raises(SchemaChangeError, match=problem):
        reword(bundle, schema, tmp_path / "models")


def test_a_draft_is_reviewed_and_put_into_the_model_by_commands(bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("NEOSCORE_HOME", str(tmp_path))
    activate(tmp_path / "models", bundle.ref.version)
    file = tmp_path / "clients.schema.json"
    file.write_bytes(dump_schema(replace(with_features(WORDS), draft=True)))

    listed = CliRunner().invoke(app, ["schema", "check", str(file)])
    assert load_schema(file).draft
    reviewed = CliRunner().invoke(app, ["schema", "check", str(file), "--reviewed"])
    applied = CliRunner().invoke(app, ["schema", "apply", str(file)])
    again = CliRunner().invoke(app, ["schema", "apply", str(file), "--model", applied.output.split()[1].rstrip(";")])

    assert [run.exit_code for run in (listed, reviewed, applied, again)] == [0, 0, 0, 0]
    assert "Yearly income" in listed.output
    assert "plain sentences" in listed.output
    assert not load_schema(file).draft
    version = applied.output.split()[1].rstrip(";")
    assert not load_bundle(tmp_path / "models" / version).schema.draft
    assert "has these words already" in again.output


def test_a_file_that_is_no_schema_is_named(tmp_path):
    with pytest.raises(SchemaChangeError, match="missing\\.json: No such file"):
        CliRunner().invoke(app, ["schema", "check", str(tmp_path / "missing.json")], catch_exceptions=False)
    with pytest.raises(BundleError, match="no model bundle here"):
        CliRunner().invoke(
            app,
            ["schema", "apply", str(_schema_file(tmp_path)), "--model", "none"],
            env={"NEOSCORE_HOME": str(tmp_path)},
            catch_exceptions=False,
        )


def _schema_file(folder):
    file = folder / "s.json"
    file.write_bytes(msgspec.json.format(dump_schema(SCHEMA)))
    return file
