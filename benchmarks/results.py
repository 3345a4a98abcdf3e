"""The one result file. Parts can be measured apart: each says when, and a new one replaces its old self only."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PATH = Path(".neoscore/benchmarks/results.json")

Results = dict[str, Any]


def load() -> Results:
    """Return what was measured so far; nothing when there is no file."""
    if not PATH.exists():
        return {}
    results: Results = json.loads(PATH.read_text())
    return results


def store(part: str, measured: Any, machine: Any, seconds: float, *, quick: bool) -> None:
    """Enter a part with the machine, the time it took and whether it was a quick run."""
    results = load()
    results["machine"] = machine
    results[part] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "quick": quick,
        "measured": measured,
    }
    PATH.parent.mkdir(parents=True, exist_ok=True)
    draft = PATH.with_suffix(".draft")
    draft.write_text(json.dumps(results, indent=2) + "\n")
    draft.replace(PATH)


def measured(results: Results, part: str) -> Any:
    """Return what a part gave, None when it was not measured."""
    return results.get(part, {}).get("measured")
