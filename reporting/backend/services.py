"""What the pages of one session work with: what all sessions share, in the name of one person."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from contract.access import AccessOutcome, Purpose
from contract.bundle import Bundle
from contract.errors import BrokerUnavailableError, BundleError, TopicError
from contract.messages import ModelRef, Scored
from db.access_log import AccessEvent, Actor, ListShown
from db.clients import Client, ClientQuery, ClientSearchResult, find_client, search_clients
from db.errors import DatabaseError
from db.unusual_reading import ReadingReport
from producers.errors import RequestRejectedError
from reporting import problems
from reporting.backend.resources import AppResources
from reporting.problems import ModelMismatchError, Problem, ScoreFailure, outcome_of, problem_of, require_same_model

log = logging.getLogger(__name__)

T = TypeVar("T")

SAME_LIST_SECONDS = 60
"""A page of a list that is shown again within this time, as after a change of language, is one look at it."""


class SessionServices:
    """For one person; safe to use from any thread. Whatever it shows of a client is in the access log first."""

    def __init__(self, shared: AppResources, actor: Actor) -> None:
        self.config, self.engine = shared.config, shared.engine
        self.request_monitors, self.topic_monitors = shared.request_monitors, shared.topic_monitors
        self.submit, self.bundle = shared.submit, shared.bundle
        self.score_client, self.batch_client = shared.score_client, shared.batch_client
        self._shared, self.actor = shared, actor
        self._opened = "", ""
        self._last_list: tuple[Sequence[str], Sequence[str]] | None = None
        self._last_list_at, self._list_lock = 0.0, threading.Lock()

    def retention_unverified(self) -> bool:
        """Return whether the broker's retention cannot be verified; False while no broker is available."""
        try:
            return self.score_client().retention_unverified
        except (BrokerUnavailableError, TopicError) as error:
            log.warning("message broker unavailable (%s)", type(error).__name__)
            return False

    def search(self, bundle: Bundle, query: ClientQuery, offset: int, limit: int) -> ClientSearchResult | Problem:
        """Return one page of clients once the log says who is on it, or the problem."""
        found = self._read(lambda: search_clients(self.engine, bundle.schema, query, offset=offset, limit=limit))
        if isinstance(found, Problem):
            return found
        return self._record_list(query.names, tuple(client.client_ref for client in found.clients)) or found

    def open_client(self, client_ref: str, business_purpose: str) -> "Future[Client | Problem]":
        """Read a client's data; it is given once the access is in the log. Without a record, nothing is shown.

        Whatever else is recorded of this client, until another is opened, has the same business purpose.
        """
        self._opened = client_ref, business_purpose
        return self.submit(lambda: self._load_client(client_ref))

    def _load_client(self, client_ref: str) -> Client | Problem:
        client = self._read(lambda: find_client(self.engine, client_ref))
        if isinstance(client, Problem):
            return client
        if refused := self.record_access(
            client_ref, Purpose.VIEW, AccessOutcome.SHOWN if client else AccessOutcome.NOT_FOUND
        ):
            return refused
        return client or Problem.CLIENT_NOT_FOUND

    def score(
        self,
        bundle: Bundle,
        client: Client,
        changes: Mapping[str, Any] | None = None,
        *,
        purpose: Purpose | None = Purpose.SCORE,
        explain: bool = True,
    ) -> "Future[Scored | ScoreFailure]":
        """Ask for a client's score over Kafka, with some values changed if `changes` names any.

        The access is recorded under `purpose` before the answer is given; without a record, no score. None: it belongs
        to an access that is recorded already.
        """
        known = bundle.schema.by_name
        features = {name: value for name, value in client.attributes.items() if name in known} | dict(changes or {})
        answer: Future[Scored | ScoreFailure] = Future()

        def record(result: Scored | ScoreFailure) -> None:
            refused = self._record_score(client.client_ref, purpose, result) if purpose else None
            answer.set_result(ScoreFailure(refused) if refused else result)

        def ask() -> None:
            try:
                asked = self.score_client().submit(client.client_ref, features, explain=explain)
            except Exception as error:  # whatever it is, the advisor gets a sentence
                record(score_failure(error))
            else:
                asked.add_done_callback(lambda done: self.submit(lambda: record(self._outcome(bundle, done))))

        self.submit(ask)
        return answer

    def record_access(
        self,
        client_ref: str,
        purpose: Purpose,
        outcome: AccessOutcome,
        model: ModelRef | None = None,
        request_id: str = "",
    ) -> Problem | None:
        """Write an access to the log, with the model whose score is looked at.

        Returns the problem if that failed: then nothing may be shown.
        """
        opened, business_purpose = self._opened
        said = business_purpose if client_ref == opened else ""
        return self._shared.record_access(
            AccessEvent(self.actor, purpose, outcome, client_ref, model, request_id, said)
        )

    def reading_report(self) -> ReadingReport | Problem:
        """Return what is unusual in the access log of the last day."""
        return self._read(self._shared.reading.report)

    def _record_list(self, names: Sequence[str], client_refs: Sequence[str]) -> Problem | None:
        """Record who is on a page of a list, unless the same page was recorded just now."""
        page = names, client_refs
        with self._list_lock:
            now = time.monotonic()
            if self._last_list == page and now - self._last_list_at < SAME_LIST_SECONDS:
                return None
            listed = ListShown(names, len(client_refs), self._shared.hasher.shown(client_refs))
            event = AccessEvent(self.actor, Purpose.LIST, AccessOutcome.SHOWN, listed=listed)
            if refused := self._shared.record_access(event):
                return refused
            self._last_list, self._last_list_at = page, now
            return None

    def _record_score(self, client_ref: str, purpose: Purpose, result: Scored | ScoreFailure) -> Problem | None:
        if isinstance(result, Scored):
            return self.record_access(client_ref, purpose, AccessOutcome.SCORED, result.model, result.request_id)
        return self.record_access(client_ref, purpose, outcome_of(result.problem))

    def _outcome(self, bundle: Bundle, done: Future[Scored]) -> Scored | ScoreFailure:
        """Return the answer, if it is the model's whose schema the request followed and the screen follows."""
        try:
            require_same_model((scored := done.result()).model, bundle.ref)
        except RequestRejectedError as error:  # a new model may reject what the old one took
            return score_failure(ModelMismatchError() if self._outdated(bundle) else error)
        except Exception as error:  # whatever it is, the advisor gets a sentence
            return score_failure(error)
        return scored

    def _outdated(self, bundle: Bundle) -> bool:
        try:
            return self._shared.active_bundle_path() != bundle.path
        except BundleError:
            return False

    def _read(self, read: Callable[[], T]) -> T | Problem:
        try:
            return read()
        except DatabaseError as error:
            problem = problem_of(error)
            if problem is Problem.DATABASE_NOT_READY:  # it will not come back by itself
                log.warning("the database cannot be used (%s): %s", type(error).__name__, error)
            return problem


def score_failure(error: BaseException) -> ScoreFailure:
    """Return what an error of the road to the worker means for the advisor."""
    result = problems.score_failure(error)
    log.warning("no score: %s (%s)", result.problem, type(error).__name__)
    return result
