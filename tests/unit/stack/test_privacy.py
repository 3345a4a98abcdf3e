"""The parts of the privacy check that need no stack: canaries, searching, and what people read of it."""

import json
import os
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.encoding import RowEncoder
from stack.privacy.canary import PREFIX, make_canary, needles
from stack.privacy.processes import core_limit
from stack.privacy.report import CheckOutcome, CheckStep, failed_steps, render_report
from stack.privacy.search import CHUNK_BYTES, files_containing
from tests.support.tiny_model import SCHEMA

NUMBER = 31415.926535897932


def test_a_canary_is_a_valid_client_that_no_other_is_like() -> None:
    first, second = make_canary(SCHEMA), make_canary(SCHEMA)
    for canary in (first, second):
        assert canary.client_ref.startswith(PREFIX)
        _, faults = RowEncoder(SCHEMA).encode(canary.features)
        assert faults == []
        assert canary.unique_values
    assert not set(first.unique_values) & set(second.unique_values)


def drawn(value: float) -> bool:
    """Tell whether a random number looks so: with a fraction, and no run of digits that rounding would end with."""
    digits = repr(value).lstrip("0.")
    return not value.is_integer() and "999" not in digits and "000" not in digits


@settings(deadline=None)  # a busy machine
@given(st.floats(min_value=1e-4, max_value=1e10).filter(drawn))
def test_a_number_is_found_however_it_was_written(value: float) -> None:
    wanted = needles([], [value])
    written = [
        json.dumps({"pd": value}).encode(),
        f"{-value:.15g}".encode(),
        pa.array([1.0, value]).buffers()[1].to_pybytes(),
        struct.pack(">d", value),
    ]
    assert all(any(needle in text for needle in wanted) for text in written)


def test_needles_are_found_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "text").write_text(json.dumps({"x": NUMBER}))
    (tmp_path / "binary").write_bytes(struct.pack("<d", NUMBER))
    (tmp_path / "across").write_bytes(b"." * (CHUNK_BYTES - 3) + struct.pack("<d", NUMBER))
    (tmp_path / "empty").touch()
    (tmp_path / "other").write_text(json.dumps({"x": 27182.818284590452}))
    (tmp_path / "link").symlink_to(tmp_path / "other")
    found = files_containing(needles([], [NUMBER]), [tmp_path])
    assert {path.name for path in found} == {"text", "binary", "across"}


def test_a_file_from_before_the_canary_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "old"
    file.write_text(repr(NUMBER))
    wanted = needles([], [NUMBER])
    changed = file.stat().st_ctime
    assert list(files_containing(wanted, [tmp_path], since=changed)) == [file]
    assert list(files_containing(wanted, [tmp_path], since=changed + 3600)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of another process are told by Linux only")
def test_the_limit_of_a_process_is_read() -> None:
    with subprocess.Popen(["sleep", "60"], preexec_fn=_no_core) as child:
        try:
            assert core_limit(child.pid) == "0"
        finally:
            child.kill()
    assert core_limit(2**22 + 1) is None


def _no_core() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def test_the_report_says_what_was_found_and_what_was_not_looked_at() -> None:
    steps = [
        CheckStep("topics forget", CheckOutcome.PASSED, "no record of a canary after 91 s", 91.2),
        CheckStep("database", CheckOutcome.FAILED, "values of a canary are in the database", 0.4),
        CheckStep("the advisor's screen", CheckOutcome.SKIPPED, "no Chromium | is installed", 0),
    ]
    began, ended = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2026, 1, 2, 3, 8, 5, tzinfo=UTC)
    text = render_report(steps, began, ended, "127.0.0.1:9092", "1.2.3")
    assert [step.name for step in failed_steps(steps)] == ["database"]
    assert "**failed**" in text
    assert "3 steps; 1 failed, 1 were skipped" in text
    assert "from 2026-01-02 03:04:05 to 03:08:05 UTC" in text
    assert "| the advisor's screen | skipped | no Chromium \\| is installed | 0 s |" in text
    assert "swap" in text
    assert "**passed**" in render_report(steps[:1], began, ended, "b", "v")


def test_no_stack_is_exit_code_2(tmp_path: Path) -> None:
    variables = {**os.environ, "NEOSCORE_HOME": str(tmp_path), "NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    for more in ([], ["--report", str(tmp_path / "none" / "report.md")]):
        done = subprocess.run(
            [sys.executable, "-m", "stack.cli", "privacy", "check", *more],
            env=variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr
