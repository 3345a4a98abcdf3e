"""`python -m benchmarks [PART …] [--quick] [--write-docs]`; the parts are those of MEASURE."""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import dashboard, engine, gateway, pipeline, report, request_path, results, scaling, sealing, training
from benchmarks.profiles import FULL, QUICK, BenchmarkProfile
from benchmarks.testbed import BenchmarkInputs, prepare_inputs

MEASURE: dict[str, Callable[[BenchmarkInputs, BenchmarkProfile], Any]] = {
    "engine": lambda inputs, profile: {
        "explainers": engine.run(profile),
        "request_path": request_path.run(inputs, profile),
    },
    "pipeline": pipeline.run,
    "scaling": scaling.run,
    "dashboard": dashboard.run,
    "gateway": gateway.run,
    "sealing": sealing.run,
    "training": training.run,
}


def main() -> int:
    """Measure the requested parts, or write the document from what was measured. Returns the exit code."""
    asked = _arguments()
    console = Console()
    if not asked.write_docs or asked.parts:
        _measure(asked.parts or [part for part in MEASURE if part != "training"], quick=asked.quick, console=console)
    found = results.load()
    if not found:
        Console(stderr=True).print("benchmarks: no results yet; run `make bench` first")
        return 1
    report.show(found, console)
    if asked.write_docs:
        report.write_document(found)
        console.print(f"[dim]written: {report.DOCUMENT}[/]")
    console.print(f"[dim]all numbers: {results.PATH}[/]")
    return 0


def _measure(parts: list[str], *, quick: bool, console: Console) -> None:
    machine = describe()
    inputs = prepare_inputs()
    for part in parts:
        console.print(f"measuring: {part} ...")
        began = time.monotonic()
        measured = MEASURE[part](inputs, QUICK if quick else FULL)
        results.store(part, measured, machine, time.monotonic() - began, quick=quick)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description="Measure speed, latency, memory and quality.")
    parser.add_argument(
        "parts",
        nargs="*",
        choices=[*MEASURE, []],
        metavar="PART",
        help=f"{', '.join(MEASURE)}; by default all but training, which takes hours",
    )
    parser.add_argument("--quick", action="store_true", help="quick run: less work, larger errors")
    parser.add_argument("--write-docs", action="store_true", help="rewrite the tables of docs/benchmarks.md")
    return parser.parse_args()


PACKAGES = (
    "xgboost", "xgboost-cpu", "shap", "numba", "numpy", "pandas", "faust-streaming", "aiokafka", "kafka-python",
    "pyarrow",
)  # fmt: skip


def describe() -> dict[str, object]:
    """Return processor, cores, how busy they were, Python and the versions of the packages that matter."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))} | _pinned_for_peers(),
    }


def _pinned_for_peers() -> dict[str, str]:
    lines = (Path(__file__).parent / "requirements.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line and ";" not in line)
    return {name: pins[name] for name in ("quixstreams", "confluent-kafka", "orjson")}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except ImportError:
        return None


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    sys.exit(main())
