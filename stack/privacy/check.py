"""The privacy check: canaries through every lane, then a look at every place that should know nothing of them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from contract.kafka import read_topic_settings
from contract.schema import FeatureSchema
from contract.seal.envelope import SEALED
from contract.settings import Settings
from contract.topics import RETENTION_MS, Verdict, check_topics
from db.errors import DatabaseError
from producers.client import ScoreClient
from stack.errors import CannotCheck
from stack.privacy import lanes
from stack.privacy.canary import Canary, make_canary, needles
from stack.privacy.metrics import pages_holding
from stack.privacy.places import data_folder, dump_holds, files_holding
from stack.privacy.processes import dumping, swapped_kilobytes
from stack.privacy.screen import Visit, find_browser, in_database
from stack.privacy.steps import Found, Outcome, Step, found_in
from stack.privacy.topics import Forgetting, wait_until_unreadable
from stack.state import StackState

FORGOTTEN_SECONDS = 180.0
"""From the last record until none can be read: a topic keeps a minute, a segment is closed after half a minute, the
broker looks every five seconds; the rest is for a busy machine."""

DELETED_SECONDS = 75.0
"""Until the files of unreadable records are gone: Kafka keeps them a minute (`log.segment.delete.delay.ms`), ours a
second; the rest is for a busy machine."""

LOOK_SECONDS = 1.0
"""Between two searches of the files."""

UNSEARCHABLE = (
    "no feature of this model has fractions, so its values cannot be told from other people's and are not searched for"
)


@dataclass(frozen=True)
class Subject:
    """What is checked. Without `state`, steps that need this machine's processes or screen are not checked."""

    config: Settings
    schema: FeatureSchema
    engine: Engine
    places: Sequence[Path]
    state: StackState | None = None


@dataclass
class PrivacyCheck:
    """One run of the check. `show` hears each step as it ends, `say` what is being waited for."""

    subject: Subject
    show: Callable[[Step], None] = lambda _: None
    say: Callable[[str], None] = lambda _: None
    steps: list[Step] = field(default_factory=list)
    _started: float = field(default_factory=time.time)
    _needles: list[bytes] = field(default_factory=list)
    _cached: list[str] = field(default_factory=list)
    """References of the canaries whose results a worker's cache holds."""

    def run(self) -> list[Step]:
        """Check, and return the steps. Raises CannotCheck or ContractError when there is no running stack to check."""
        if self._step("topics forget by their settings", self._settings) is not Outcome.KEPT:
            return self.steps  # whatever was sent now would stay
        self._step("no core dumps", self._core_dumps)
        with ScoreClient(self.subject.config, lanes.SOURCE) as client:
            self._step("canaries through the lanes", lambda: self._lanes(client), vital=True)
            self._step("the search finds what is there", self._control)
            self._step("the advisor's screen", lambda: self._screen(client, make_canary(self.subject.schema)))
            self._step("metrics", self._metrics)
            sent_at = time.monotonic()
            self._step("caches forget", lambda: self._caches(client, sent_at))
        self._step("topics forget", self._topics)
        self._step("files of this machine", self._files)
        self._step("database", self._database)
        self._step("write-ahead log", self._write_ahead_log)
        return self.steps

    def _step(self, name: str, work: Callable[[], Found], *, vital: bool = False) -> Outcome:
        """Do one step and note it. What cannot be checked is noted, too; of a vital step it ends the check."""
        self.say(name)
        started = time.monotonic()
        try:
            outcome, detail = work()
        except (CannotCheck, DatabaseError) as error:
            if vital:
                raise
            outcome, detail = Outcome.NOT_CHECKED, str(error)
        self.steps.append(Step(name, outcome, detail, time.monotonic() - started))
        self.show(self.steps[-1])
        return outcome

    def _settings(self) -> Found:
        report = check_topics(read_topic_settings(self.subject.config))
        match report.verdict:
            case Verdict.SAFE:
                return Outcome.KEPT, f"every topic deletes what is older than {RETENTION_MS // 1000} s"
            case Verdict.UNVERIFIABLE:
                return Outcome.BROKEN, (
                    "this broker does not tell its topics' settings, so nobody can verify that it forgets; Tansu is "
                    "such a broker, and never does. The promise cannot hold here: use Apache Kafka"
                )
        return Outcome.BROKEN, "; ".join(map(str, report.findings))

    def _core_dumps(self) -> Found:
        if self.subject.state is None:
            raise CannotCheck("the services were not started by a stack of this folder, so their processes are unknown")
        names, count = dumping(self.subject.state)
        if not count:
            raise CannotCheck("this system does not tell the limits of a process")
        if names:
            return Outcome.BROKEN, f"a crash would leave the memory of {', '.join(names)} on disk"
        swapped = swapped_kilobytes([part.pid for part in self.subject.state.parts])
        memory = "" if swapped is None else f"; {swapped:,} kB of the stack's memory are in swap now"
        return Outcome.KEPT, f"{count} processes may leave none{memory}"

    def _lanes(self, client: ScoreClient) -> Found:
        single, block = make_canary(self.subject.schema), make_canary(self.subject.schema)
        scores = lanes.score_single(client, single)
        recalled = lanes.recall(client, single.client_ref)
        scores += lanes.score_block(self.subject.config, self.subject.schema, block)
        self._needles += needles([], scores)
        for canary in (single, block):
            self._needles += needles([canary.client_ref], canary.recognisable)
        self._cached.append(single.client_ref)
        if recalled is None:
            raise CannotCheck(
                "a recall right after the score found nothing: is NEOSCORE_RESULT_TTL_SECONDS very short?"
            )
        unseen = "" if single.recognisable else f"; {UNSEARCHABLE}"
        return Outcome.KEPT, f"one single request, one recall, one block; each was answered{unseen}"

    def _screen(self, client: ScoreClient, canary: Canary) -> Found:
        if self.subject.state is None or self.subject.state.dashboard is None:
            raise CannotCheck("no dashboard of a local stack is known")
        visit = Visit(find_browser(), self.subject.state.dashboard.url)
        try:
            with in_database(self.subject.engine, canary):
                visit.score(canary.client_ref)
            scores = lanes.recall(client, canary.client_ref)
            if scores is None:
                raise CannotCheck("the screen's score is in no cache, so its numbers are unknown")
            # Its reference and features were client data for a moment, and may be in the database's log.
            self._needles += needles([], scores)
            self._cached.append(canary.client_ref)
            left = visit.left_behind(needles([], scores))
        finally:
            visit.forget()
        return found_in([f"{left} files of the browser's profile"] if left else [], "the browser's storage and caches")

    def _control(self) -> Found:
        if self.subject.config.seals_payloads:
            return self._sealed()
        found = next(files_holding(self._needles, self.subject.places, self._started), None)
        if found is None:
            raise CannotCheck("the broker's files are not on this machine: whether a search would find them is unknown")
        return Outcome.KEPT, f"while a canary is readable, it is found in {found}"

    def _sealed(self) -> Found:
        """Show that the broker's files hold sealed payloads, and nothing of a canary that could be read."""
        sealed = next(files_holding([SEALED.encode()], self.subject.places, self._started), None)
        if sealed is None:
            raise CannotCheck("the broker's files are not on this machine: what can be read in them is unknown")
        found = list(files_holding(self._needles, self.subject.places, self._started))
        return found_in(found, f"what the broker holds from the first moment on: payloads are sealed, as in {sealed}")

    def _metrics(self) -> Found:
        parts = self.subject.state.parts if self.subject.state else []
        addresses = {part.name: part.metrics for part in parts if part.metrics}
        if not addresses:
            raise CannotCheck("no worker of a local stack is known that serves metrics")
        return found_in(pages_holding(self._needles, addresses), f"the metrics of {len(addresses)} workers")

    def _caches(self, client: ScoreClient, sent_at: float) -> Found:
        life = self.subject.config.result_ttl_seconds
        time.sleep(max(0.0, sent_at + life - time.monotonic()))
        forgot = lanes.wait_until_not_cached(
            client, self._cached, lanes.CACHE_GRACE_SECONDS, lambda: self.say("caches forget: still answering")
        )
        seconds = time.monotonic() - sent_at
        if not forgot:
            return Outcome.BROKEN, f"a worker still answers from its cache {seconds:.0f} s after the score"
        return Outcome.KEPT, f"a recall finds nothing {seconds:.0f} s after the last score"

    def _topics(self) -> Found:
        topics = wait_until_unreadable(self.subject.config, FORGOTTEN_SECONDS, lambda found: self.say(_ages(found)))
        late = [topic.topic for topic in topics if topic.seconds is None]
        if late:
            return Outcome.BROKEN, f"still readable after {FORGOTTEN_SECONDS:.0f} s: {', '.join(late)}"
        slowest = max(topic.seconds or 0.0 for topic in topics)
        oldest = max(topic.oldest_seconds for topic in topics)
        return (
            Outcome.KEPT,
            f"no record of a canary after {slowest:.0f} s; the oldest record seen was {oldest:.0f} s old",
        )

    def _files(self) -> Found:
        places = self.subject.places
        deadline = time.monotonic() + DELETED_SECONDS
        while found := list(files_holding(self._needles, places, self._started)):
            if time.monotonic() > deadline:
                break
            self.say(f"files of this machine: {len(found)} still hold a canary")
            time.sleep(LOOK_SECONDS)
        return found_in(found, f"files changed since the check began, in {', '.join(map(str, places))}")

    def _database(self) -> Found:
        held, how = dump_holds(self.subject.engine, self._needles)
        return found_in(["the database"] if held else [], f"the database ({how})")

    def _write_ahead_log(self) -> Found:
        folder = data_folder(self.subject.engine)
        if folder is None:
            raise CannotCheck("PostgreSQL's data folder is on another machine, or may not be read")
        return found_in(list(files_holding(self._needles, [folder])), "PostgreSQL's data folder and write-ahead log")


def _ages(topics: Sequence[Forgetting]) -> str:
    """Say which topics can still be read, and how old their oldest records are."""
    left = [f"{topic.topic} {topic.oldest_seconds:.0f} s" for topic in topics if topic.seconds is None]
    return f"topics forget; oldest readable records: {', '.join(left)}"
