"""What a child process that reads a file can do to the one that started it: nothing."""

import subprocess
import sys

import pytest

from contract.errors import IsolationError
from contract.isolation import MAX_SENTENCE, run_isolated

CHILD = "tests.support.crash"


def test_it_answers() -> None:
    assert run_isolated(CHILD, "echo", given=b"\0abc") == b"\0abc"


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("crash", r"ended the process that read it \(SIGSEGV\)"),
        ("abort", r"ended the process that read it \(SIGABRT\)"),
        ("refuse", "the file is no file"),
        ("raise", r"reading it failed \(ZeroDivisionError\)"),
        ("memory", r"reading it failed \(MemoryError\)"),
        ("exit", "failed with exit code 7"),
    ],
)
def test_an_end_of_any_kind_is_one_sentence(what: str, says: str) -> None:
    with pytest.raises(IsolationError, match=says) as caught:
        run_isolated(CHILD, what)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= MAX_SENTENCE


def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contract.isolation.SECONDS", 0.5)
    with pytest.raises(IsolationError, match=r"more than 0\.5 s"):
        run_isolated(CHILD, "wait")


def test_a_folder_that_it_runs_in_has_no_say_in_what_it_runs(tmp_path) -> None:
    (tmp_path / "contract").mkdir()
    (tmp_path / "contract" / "__init__.py").write_text("raise SystemExit(9)")
    code = f"from contract.isolation import run_isolated; print(run_isolated({CHILD!r}, 'echo', given=b'ok'))"
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "b'ok'\n", done.stderr
