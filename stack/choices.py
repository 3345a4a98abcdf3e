"""Which broker `neoscore up` takes."""

import re

from stack.errors import MissingDependencyError
from stack.local import kafka, tansu

EXTERNAL = "external"

_ADDRESS = re.compile(r"[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*")


def resolve_broker(wanted: str) -> str:
    """Return `apache`, `tansu` or `external` for `auto`, one of the two, or addresses.

    `auto` is Apache Kafka if this machine can run it, else Tansu. Raises MissingDependencyError, and ValueError for
    anything else.
    """
    match wanted:
        case kafka.KIND:
            kafka.check_kafka()
            return kafka.KIND
        case tansu.KIND:
            tansu.find_tansu()
            return tansu.KIND
        case "auto":
            return _detect_broker()
    if _ADDRESS.fullmatch(wanted):
        return EXTERNAL
    raise ValueError(f"{wanted!r} is neither auto, {kafka.KIND}, {tansu.KIND} nor HOST:PORT")


def _detect_broker() -> str:
    try:
        return resolve_broker(kafka.KIND)
    except MissingDependencyError as no_kafka:
        try:
            return resolve_broker(tansu.KIND)
        except MissingDependencyError as no_tansu:
            raise MissingDependencyError(
                f"no broker can run here: {no_kafka}; {no_tansu}; or give one with --broker"
            ) from None
