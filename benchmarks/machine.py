"""What the numbers were measured on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

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
