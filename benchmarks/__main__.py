"""`python -m benchmarks [engine] [pipeline] [scaling] [screen] [gateway] [sealing] [--quick] [--write-docs]`."""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console

from benchmarks import engine, gateway, pipeline, report, request_path, results, scaling, screen, sealing
from benchmarks.machine import describe
from benchmarks.site import Material, prepare
from benchmarks.sizes import FULL, QUICK, Sizes

MEASURE: dict[str, Callable[[Material, Sizes], Any]] = {
    "engine": lambda material, sizes: {
        "explainers": engine.run(sizes),
        "request_path": request_path.run(material, sizes),
    },
    "pipeline": pipeline.run,
    "scaling": scaling.run,
    "screen": screen.run,
    "gateway": gateway.run,
    "sealing": sealing.run,
}


def main() -> int:
    """Measure the parts asked for, or write the document from what was measured. Returns the exit code."""
    asked = _arguments()
    console = Console()
    if not asked.write_docs or asked.parts:
        _measure(asked.parts or list(MEASURE), quick=asked.quick, console=console)
    found = results.load()
    if not found:
        Console(stderr=True).print("benchmarks: nothing was measured yet; run `make bench` first")
        return 1
    report.show(found, console)
    if asked.write_docs:
        report.write_document(found)
        console.print(f"[dim]written: {report.DOCUMENT}[/]")
    console.print(f"[dim]all numbers: {results.PATH}[/]")
    return 0


def _measure(parts: list[str], *, quick: bool, console: Console) -> None:
    machine = describe()
    material = prepare()
    for part in parts:
        console.print(f"measuring: {part} ...")
        began = time.monotonic()
        measured = MEASURE[part](material, QUICK if quick else FULL)
        results.store(part, measured, machine, time.monotonic() - began, quick=quick)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description="Measure speed, latency and memory.")
    parser.add_argument(
        "parts", nargs="*", choices=[*MEASURE, []], metavar="PART", help=f"{', '.join(MEASURE)}; or all"
    )
    parser.add_argument("--quick", action="store_true", help="a short look instead of the full measurement")
    parser.add_argument("--write-docs", action="store_true", help="rewrite the tables of docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
