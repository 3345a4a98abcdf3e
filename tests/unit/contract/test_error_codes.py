"""A new error code is one entry of a table: everything that must know it reads it from there."""

import subprocess
import sys
from pathlib import Path

import pytest

import contract.codes
from contract.codes import ErrorCode, Status

MADE_UP = """
    MADE_UP = "made_up", ErrorSpec(
        Status.FAILED,
        418,
        "A meaning that only this test has.",
        "A remedy that only this test has.",
        {"en": AdvisorText("English title", "English action."), "fr": AdvisorText("Titre français", "Action.")},
        retryable=True,
        dead_letter=True,
    )
"""

CONSUMERS = """
import importlib.util, runpy, sys
spec = importlib.util.spec_from_file_location("contract.codes", sys.argv[1])
module = sys.modules["contract.codes"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
code = module.ErrorCode("made_up")

from contract.asyncapi import document
schema = document()["components"]["schemas"]["ErrorCode"]
assert "made_up" in schema["enum"]
assert "only this test" in schema["description"]

from contract.messages import ErrorInfo as ErrorInfo, Failed, decode_result, encode
received = decode_result(encode(Failed(request_id=None, client_ref="c", error=ErrorInfo(code, "detail"))))
from producers.errors import ScoringFailedError, score_error
error = score_error(received)
assert type(error) is ScoringFailedError and error.code is code

from typer.testing import CliRunner
from producers.commands.dead_letters import app
explained = CliRunner().invoke(app, ["explain", "made_up"])
assert explained.exit_code == 0, explained.output
assert code.spec.meaning in explained.output and code.spec.remedy in explained.output

from producers.commands.errors import message
assert code.spec.remedy in message(error)

from producers.gateway.problems import to_problem
assert to_problem(error).status == 418 and to_problem(error).code is code

from presentation.errors import error_text
assert error_text(code, "fr").title == "Titre français" and error_text(code, "pt").action == "English action."

from presentation.languages import LANGUAGES
from reporting.problems import outcome_of, score_failure
from reporting.widgets.components import problem_html
assert "Titre français" in problem_html(score_failure(error).problem, LANGUAGES.locale("fr"))
assert outcome_of(code) == "failed"

assert "| `made_up` |" in runpy.run_path("docs/generate.py")["errors_page"]()
"""


def test_a_new_code_is_known_to_everything_that_must_know_it(tmp_path: Path) -> None:
    source = Path(contract.codes.__file__).read_text()
    changed = tmp_path / "codes.py"
    changed.write_text(source + MADE_UP)

    done = subprocess.run([sys.executable, "-c", CONSUMERS, changed], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_a_code_without_an_entry_does_not_exist(tmp_path: Path) -> None:
    changed = tmp_path / "codes.py"
    changed.write_text(Path(contract.codes.__file__).read_text() + '\n    MADE_UP = "made_up"\n')

    done = subprocess.run([sys.executable, changed], check=False, capture_output=True, text=True)

    assert "the error code made_up needs an ErrorSpec" in done.stderr


@pytest.mark.parametrize("code", ErrorCode)
def test_every_entry_is_whole(code: ErrorCode) -> None:
    spec = code.spec
    assert spec.meaning.endswith(".")
    assert spec.remedy.endswith(".")
    assert spec.status is not Status.SCORED
    assert {"en", "fr"} <= spec.advisor.keys()
    for text in spec.advisor.values():
        assert text.title
        assert bool(text.action) is not spec.of_feature, "only the error of a feature has no action"
    assert spec.http_status in {
        Status.REJECTED: range(400, 500), Status.FAILED: range(500, 503), Status.EXPIRED: range(504, 505)
    }[spec.status]  # fmt: skip
    assert spec.retryable is (spec.status is not Status.REJECTED)


@pytest.mark.parametrize("code", [code for code in ErrorCode if code.spec.dead_letter])
def test_a_cause_of_dead_letters_is_no_error_of_a_feature(code: ErrorCode) -> None:
    assert not code.spec.of_feature


def test_only_invalid_data_of_the_client_is_called_so() -> None:
    about_the_client = {ErrorCode.INVALID_FEATURES}
    title = ErrorCode.INVALID_FEATURES.spec.advisor["en"].title
    assert {code for code in ErrorCode if code.spec.advisor["en"].title == title} == about_the_client
