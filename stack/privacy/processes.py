"""What the system would do with the memory of a service that crashes."""

from collections.abc import Sequence
from pathlib import Path

from stack.state import StackState

PROC = Path("/proc")


def allowing_core_dumps(state: StackState) -> tuple[list[str], int]:
    """Return the workers, dashboard and gateway that may leave a core dump, and how many were looked at (Linux)."""
    services = [
        part
        for part in state.processes
        if part.name.startswith("worker") or part.name in ("the dashboard", "the gateway")
    ]
    limits = {part.name: limit for part in services if (limit := core_limit(part.pid)) is not None}
    return [name for name, limit in limits.items() if limit != "0"], len(limits)


def core_limit(pid: int) -> str | None:
    """Return the soft limit of a process's core dumps, None if the system does not report it."""
    try:
        lines: Sequence[str] = (PROC / str(pid) / "limits").read_text().splitlines()
    except OSError:
        return None
    fields = next((line.split() for line in lines if line.startswith("Max core file size")), [])
    return fields[4] if len(fields) > 4 else None


def swapped_kilobytes(pids: Sequence[int]) -> int | None:
    """Return how much of the processes' memory lies in swap now, None if the system does not report it."""
    total = 0
    for pid in pids:
        try:
            lines = (PROC / str(pid) / "status").read_text().splitlines()
        except OSError:
            return None
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmSwap:"))
    return total
