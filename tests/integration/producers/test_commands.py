"""The commands as people and schedulers run them: output, errors and exit codes."""

import json

import msgspec
import pytest
from sqlalchemy import text

from contract.messages import Scored, decode_result
from db.batches import recent_batches
from db.engine import open_engine
from tests.support.access_log import access_log_entries

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("scoring")]


@pytest.fixture
def engine(clients_url: str):
    engine = open_engine(clients_url)
    yield engine
    engine.dispose()


def test_score_explains_a_client_in_french_and_in_english(run_command, people):
    french = run_command("score", people[0][0], "--lang", "fr")
    english = run_command("score", people[0][0], "--lang", "en")
    assert french.returncode == english.returncode == 0
    assert "Probabilité de défaut" in french.stdout
    assert "Probability of default" in english.stdout
    assert "\x1b" not in french.stdout + english.stdout
    assert max(len(line) for line in (french.stdout + english.stdout).splitlines()) <= 80


def test_score_in_json_is_the_result_as_received(run_command, people, bundle):
    result = run_command("score", people[0][0], "--json")
    scored = decode_result(result.stdout.encode())
    assert isinstance(scored, Scored)
    assert scored.client_ref == people[0][0]
    assert len(scored.contributions) == len(bundle.schema.model_feature_names)


def test_the_features_of_a_file_give_the_same_score(run_command, people, tmp_path):
    ref, features = people[5]
    file = tmp_path / "features.json"
    file.write_bytes(msgspec.json.encode(features))
    runs = [
        run_command("score", ref, "--json"),
        run_command("score", "--features", str(file), "--json", "--no-explain"),
        run_command("score", "--features", "-", "--json", stdin=file.read_text()),
    ]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len({json.loads(run.stdout)["probability"] for run in runs}) == 1


def test_score_enters_who_looked_at_whom_in_the_access_log(run_command, people, engine):
    def outcomes() -> list[str]:
        statement = text("SELECT outcome FROM access_log WHERE client_ref = :ref ORDER BY id")
        with engine.connect() as connection:
            return list(connection.execute(statement, {"ref": people[7][0]}).scalars())

    before = outcomes()
    run_command("score", people[7][0])
    assert outcomes() == [*before, "scored"]


def test_an_unknown_client_is_a_sentence(run_command):
    result = run_command("score", "nobody")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "neoscore: no client with this reference in the database\n"


def test_a_rejected_request_names_its_fields(run_command, people):
    features = msgspec.json.encode({**people[0][1], "LIMIT_BAL": -7654321.25}).decode()
    result = run_command("score", "--features", "-", "--json", stdin=features)
    assert result.returncode == 3
    assert json.loads(result.stdout)["status"] == "rejected"
    assert "LIMIT_BAL: expected between" in result.stderr
    assert "7654321" not in result.stderr


@pytest.mark.parametrize(("content", "place"), [("[1]", "standard input"), ("", "standard input")])
def test_unreadable_features_are_a_sentence(run_command, content, place):
    result = run_command("score", "--features", "-", stdin=content)
    assert result.returncode == 1
    assert f"neoscore: {place}: expected one JSON object" in result.stderr


def test_a_stream_is_answered_completely(run_command):
    result = run_command("publish", "stream", "--rate", "100", "--duration", "2", "--seed", "7", "--json")
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    assert summary["outcomes"] == {"scored": 200}
    assert 0 < summary["latency_p50_seconds"] <= summary["latency_p99_seconds"]


def test_a_stream_is_in_the_access_log_from_start_to_end(run_command, clients_url):
    run_command("publish", "stream", "--rate", "20", "--duration", "0.5")
    entries = access_log_entries(clients_url, purpose="command_line_stream")[-2:]
    assert [(entry.outcome, entry.role, entry.row_count) for entry in entries] == [
        ("started", "command_line", 1000), ("finished", "command_line", 1000)
    ]  # fmt: skip


def test_a_portfolio_is_scored_completely(run_command, people, engine, clients_url):
    result = run_command("score-portfolio", "--json")
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    assert summary["requested"] == summary["statuses"]["scored"] == len(people)
    counts = [band["count"] for band in summary["bands"].values()]
    assert all(count % 10 == 0 for count in counts)
    assert sum(counts) == pytest.approx(len(people), abs=15)
    entry = recent_batches(engine, 1)[0]
    assert (entry.batch_id, entry.status, entry.scored) == (summary["batch_id"], "finished", len(people))
    entries = access_log_entries(clients_url, purpose="command_line_portfolio")[-2:]
    assert [(e.outcome, e.request_id) for e in entries] == [
        ("started", summary["batch_id"]), ("finished", summary["batch_id"])
    ]  # fmt: skip


def test_a_selection_is_scored_and_shown_by_band(run_command, people):
    chosen = round(sum(features["PAY_0"] >= 2 for _, features in people), -1)
    result = run_command("score-portfolio", "--where", "PAY_0 >= 2", "--no-explain")
    assert result.returncode == 0, result.stderr
    assert f"about {chosen:,} clients: {chosen:,} scored" in result.stdout
    assert [line.split()[0] for line in result.stdout.splitlines()[:5]] == ["band", "low", "medium", "high", "all"]
    assert "noise" in result.stdout


@pytest.mark.parametrize("output", [(), ("--json",)])
def test_the_score_of_one_client_is_no_portfolio(run_command, people, output, clients_url):
    one = people[0][1]
    where = f"LIMIT_BAL == {one['LIMIT_BAL']} and AGE == {one['AGE']} and BILL_AMT1 == {one['BILL_AMT1']}"
    result = run_command("score-portfolio", "--where", where, *output)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "neoscore: fewer than 20 clients match: totals of so few could identify people\n"
    entry = access_log_entries(clients_url, purpose="command_line_portfolio")[-1]
    assert (entry.outcome, list(entry.features)) == ("too_few", ["LIMIT_BAL", "AGE", "BILL_AMT1"])


def test_a_wrong_selection_is_a_sentence(run_command):
    result = run_command("score-portfolio", "--where", "SHOE_SIZE > 3")
    assert result.returncode == 2
    assert "SHOE_SIZE" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_broker_the_commands_say_so(run_command, people):
    away = "127.0.0.1:1"
    result = run_command("score", people[0][0], kafka_bootstrap_servers=away)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"neoscore: cannot reach a Kafka broker at {away}")
    assert len(result.stderr.splitlines()) == 1
