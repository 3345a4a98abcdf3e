"""A process that crashes leaves nothing of its memory behind."""

import subprocess
import sys
from pathlib import Path

import pytest

PR_GET_DUMPABLE = 3


def run(program: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)


def test_the_limit_is_zero_and_cannot_be_raised_by_others(tmp_path: Path) -> None:
    program = (
        "from contract.process import disable_core_dumps; import resource; "
        "resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2); "
        "disable_core_dumps(); print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    assert run(program, tmp_path).stdout.strip() == "(0, 0)"


@pytest.mark.skipif(sys.platform != "linux", reason="dumpable is an attribute of Linux processes")
def test_not_even_a_pipe_gets_the_memory(tmp_path: Path) -> None:
    program = (
        "from contract.process import disable_core_dumps; import ctypes; disable_core_dumps(); "
        f"print(ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0))"
    )
    assert run(program, tmp_path).stdout.strip() == "0"


def test_a_crash_leaves_no_file(tmp_path: Path) -> None:
    program = (
        "from contract.process import disable_core_dumps; import os, signal; disable_core_dumps(); "
        "os.kill(os.getpid(), signal.SIGSEGV)"
    )
    assert run(program, tmp_path).returncode < 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("module", "command"), [("scorer.cli", "worker"), ("reporting.cli", "dashboard")])
def test_the_services_that_hold_scores_begin_with_it(module: str, command: str, tmp_path: Path) -> None:
    program = f"""
import importlib, sys
module = importlib.import_module({module!r})
def stop():
    sys.exit(42)

module.disable_core_dumps = stop
module.{command}()
"""
    assert run(program, tmp_path).returncode == 42


@pytest.mark.skipif(sys.platform != "linux", reason="locks memory as Linux does")
def test_memory_is_kept_out_of_swap_where_that_is_allowed(tmp_path: Path) -> None:
    """Locked pages are those that were touched: an address space of gigabytes does not become memory."""
    program = (
        "from contract.process import lock_memory; import mmap; allowed = lock_memory(); "
        "reserved = mmap.mmap(-1, 1 << 30); touched = bytes(1 << 20); "
        "status = dict(line.split(':', 1) for line in open('/proc/self/status')); "
        "print(allowed, status['VmLck'].split()[0], status['VmRSS'].split()[0])"
    )
    allowed, locked, resident = run(program, tmp_path).stdout.split()
    assert (allowed == "True") == (int(locked) > 0)
    assert int(resident) < 200_000
