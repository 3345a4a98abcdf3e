"""`neoscore init` and `neoscore train` on files as banks write them, through the command line."""

import json
import random
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contract.active_model import active_bundle_path
from contract.errors import BundleError
from contract.schema import FeatureType, load_schema
from stack.cli import app
from training.errors import DataError, LeakageError, TrainingError

ROWS = 300


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Each test in a folder of its own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def outcomes():
    draw = random.Random(3)
    return [int(draw.random() < 0.25) for _ in range(ROWS)]


@pytest.fixture(scope="module")
def noise():
    """Numbers that say nothing: (low, high) → one for each row."""
    draw = random.Random(4)
    return lambda low, high: [draw.randint(low, high) for _ in range(ROWS)]


def write(columns, name="loans.csv", separator=",", encoding="utf-8"):
    lines = [separator.join(columns), *(separator.join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    Path(name).write_text("\n".join(lines) + "\n", encoding=encoding)


def run(*arguments, code=0):
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, TrainingError):  # which the program's entry turns into a sentence and exit code 1
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def init(*arguments, target="default", data="loans.csv"):
    """Run init with --json and return what it understood by column, all it said, and the schema."""
    said = json.loads(run("init", "--data", data, "--target", target, "--json", *arguments).stdout)
    return {column["column"]: column for column in said["columns"]}, said, load_schema(Path(said["schema"]))


def train(*arguments):
    return run("train", "--trees", "10", "--output", "models", *arguments)


class TestSmallFiles:
    def test_an_amount_in_dollars_is_no_identifier_and_no_is_the_customer_number(self, outcomes, noise):
        limits = [f'"${n},000.00"' for n in range(1, ROWS + 1)]
        numbered = {"no": range(1, ROWS + 1), "income": noise(900, 9000), "limit": limits, "default": outcomes}
        write(numbered)
        columns, said, schema = init()
        assert said["customer_number"] == "no"
        assert columns["no"]["understood_as"] == "customer number"
        assert [feature.name for feature in schema] == ["income", "limit"]
        assert "$" in columns["limit"]["note"] or "USD" in columns["limit"]["note"]

        del numbered["no"]
        write(numbered)
        _, said, schema = init("--force")
        assert said["customer_number"] is None
        assert [feature.name for feature in schema] == ["income", "limit"]

    def test_customer_numbers_with_gaps_are_no_feature(self, outcomes, noise):
        numbers = [9000 + 7 * n + n % 3 for n in range(ROWS)]
        write({"kundennr": numbers, "income": noise(900, 9000), "default": outcomes})
        columns, _, schema = init()
        assert "identifier" in columns["kundennr"]["because"]
        assert [feature.name for feature in schema] == ["income"]

    def test_numbers_with_words_for_missing(self, outcomes):
        write({"x": [("12.5", "?", "7", ".")[n % 4] for n in range(ROWS)], "default": outcomes})
        columns, _, schema = init()
        assert schema["x"].type is FeatureType.NUMBER
        assert columns["x"]["missing"] == ROWS // 2
        assert "'?'" in columns["x"]["note"]

    def test_an_index_without_a_name_is_left_out(self, outcomes, noise):
        write({"": range(ROWS), "amount": noise(1, 999), "default": outcomes})
        columns, said, schema = init()
        assert [feature.name for feature in schema] == ["amount"]
        assert [entry["understood_as"] for entry in columns.values()] == ["left out", "number, 0 to 1,000", "outcome"]
        assert said["customer_number"] is None

    def test_names_that_differ_in_a_sign_are_two_features(self, outcomes, noise):
        write({"Taux (%)": noise(0, 20), "Taux": noise(100, 900), "default": outcomes})
        _, _, schema = init()
        assert len(schema.features) == 2

    def test_a_french_spreadsheet(self, outcomes, noise):
        amounts = [f'"{n} 234,50"' for n in noise(1, 9)]
        rates = [f'"{n},14"' for n in noise(1, 9)]
        write({"montant": amounts, "taux": rates, "défaut": outcomes}, separator=";", encoding="cp1252")
        _, _, schema = init(target="défaut")
        assert {feature.name: (feature.type, feature.maximum) for feature in schema} == {
            "montant": (FeatureType.NUMBER, 10_000),
            "taux": (FeatureType.NUMBER, 10),
        }

    def test_a_code_is_no_amount(self, outcomes, noise):
        write({"MSince": [-7 if n > 80 else n for n in noise(0, 90)], "default": outcomes})
        columns, _, schema = init()
        assert list(schema["MSince"].codes) == ["-7"]
        assert schema["MSince"].minimum == 0
        assert "special codes" in columns["MSince"]["note"]

    def test_a_column_that_restates_the_outcome_keeps_the_model_from_being_active(self, outcomes, noise):
        texts = ["charged off" if outcome else "paid" for outcome in outcomes]
        write({"status_text": texts, "income": noise(1, 999), "default": outcomes})
        columns, said, _ = init()
        assert "restates the outcome" in columns["status_text"]["note"]
        assert [leak["feature"] for leak in said["leaks"]] == ["status_text"]
        with pytest.raises(LeakageError, match="'status_text' may be known only after the outcome"):
            train()
        with pytest.raises(BundleError):
            active_bundle_path(Path("models"))
        train("--accept-leakage", "status_text")
        assert active_bundle_path(Path("models"))


def loans(outcomes, noise):
    return {
        "client_id": [70_000 + 3 * n for n in range(ROWS)],
        "Alter": noise(18, 80),
        "Einkommen": noise(800, 9000),
        "Beschäftigt": [("<1 Jahr", "1-4 Jahre", "5+ Jahre")[n % 3] for n in noise(0, 99)],
        "eröffnet": [f"{1 + n % 28:02}.{1 + n % 12:02}.{2010 + n % 9}" for n in noise(0, 999)],
        "Antrag": [f"{1 + n % 28:02}.{1 + n % 12:02}.2022" for n in noise(0, 999)],
        "Ausfall": ["ja" if outcome else "nein" for outcome in outcomes],
    }


class TestTheProject:
    def test_train_follows_what_init_wrote(self, outcomes, noise):
        write(loans(outcomes, noise), separator=";")
        columns, said, schema = init("--date", "Antrag", target="Ausfall")
        project = tomllib.loads(Path("project.toml").read_text(encoding="utf-8"))
        assert project["schema"] == said["schema"] == "loans.schema.json"
        assert project["data"] == {
            "file": "loans.csv",
            "target": "Ausfall",
            "positive_label": "ja",
            "customer_number": "client_id",
            "date": "Antrag",
        }
        assert columns["Antrag"]["understood_as"] == "date of the row"
        assert "days" in columns["eröffnet"]["because"]
        assert [level.value for level in schema["Beschaftigt"].levels] == ["<1 Jahr", "1-4 Jahre", "5+ Jahre"]
        assert schema.draft

        train()
        model = active_bundle_path(Path("models"))
        trained = load_schema(model / "schema.json")
        assert trained.model_feature_names == ("Einkommen", "Beschaftigt", "eroffnet_days")
        assert trained["Alter"].sensitive

    def test_options_of_the_command_line_come_before_those_of_the_project(self, outcomes, noise):
        write(loans(outcomes, noise))
        init(target="Ausfall")
        with pytest.raises(DataError, match="no column 'Verlust'"):
            train("--target", "Verlust")

    def test_options_of_train_can_stand_in_the_project(self, outcomes, noise):
        write(loans(outcomes, noise))
        init(target="Ausfall")
        with Path("project.toml").open("a", encoding="utf-8") as file:
            file.write("include_sensitive = true\n")
        train()
        assert "Alter" in load_schema(active_bundle_path(Path("models")) / "schema.json").model_feature_names

        with Path("project.toml").open("a", encoding="utf-8") as file:
            file.write("forest = 3\n")
        assert "'forest'" in run("train", code=2).stderr

    def test_data_that_is_named_has_nothing_to_do_with_the_project(self, outcomes, noise):
        write(loans(outcomes, noise))
        init(target="Ausfall")
        train("--data", "synthetic", "--rows", "300")
        assert "synthetic" in active_bundle_path(Path("models")).name
        assert "--project" in run("train", "--data", "synthetic", "--project", "project.toml", code=2).stderr


class TestWhatIsUnclear:
    @pytest.fixture(autouse=True)
    def table(self, outcomes, noise):
        repaid = [1 - outcome for outcome in outcomes]
        ids = [70_000 + 3 * n for n in range(ROWS)]
        write({"customer_id": ids, "client_no": ids[::-1], "income": noise(1, 999), "repaid": repaid})

    def refused(self, *arguments):
        message = " ".join(run("init", "--data", "loans.csv", *arguments, code=2).stderr.replace("│", " ").split())
        assert list(Path().iterdir()) == [Path("loans.csv")]
        return message

    def test_is_asked_for_by_the_option_that_says_it(self):
        assert "--target: say which column holds the outcome" in self.refused()
        assert "--positive-label" in self.refused("--target", "repaid")
        message = self.refused("--target", "repaid", "--positive-label", "0")
        assert "--customer-number" in message
        assert "'customer_id', 'client_no'" in message
        _, said, _ = init("--positive-label", "0", "--customer-number", "client_no", target="repaid")
        assert said["customer_number"] == "client_no"

    def test_a_date_that_is_none_is_refused(self):
        assert "--reference-date" in self.refused("--target", "repaid", "--reference-date", "31.12.2024")

    def test_what_exists_is_not_overwritten(self, outcomes, noise):
        write(loans(outcomes, noise))
        init(target="Ausfall")
        before = Path("project.toml").read_bytes()
        with pytest.raises(
            TrainingError, match=r"project\.toml and loans\.schema\.json would be overwritten: add --force"
        ):
            run("init", "--data", "loans.csv", "--target", "Alter")
        assert Path("project.toml").read_bytes() == before


def test_a_person_reads_a_table_with_every_column(outcomes, noise):
    columns = loans(outcomes, noise)
    write(columns, separator=";")
    shown = run("init", "--data", "loans.csv", "--target", "Ausfall")
    lines = {line.split("  ")[0]: line for line in shown.stdout.splitlines()}
    assert set(columns) <= set(lines)
    assert "left out" in lines["eröffnet"]
    assert "sensitive (age)" in lines["Alter"]
    assert "<1 Jahr, 1-4 Jahre, 5+ Jahre" in lines["Beschäftigt"]
    assert "neoscore train" in shown.stderr
