"""The privacy check: canaries on every lane, then a search of every place that must hold no trace of them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from contract.schema import FeatureSchema
from contract.seal.envelope import SEALED_CONTENT_TYPE
from contract.settings import Settings
from contract.topic_admin import describe_topic_configs
from contract.topics import TopicCheckStatus, check_topics
from db.errors import DatabaseError
from producers.client import ScoreClient
from stack.errors import CheckNotPossibleError
from stack.privacy import lanes
from stack.privacy.canary import Canary, make_canary, needles
from stack.privacy.dashboard_visit import BrowserSession, canary_in_database, find_browser
from stack.privacy.processes import allowing_core_dumps, swapped_kilobytes
from stack.privacy.report import CheckOutcome, CheckStep, StepResult, search_finding
from stack.privacy.search import data_folder, database_contains, files_containing, workers_exposing
from stack.privacy.topic_expiry import TopicExpiry, wait_until_expired
from stack.state import StackState

EXPIRY_GRACE_SECONDS = 80.0
"""Beyond the greatest age that a record may reach: for a busy machine."""

DELETED_SECONDS = 75.0
"""Until the files of unreadable records are gone: Kafka keeps them a minute (`log.segment.delete.delay.ms`), ours a
second; the rest is for a busy machine."""

LOOK_SECONDS = 1.0
"""Between two searches of the files."""

NOT_SEARCHABLE = "no feature of this model has fractions, so its values are not unique and are not searched for"


@dataclass(frozen=True)
class CheckTarget:
    """What is checked. Without `state`, steps that need this machine's processes or screen are not checked."""

    config: Settings
    schema: FeatureSchema
    engine: Engine
    places: Sequence[Path]
    state: StackState | None = None


@dataclass
class PrivacyCheck:
    """One run of the check. `on_step` is called with each finished step, `on_status` with what is being waited for."""

    target: CheckTarget
    on_step: Callable[[CheckStep], None] = lambda _: None
    on_status: Callable[[str], None] = lambda _: None
    steps: list[CheckStep] = field(default_factory=list)
    _started: float = field(default_factory=time.time)
    _needles: list[bytes] = field(default_factory=list)
    _cached: list[str] = field(default_factory=list)
    """References of the canaries whose results a worker's cache holds."""

    def run(self) -> list[CheckStep]:
        """Check, and return the steps.

        Raises CheckNotPossibleError or ContractError if there is no running stack to check.
        """
        if self._step("retention of the topics", self._settings) is not CheckOutcome.PASSED:
            return self.steps  # whatever was sent now would stay
        self._step("no core dumps", self._core_dumps)
        with ScoreClient(self.target.config, lanes.SOURCE) as client:
            self._step("canaries on the lanes", lambda: self._lanes(client), required=True)
            self._step("positive control of the search", self._positive_control)
            self._step("dashboard", lambda: self._screen(client, make_canary(self.target.schema)))
            self._step("metrics", self._metrics)
            sent_at = time.monotonic()
            self._step("caches expire", lambda: self._caches(client, sent_at))
        self._step("topics expire", self._topics)
        self._step("files of this machine", self._files)
        self._step("database", self._database)
        self._step("write-ahead log", self._write_ahead_log)
        return self.steps

    def _step(self, name: str, work: Callable[[], StepResult], *, required: bool = False) -> CheckOutcome:
        """Do one step and note it. What cannot be checked is noted, too; of a vital step it ends the check."""
        self.on_status(name)
        started = time.monotonic()
        try:
            outcome, detail = work()
        except (CheckNotPossibleError, DatabaseError) as error:
            if required:
                raise
            outcome, detail = CheckOutcome.SKIPPED, str(error)
        self.steps.append(CheckStep(name, outcome, detail, time.monotonic() - started))
        self.on_step(self.steps[-1])
        return outcome

    def _settings(self) -> StepResult:
        report = check_topics(describe_topic_configs(self.target.config), self.target.config.retention)
        match report.status:
            case TopicCheckStatus.SAFE:
                return CheckOutcome.PASSED, f"every topic deletes what is older than {report.retention.seconds} s"
            case TopicCheckStatus.UNVERIFIABLE:
                return CheckOutcome.FAILED, (
                    "this broker does not report topic configuration, so its retention cannot be verified; Tansu is "
                    "such a broker, and deletes nothing. There is no retention guarantee here: use Apache Kafka"
                )
        return CheckOutcome.FAILED, "; ".join(map(str, report.findings))

    def _core_dumps(self) -> StepResult:
        if self.target.state is None:
            raise CheckNotPossibleError(
                "the services were not started by a stack of this folder, so their processes are unknown"
            )
        names, count = allowing_core_dumps(self.target.state)
        if not count:
            raise CheckNotPossibleError("this system does not report the limits of a process")
        if names:
            return CheckOutcome.FAILED, f"a crash would leave the memory of {', '.join(names)} on disk"
        swapped = swapped_kilobytes([part.pid for part in self.target.state.processes])
        memory = "" if swapped is None else f"; {swapped:,} kB of the stack's memory are in swap now"
        return CheckOutcome.PASSED, f"{count} processes may leave none{memory}"

    def _lanes(self, client: ScoreClient) -> StepResult:
        single, block = make_canary(self.target.schema), make_canary(self.target.schema)
        scores = lanes.score_canary(client, single)
        recalled = lanes.fetch_cached(client, single.client_ref)
        scores += lanes.score_block(self.target.config, self.target.schema, block)
        self._needles += needles([], scores)
        for canary in (single, block):
            self._needles += needles([canary.client_ref], canary.unique_values)
        self._cached.append(single.client_ref)
        if recalled is None:
            raise CheckNotPossibleError(
                "a cache lookup right after the score found nothing; raise NEOSCORE_RESULT_TTL_SECONDS"
            )
        unseen = "" if single.unique_values else f"; {NOT_SEARCHABLE}"
        return CheckOutcome.PASSED, f"one request, one cache lookup, one block; each was answered{unseen}"

    def _screen(self, client: ScoreClient, canary: Canary) -> StepResult:
        if self.target.state is None or self.target.state.dashboard is None:
            raise CheckNotPossibleError("no dashboard of a local stack is known")
        visit = BrowserSession(find_browser(), self.target.state.dashboard.url)
        try:
            with canary_in_database(self.target.engine, canary):
                visit.score(canary.client_ref)
            scores = lanes.fetch_cached(client, canary.client_ref)
            if scores is None:
                raise CheckNotPossibleError("the screen's score is in no cache, so its numbers are unknown")
            # Its reference and features were client data for a moment, and may be in the database's log.
            self._needles += needles([], scores)
            self._cached.append(canary.client_ref)
            left = visit.count_matching_files(needles([], scores))
        finally:
            visit.delete_profile()
        return search_finding(
            [f"{left} files of the browser's profile"] if left else [], "the browser's storage and caches"
        )

    def _positive_control(self) -> StepResult:
        if self.target.config.seals_payloads:
            return self._sealed()
        found = next(files_containing(self._needles, self.target.places, self._started), None)
        if found is None:
            raise CheckNotPossibleError(
                "the broker's files are not on this machine: whether a search would find them is unknown"
            )
        return CheckOutcome.PASSED, f"while a canary is readable, it is found in {found}"

    def _sealed(self) -> StepResult:
        """Show that the broker's files hold sealed payloads, and nothing of a canary that could be read."""
        sealed = next(files_containing([SEALED_CONTENT_TYPE.encode()], self.target.places, self._started), None)
        if sealed is None:
            raise CheckNotPossibleError(
                "the broker's files are not on this machine: what can be read in them is unknown"
            )
        found = list(files_containing(self._needles, self.target.places, self._started))
        return search_finding(
            found, f"what the broker holds from the first moment on: payloads are sealed, as in {sealed}"
        )

    def _metrics(self) -> StepResult:
        parts = self.target.state.processes if self.target.state else []
        addresses = {part.name: part.metrics for part in parts if part.metrics}
        if not addresses:
            raise CheckNotPossibleError("no worker of a local stack is known that serves metrics")
        return search_finding(workers_exposing(self._needles, addresses), f"the metrics of {len(addresses)} workers")

    def _caches(self, client: ScoreClient, sent_at: float) -> StepResult:
        life = self.target.config.result_ttl_seconds
        time.sleep(max(0.0, sent_at + life - time.monotonic()))
        forgot = lanes.wait_until_not_cached(
            client, self._cached, lanes.CACHE_GRACE_SECONDS, lambda: self.on_status("caches expire: still answering")
        )
        seconds = time.monotonic() - sent_at
        if not forgot:
            return CheckOutcome.FAILED, f"a worker still answers from its cache {seconds:.0f} s after the score"
        return CheckOutcome.PASSED, f"a cache lookup finds nothing {seconds:.0f} s after the last score"

    def _topics(self) -> StepResult:
        limit = self.target.config.retention.max_record_age_seconds + EXPIRY_GRACE_SECONDS
        topics = wait_until_expired(self.target.config, limit, lambda found: self.on_status(_ages(found)))
        late = [topic.topic for topic in topics if topic.seconds is None]
        if late:
            return CheckOutcome.FAILED, f"still readable after {limit:.0f} s: {', '.join(late)}"
        slowest = max(topic.seconds or 0.0 for topic in topics)
        oldest = max(topic.oldest_seconds for topic in topics)
        return (
            CheckOutcome.PASSED,
            f"no record of a canary after {slowest:.0f} s; the oldest record seen was {oldest:.0f} s old",
        )

    def _files(self) -> StepResult:
        places = self.target.places
        deadline = time.monotonic() + DELETED_SECONDS
        while found := list(files_containing(self._needles, places, self._started)):
            if time.monotonic() > deadline:
                break
            self.on_status(f"files of this machine: {len(found)} still hold a canary")
            time.sleep(LOOK_SECONDS)
        return search_finding(found, f"files changed since the check began, in {', '.join(map(str, places))}")

    def _database(self) -> StepResult:
        held, how = database_contains(self.target.engine, self._needles)
        return search_finding(["the database"] if held else [], f"the database ({how})")

    def _write_ahead_log(self) -> StepResult:
        folder = data_folder(self.target.engine)
        if folder is None:
            raise CheckNotPossibleError("PostgreSQL's data folder is on another machine, or may not be read")
        return search_finding(
            list(files_containing(self._needles, [folder])), "PostgreSQL's data folder and write-ahead log"
        )


def _ages(topics: Sequence[TopicExpiry]) -> str:
    """Say which topics can still be read, and how old their oldest records are."""
    left = [f"{topic.topic} {topic.oldest_seconds:.0f} s" for topic in topics if topic.seconds is None]
    return f"topics expire; oldest readable records: {', '.join(left)}"
