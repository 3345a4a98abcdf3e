"""Which broker `neoscore up` takes."""

import re

from stack.errors import PartMissing
from stack.local import kafka, tansu

GIVEN = "given"

_ADDRESS = re.compile(r"[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*")


def choose_broker(wanted: str) -> str:
    """Return `apache`, `tansu` or `given` for what the user wants: `auto`, one of the two, or addresses.

    `auto` is Apache Kafka where this machine can run it, else Tansu. Raises PartMissing, and ValueError for anything
    else.
    """
    match wanted:
        case kafka.KIND:
            kafka.check_kafka()
            return kafka.KIND
        case tansu.KIND:
            tansu.find_tansu()
            return tansu.KIND
        case "auto":
            return _best_of_this_machine()
    if _ADDRESS.fullmatch(wanted):
        return GIVEN
    raise ValueError(f"{wanted!r} is neither auto, {kafka.KIND}, {tansu.KIND} nor HOST:PORT")


def _best_of_this_machine() -> str:
    try:
        return choose_broker(kafka.KIND)
    except PartMissing as no_kafka:
        try:
            return choose_broker(tansu.KIND)
        except PartMissing as no_tansu:
            raise PartMissing(f"no broker can run here: {no_kafka}; {no_tansu}; or give one with --broker") from None
