"""The audit page of one session: entries newest first, the state of the chain, and an export."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any, TypeVar

from contract.access import AccessOutcome, Purpose
from db.access_log_chain import ChainVerification, verify_chain
from db.access_log_export import csv_lines
from db.access_log_reader import AccessLogEntry, EntryFilter, newest_entries
from db.errors import DatabaseError, PermissionDeniedError
from db.unusual_reading import Reader, ReadingReport
from presentation.locale import Locale
from reporting.pages.access_log.table import AccessLogTable, chain_text, filter_from_message, rows, table_messages
from reporting.pages.base import PageContext
from reporting.problems import Problem, problem_of
from reporting.widgets.components import STATE_CSS, card, column, html, problem_html, problem_text
from reporting.widgets.theme import PAGE, DisplayPreferences

T = TypeVar("T")

PAGE_SIZE = 50
"""On one page of the table."""

MAX_EXPORT_ROWS = 50_000
"""Some ten megabytes, which pass through the session's connection; the command line exports any number."""

CHAIN_CSS = """
.chain { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; margin-top: 10px; font-size: 14px; }
.chain b { font-weight: 600; }
.chain b.intact { color: var(--lowers); }
.chain b.altered { color: var(--alert); }
.chain code { font-size: 12px; color: var(--muted); overflow-wrap: anywhere; }
"""


UNUSUAL_CSS = """
p { margin-top: 8px; font-size: 14px; }
p[role=note] { color: var(--alert); font-weight: 600; }
ul { list-style: none; margin-top: 4px; font-size: 13.5px; }
li { padding: 2px 0; overflow-wrap: anywhere; }
"""


class AccessLogPage:
    """One card. Runs in the session's thread; reading the log runs in the services' threads."""

    def __init__(self, context: PageContext, look: DisplayPreferences) -> None:
        self._services, self._scheduler, self._look = context.services, context.scheduler, look
        self._query, self._request_seq = EntryFilter(), 0
        self._entries: list[AccessLogEntry] = []
        self._first, self._last, self._busy = True, True, True
        self._chain: ChainVerification | Problem | None = None
        self._heading, self._problem = html("", CHAIN_CSS), html("", STATE_CSS, visible=False)
        self._report: ReadingReport | None = None
        self._unusual = html("", UNUSUAL_CSS)
        # A message of our own component arrives without the document's lock.
        self._table = AccessLogTable(
            lambda message: context.scheduler.call_soon(partial(self._on_action, message)),
            messages=table_messages(look.locale),
            table_data=self._table_data(),
            sizing_mode="stretch_width", margin=(16, 0, 0, 0),
        )  # fmt: skip
        self.panel = column(column(card(self._heading, self._unusual, self._problem, self._table), css=PAGE))
        self.apply_preferences(look)
        self._scheduler.when_done(self._services.submit(self._record_visit), self._on_visit_recorded)

    def apply_preferences(self, look: DisplayPreferences) -> None:
        """Show everything in this language; colours follow the theme through CSS."""
        self._look = look
        self._table.messages = table_messages(look.locale)
        self._table.status = ""
        self._show_heading()
        self._show_unusual()
        self._table.table_data = self._table_data()

    def close(self) -> None:
        """Clear the entries."""
        self._request_seq += 1
        self._entries, self._chain, self._report = [], None, None
        self._show_unusual()
        self._table.table_data = self._table_data()

    def _record_visit(self) -> Problem | None:
        """Reading the log is itself recorded."""
        return self._services.record_access("", Purpose.AUDIT, AccessOutcome.SHOWN)

    def _on_visit_recorded(self, refused: Problem | None) -> None:
        if refused is not None:
            self._show_trouble(refused)
            return
        self._read()
        self._verify()

    def _on_action(self, message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "filter" | "newest":
                self._query = filter_from_message(message)
                self._read()
            case "older" if self._entries:
                self._read(before=self._entries[-1].id)
            case "verify":
                self._verify()
            case "export":
                self._table.status = self._look.locale.text("audit.waiting")
                self._scheduler.when_done(self._services.submit(partial(self._export, self._query)), self._on_exported)

    def _read(self, before: int | None = None) -> None:
        self._request_seq += 1
        self._busy = True
        self._table.table_data = self._table_data()
        work = partial(newest_entries, self._services.engine, self._query, PAGE_SIZE + 1, before)
        use = partial(self._show_entries, self._request_seq, before is None)
        self._scheduler.when_done(self._services.submit(partial(_or_problem, work)), use)

    def _show_entries(self, request_seq: int, first: bool, found: list[AccessLogEntry] | Problem) -> None:
        if request_seq != self._request_seq:
            return  # another page was requested meanwhile
        if not isinstance(found, list):
            self._show_trouble(found)
            return
        self._entries, self._first, self._last, self._busy = found[:PAGE_SIZE], first, len(found) <= PAGE_SIZE, False
        self._problem.visible, self._table.visible = False, True
        self._table.table_data = self._table_data()

    def _verify(self) -> None:
        self._chain = None
        self._show_heading()
        work = partial(_or_problem, partial(verify_chain, self._services.engine))
        self._scheduler.when_done(self._services.submit(work), self._show_chain)
        self._scheduler.when_done(self._services.submit(self._services.reading_report), self._on_report)

    def _on_report(self, report: ReadingReport | Problem) -> None:
        self._report = report if isinstance(report, ReadingReport) else None
        self._show_unusual()

    def _show_unusual(self) -> None:
        self._unusual.object = unusual_html(self._report, self._look.locale) if self._report else ""

    def _show_chain(self, chain: ChainVerification | Problem) -> None:
        self._chain = chain
        self._show_heading()

    def _export(self, query: EntryFilter) -> tuple[str, int] | Problem:
        """Return the file and how many entries it has, once the export is in the log itself."""
        work = partial(newest_entries, self._services.engine, query, MAX_EXPORT_ROWS)
        found = _or_problem(work)
        if not isinstance(found, list):
            return found
        if refused := self._services.record_access("", Purpose.AUDIT_EXPORT, AccessOutcome.DOWNLOADED):
            return refused
        return "".join(csv_lines(reversed(found))), len(found)

    def _on_exported(self, made: tuple[str, int] | Problem) -> None:
        locale = self._look.locale
        if not isinstance(made, tuple):
            self._table.status = ". ".join(problem_text(made, locale))
            return
        content, count = made
        self._table.download(content, locale.text("audit.file", day=datetime.now(UTC).date().isoformat()))
        part = count == MAX_EXPORT_ROWS
        key = "audit.exported_part" if part else "audit.exported"
        self._table.status = locale.text(key, **({"count": locale.number(count)} if part else {}))

    def _table_data(self) -> dict[str, Any]:
        cells = rows(self._entries, self._look.locale)
        return {"rows": cells, "busy": self._busy, "first": self._first, "last": self._last}

    def _show_heading(self) -> None:
        locale, chain = self._look.locale, self._chain
        if chain is None:
            kind, sentence, head = "", locale.text("audit.chain_checking"), ""
        else:
            known = chain if isinstance(chain, ChainVerification) else None
            kind = "" if known is None else "sound" if known.intact else "altered"
            sentence, head = chain_text(known, locale)
        kept = f"<code>{escape(locale.text('audit.chain_head'))} {head}</code>" if head else ""
        self._heading.object = (
            f"<h2>{escape(locale.text('audit.title'))}</h2><p class='muted'>{escape(locale.text('audit.text'))}</p>"
            f"<p class='chain' role='status'><b class='{kind}'>{escape(sentence)}</b>{kept}</p>"
        )

    def _show_trouble(self, problem: Problem) -> None:
        self._problem.object = problem_html(problem, self._look.locale)
        self._problem.visible, self._table.visible = True, False


def unusual_html(report: ReadingReport, locale: Locale) -> str:
    """Return whose reading is unusual, and what is usual for them."""
    if not report.unusual:
        return f"<p class='muted'>{escape(locale.text('audit.reading_usual'))}</p>"
    people = "".join(f"<li>{escape(_reader_text(reader, locale))}</li>" for reader in report.unusual)
    return f"<p role='note'>{escape(locale.text('audit.reading_unusual'))}</p><ul>{people}</ul>"


def _reader_text(reader: Reader, locale: Locale) -> str:
    counts = {name: locale.number(getattr(reader, name)) for name in ("files", "listed", "refused")}
    usual = {name: locale.number(round(getattr(reader, name))) for name in ("usual_files", "usual_listed")}
    return locale.text("audit.reader", actor=reader.actor, **counts, **usual)


def _or_problem(read: Callable[[], T]) -> T | Problem:
    try:
        return read()
    except PermissionDeniedError:
        return Problem.ACCESS_LOG_FORBIDDEN
    except DatabaseError as error:
        return problem_of(error)
