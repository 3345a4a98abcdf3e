"""What all sessions of one dashboard process share: the database, the score client, the model bundle, a few threads.

Nothing here fails at start: what is away is tried again at each use, and comes back when it does.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from contract.bundle import Bundle, active_bundle, load_bundle
from contract.errors import BrokerUnavailable, BundleError, TopicError
from contract.messages import Scored
from contract.settings import Settings
from db.access_log import Actor, record_access
from db.clients import Client, ClientPage, ClientQuery, find_client, search_clients
from db.errors import DatabaseError
from db.session import open_engine
from producers.blocks import BlockClient
from producers.client import ScoreClient
from producers.errors import RequestRejected
from reporting.model.live import LiveRequests
from reporting.problems import NotScored, OtherModelError, Problem, check_model, problem_of

log = logging.getLogger(__name__)

T = TypeVar("T")

SOURCE = "/neoscore/dashboard"
WHO = Actor("advisor", "advisor")
"""The dashboard has no accounts of its own yet; the access log tells that an advisor looked, not which."""

THREADS = 8
"""Database reads take milliseconds and scores wait in the client's own thread: eight serve dozens of advisors."""


class Services:
    """Shared by every session; safe to use from any thread."""

    def __init__(self, config: Settings) -> None:
        self.config = config
        self.engine = open_engine(config.database_url)
        self.live = LiveRequests(config)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="dashboard")
        self._client: ScoreClient | None = None
        self._blocks: BlockClient | None = None
        self._connecting = threading.Lock()
        self._bundle: Bundle | None = None

    def run(self, work: Callable[[], T]) -> Future[T]:
        """Do blocking work in one of the threads."""
        return self._pool.submit(work)

    def bundle(self) -> Bundle:
        """Return the model bundle to derive the screen from. Raises BundleError when there is none."""
        path = self._path()
        if self._bundle is None or self._bundle.path != path:
            self._bundle = load_bundle(path)
        return self._bundle

    def unverified(self) -> bool:
        """Tell whether the broker cannot prove that it forgets; False while no broker answers."""
        try:
            return self.connect().unverified
        except (BrokerUnavailable, TopicError) as error:
            log.warning("no broker to score with (%s)", type(error).__name__)
            return False

    def connect(self) -> ScoreClient:
        """Return the score client, connecting when there is none yet. Raises BrokerUnavailable or TopicError."""
        with self._connecting:
            if self._client is None:
                self._client = ScoreClient(self.config, SOURCE)
            return self._client

    def connect_blocks(self) -> BlockClient:
        """Return the client of the batch lane, connecting when there is none yet. Raises as `connect` does."""
        with self._connecting:
            if self._blocks is None:
                self._blocks = BlockClient(self.config, SOURCE)
            return self._blocks

    def search(self, bundle: Bundle, query: ClientQuery, offset: int, limit: int) -> ClientPage | Problem:
        """Return one page of clients, or what stands in the way."""
        return self._read(lambda: search_clients(self.engine, bundle.schema, query, offset=offset, limit=limit))

    def open_client(self, client_ref: str) -> Client | Problem:
        """Return a client's data once the access is in the log; without a record, nothing is shown."""
        client = self._read(lambda: find_client(self.engine, client_ref))
        if isinstance(client, Problem):
            return client
        if refused := self.record(client_ref, "view", "shown" if client else "not_found"):
            return refused
        return client or Problem.CLIENT_GONE

    def score(
        self,
        bundle: Bundle,
        client: Client,
        changes: Mapping[str, Any] | None = None,
        *,
        purpose: str | None = "score",
        explain: bool = True,
    ) -> "Future[Scored | NotScored]":
        """Ask for a client's score over Kafka, with some values changed if `changes` names any.

        The access is recorded under `purpose` before the answer is given; without a record, no score. None: it belongs
        to an access that is recorded already.
        """
        known = bundle.schema.by_name
        features = {name: value for name, value in client.attributes.items() if name in known} | dict(changes or {})
        answer: Future[Scored | NotScored] = Future()

        def record(outcome: Scored | NotScored) -> None:
            status = "scored" if isinstance(outcome, Scored) else str(outcome.problem)
            refused = self.record(client.client_ref, purpose, status) if purpose else None
            answer.set_result(NotScored(refused) if refused else outcome)

        def ask() -> None:
            try:
                asked = self.connect().submit(client.client_ref, features, explain=explain)
            except Exception as error:  # whatever it is, the advisor gets a sentence
                record(not_scored(error))
            else:
                asked.add_done_callback(lambda done: self._pool.submit(lambda: record(self._outcome(bundle, done))))

        self._pool.submit(ask)
        return answer

    def record(self, client_ref: str, purpose: str, outcome: str) -> Problem | None:
        """Write an access to the log; return what stands in the way of it, and so of showing anything."""
        try:
            record_access(self.engine, WHO, purpose, outcome, client_ref)
        except DatabaseError as error:
            log.warning("access not recorded, so refused (%s)", type(error).__name__)
            return Problem.NOT_RECORDED
        return None

    def close(self) -> None:
        """Disconnect from everything."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.live.close()
        for client in (self._client, self._blocks):
            if client is not None:
                client.close()
        self.engine.dispose()

    def _outcome(self, bundle: Bundle, done: Future[Scored]) -> Scored | NotScored:
        """Return the answer, if it is the model's whose schema the request followed and the screen follows."""
        try:
            check_model((scored := done.result()).model, bundle.ref)
        except RequestRejected as error:  # a new model may reject what the old one took
            return not_scored(OtherModelError() if self._outdated(bundle) else error)
        except Exception as error:  # whatever it is, the advisor gets a sentence
            return not_scored(error)
        return scored

    def _outdated(self, bundle: Bundle) -> bool:
        try:
            return self._path() != bundle.path
        except BundleError:
            return False

    def _path(self) -> Path:
        return self.config.model or active_bundle(self.config.models_folder)

    def _read(self, read: Callable[[], T]) -> T | Problem:
        try:
            return read()
        except DatabaseError as error:
            problem = problem_of(error)
            if problem is Problem.DATABASE_NOT_READY:  # it will not come back by itself
                log.warning("the database cannot be used (%s): %s", type(error).__name__, error)
            return problem


def not_scored(error: BaseException) -> NotScored:
    """Return what an error of the road to the worker means for the advisor."""
    if isinstance(error, RequestRejected):
        return NotScored(Problem.REJECTED, error.fields)
    problem = problem_of(error)
    log.warning("no score: %s (%s)", problem, type(error).__name__)
    return NotScored(problem)
