"""Unusual reading: what each person looked at in the last day, against the same person's days before.

Everything is counted from the access log, which every way to a client's data writes to.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from contract.access import NO_ROLE, SERVICE_ROLE, UNAUTHENTICATED_NAME
from db.engine import connect

HISTORY_DAYS = 14
"""Compared with: long enough for a usual week twice, short enough that a new task soon becomes usual."""

FACTOR = 3.0
"""Unusual is what is more than so many times a person's own mean of the days on which they worked."""

MIN_FILES = 50
"""Files of clients in a day that are never unusual: a busy advisor opens as many."""

MIN_LISTED = 1_000
"""Clients on lists in a day that are never unusual: a hundred pages."""

MIN_REFUSALS = 20
"""Refusals of one person in a day that are unusual: a wrong bookmark causes a few."""

REFRESH_SECONDS = 300.0
"""The log of two weeks is read so often at most, however many ask."""


@dataclass(frozen=True)
class ReadingDay:
    """What one person did within 24 hours, `days_ago` times 24 hours ago."""

    actor: str
    days_ago: int
    files: int
    """Different clients whose file they opened or whose score they asked for at the command line."""
    listed: int
    """Clients on the lists that they were shown."""
    refused: int


@dataclass(frozen=True)
class Reader:
    """One person's last 24 hours, and the mean of their own days before: of those with entries, 0 if there is none."""

    actor: str
    files: int
    listed: int
    refused: int
    usual_files: float
    usual_listed: float

    @property
    def unusual(self) -> bool:
        """Whether an auditor should ask why."""
        return (
            self.files > max(MIN_FILES, FACTOR * self.usual_files)
            or self.listed > max(MIN_LISTED, FACTOR * self.usual_listed)
            or self.refused > MIN_REFUSALS
        )


@dataclass(frozen=True)
class ReadingReport:
    """The last 24 hours."""

    unusual: Sequence[Reader]
    """Whose reading is unusual, most files first."""
    refused: int
    """Refusals of people and programs that are known."""
    unauthenticated: int
    """Refusals of callers without a valid token or session; the log keeps only some of many at once."""


def summarize(days: Iterable[ReadingDay], unauthenticated: int = 0, refused_services: int = 0) -> ReadingReport:
    """Compare each person's last day with their days before. `refused_services`: refusals of programs."""
    by_actor: dict[str, list[ReadingDay]] = defaultdict(list)
    for day in days:
        by_actor[day.actor].append(day)
    readers = [_reader(actor, theirs) for actor, theirs in by_actor.items()]
    unusual = sorted((one for one in readers if one.unusual), key=lambda one: (-one.files, one.actor))
    return ReadingReport(unusual, sum(one.refused for one in readers) + refused_services, unauthenticated)


def _reader(actor: str, days: Sequence[ReadingDay]) -> Reader:
    last = next((day for day in days if day.days_ago == 0), ReadingDay(actor, 0, 0, 0, 0))
    before = [day for day in days if day.days_ago > 0]
    files, listed = (sum(getattr(day, name) for day in before) / max(1, len(before)) for name in ("files", "listed"))
    return Reader(actor, last.files, last.listed, last.refused, files, listed)


_DAYS = text(
    "SELECT actor, CAST(floor(extract(epoch FROM now() - at) / 86400) AS integer) AS days_ago, "
    "count(DISTINCT client_ref) FILTER (WHERE purpose IN ('view', 'command_line_score') AND client_ref <> ''), "
    "coalesce(sum(row_count) FILTER (WHERE shown <> ''), 0), count(*) FILTER (WHERE outcome = 'refused') "
    "FROM access_log WHERE id >= :first AND at > now() - make_interval(days => :days) "
    "AND role NOT IN (:service, :none) GROUP BY 1, 2"
)

_OTHERS = text(
    "SELECT count(*) FILTER (WHERE outcome = 'refused' AND role = :service), "
    "count(*) FILTER (WHERE outcome IN ('refused', 'unauthenticated') AND actor = :unauthenticated) "
    "FROM access_log WHERE id >= :first AND at > now() - interval '1 day'"
)


def reading_report(engine: Engine) -> ReadingReport:
    """Read the log of the last days. Raises DatabaseError."""
    roles = {"service": SERVICE_ROLE, "none": NO_ROLE}
    with connect(engine) as connection:
        first = _first_entry(connection, HISTORY_DAYS + 1)
        rows = connection.execute(_DAYS, {"first": first, "days": HISTORY_DAYS + 1, **roles})
        days = [ReadingDay(*row) for row in rows]
        others = {"service": SERVICE_ROLE, "unauthenticated": UNAUTHENTICATED_NAME}
        refused, unauthenticated = connection.execute(_OTHERS, {"first": _first_entry(connection, 1), **others}).one()
    return summarize(days, unauthenticated, refused)


def _first_entry(connection: Connection, days: int) -> int:
    """Return the number of the first entry of the last days, by halving: numbers rise with time, without a gap."""
    low, high = 1, 1 + (connection.execute(text("SELECT max(id) FROM access_log")).scalar_one() or 0)
    older = text("SELECT at <= now() - make_interval(days => :days) FROM access_log WHERE id = :id")
    while low < high:
        middle = (low + high) // 2
        if connection.execute(older, {"days": days, "id": middle}).scalar_one():
            low = middle + 1
        else:
            high = middle
    return low


class ReadingMonitor:
    """Keeps the last report for all who ask in one process. Safe to use from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, threading.Lock()
        self._report: ReadingReport | None = None
        self._read_at = 0.0

    def report(self) -> ReadingReport:
        """Return the report, read anew if it is old. Raises DatabaseError."""
        with self._lock:
            if self._report is None or time.monotonic() - self._read_at > REFRESH_SECONDS:
                self._report = reading_report(self._engine)
                self._read_at = time.monotonic()
            return self._report
