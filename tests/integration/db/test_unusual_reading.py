"""What is unusual is counted from the access log itself, by time, whatever its length."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from db.engine import begin, open_engine
from db.errors import PermissionDeniedError
from db.migrate import migrate
from db.unusual_reading import ReadingReport, reading_report

pytestmark = pytest.mark.database

PAST = text(
    "INSERT INTO access_log (id, at, actor, role, client_ref, purpose, outcome, row_count, shown, login, "
    "previous_hash, hash) SELECT coalesce((SELECT max(id) FROM access_log), 0) + i, now() - CAST(:ago AS interval), "
    ":actor, :role, 'c' || i, :purpose, :outcome, :rows, :shown, 'x', '', '' FROM generate_series(1, :count) AS i"
)


def _past(engine: Engine, ago: str, actor: str, count: int, **changes: object) -> None:
    """Enter what happened then, which only the owner without the trigger can."""
    usual = {"role": "advisor", "purpose": "view", "outcome": "shown", "rows": None, "shown": ""}
    with begin(engine) as connection:
        connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER append"))
        connection.execute(PAST, {"ago": ago, "actor": actor, "count": count} | usual | changes)
        connection.execute(text("ALTER TABLE access_log ENABLE TRIGGER append"))


def test_each_person_is_compared_with_their_own_last_days(new_database: Callable[[], str]) -> None:
    engine = open_engine(new_database())
    migrate(engine)
    assert reading_report(engine) == ReadingReport([], 0, 0)
    _past(engine, "40 days", "quiet", 500)
    _past(engine, "30 hours", "quiet", 10)
    _past(engine, "30 hours", "busy", 60)
    _past(engine, "2 hours", "quiet", 70)
    _past(engine, "2 hours", "busy", 70)
    _past(engine, "1 hour", "busy", 70)  # the same clients again
    _past(engine, "1 hour", "lister", 101, purpose="list", rows=10, shown="AAAA")
    _past(engine, "1 hour", "loan-desk", 5_000, role="service", purpose="gateway_score", outcome="scored")
    _past(engine, "1 hour", "loan-desk", 3, role="service", purpose="gateway_score", outcome="refused")
    _past(engine, "1 hour", "unauthenticated", 4, role="none", purpose="sign_in", outcome="refused")
    _past(engine, "1 hour", "unauthenticated", 2, role="service", purpose="gateway_score", outcome="unauthenticated")
    _past(engine, "1 hour", "quiet", 2, purpose="page_audit", outcome="refused")
    report = reading_report(engine)
    assert [(one.actor, one.files, one.usual_files, one.listed) for one in report.unusual] == [
        ("quiet", 70, 10.0, 0),
        ("lister", 0, 0.0, 1_010),
    ]
    assert (report.refused, report.unauthenticated) == (5, 6)
    engine.dispose()


def test_who_may_not_read_the_log_gets_no_report(engine: Engine) -> None:
    with begin(engine) as connection:
        connection.execute(text("CREATE ROLE appends_only LOGIN PASSWORD 'x' IN ROLE neoscore_append"))
    opened = open_engine(engine.url.set(username="appends_only", password="x"))
    with pytest.raises(PermissionDeniedError):
        reading_report(opened)
    opened.dispose()
    with begin(engine) as connection:
        connection.execute(text("DROP ROLE appends_only"))
