"""Run every benchmark, print its table and write one machine-readable file."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import engine
from benchmarks.machine import describe

OUTPUT = Path(".neoscore/benchmarks/results.json")


def main() -> int:
    """Measure and report. Returns the exit code."""
    results = {"at": datetime.now(UTC).isoformat(), "machine": describe(), "engine": engine.run()}
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(results, indent=2) + "\n")
    console = Console()
    console.print(engine_table(results["engine"]))
    console.print(f"[dim]all numbers: {OUTPUT}[/]")
    return 0


def engine_table(results: list[dict[str, Any]]) -> Table:
    """Return microseconds per row (median, and times the lookup tables) for each way."""
    table = Table(title="Exact explanations, µs per client (× lookup tables)")
    for heading in ("model", "batch", "way", "µs", "spread", "×"):
        table.add_column(heading, justify="left" if heading in ("model", "way") else "right")
    for row in results:
        us = row["us_per_row"]
        table.add_row(
            f"depth {row['depth']} × {row['trees']}",
            str(row["batch"]),
            row["way"],
            f"{us['median']:.1f}",
            f"{us['low']:.1f}–{us['high']:.1f}",
            f"{row['times_tables']:.1f}",
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
