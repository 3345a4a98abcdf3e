"""Tables in the terminal, and in docs/benchmarks.md between the marks that name them."""

import re
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.results import Results
from benchmarks.tables import ResultTable, all_tables

DOCUMENT = Path("docs/benchmarks.md")

_REGION = re.compile(r"(<!-- (?P<name>[a-z-]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)


def show(results: Results, console: Console) -> None:
    """Print every table."""
    for table in all_tables(results).values():
        shown = RichTable(title=table.title)
        for i, heading in enumerate(table.headings):
            shown.add_column(heading, justify="left" if i < table.texts else "right")
        for row in table.rows:
            shown.add_row(*(cell.replace("**", "") for cell in row))
        console.print(shown)


def write_document(results: Results) -> None:
    """Rewrite the marked regions of docs/benchmarks.md; the words between them are kept."""
    DOCUMENT.write_text(fill_regions(DOCUMENT.read_text(encoding="utf-8"), results), encoding="utf-8")


def fill_regions(text: str, results: Results) -> str:
    """Return the text with every marked region written anew. Raises KeyError for a region that no table has."""
    bodies = {name: markdown(table) for name, table in all_tables(results).items()}
    bodies["circumstances"] = describe_environment(results)

    def replace(region: re.Match[str]) -> str:
        return f"{region[1]}{bodies.get(region['name'], 'Not measured.')}\n{region[4]}"

    return _REGION.sub(replace, text)


def markdown(table: ResultTable) -> str:
    """Return a table in Markdown."""
    rule = ["---" if i < table.texts else "---:" for i in range(len(table.headings))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (table.headings, rule, *table.rows))


def describe_environment(results: Results) -> str:
    """Return where and when each part was measured, as a list."""
    machine: dict[str, Any] = results.get("machine", {})
    if not machine:
        return "Not measured."
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    lines = [
        f"- Processor: {machine['processor']}, {machine['cores']} cores, load before the run {machine['load']:.1f}",
        f"- Python {machine['python']}; {packages}",
    ]
    for part, entry in results.items():
        if part != "machine":
            quick = " (quick run)" if entry["quick"] else ""
            lines.append(f"- {part}: {entry['at']}, {entry['seconds']:.0f} s{quick}")
    lines += [f"- {part}: {reason}" for part, reason in _skipped(results)]
    return "\n".join(lines)


def _skipped(results: Results) -> list[tuple[str, str]]:
    pipeline = results.get("pipeline", {}).get("measured", {})
    reasons = [
        ("Apache Kafka", pipeline.get("apache", {}).get("skipped")),
        ("peers", pipeline.get("apache", {}).get("peers_skipped")),
        ("Tansu", pipeline.get("tansu", {}).get("skipped")),
        ("scaling", results.get("scaling", {}).get("measured", {}).get("skipped")),
        ("dashboard", results.get("dashboard", {}).get("measured", {}).get("skipped")),
        ("gateway", results.get("gateway", {}).get("measured", {}).get("skipped")),
    ]
    return [(part, f"skipped, {reason}") for part, reason in reasons if reason]
