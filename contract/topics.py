"""The topics, their retention, and the check that a service does before it starts. No I/O.

The names here are base names: on a broker each stands after the installation's prefix (`Settings.topic`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contract.retention import DEFAULT_RETENTION, Retention

REQUESTS = "score.requests"
BATCH_REQUESTS = "score.requests.batch"
RESPONSES = "score.responses"
BATCH_RESPONSES = "score.responses.batch"
DEAD_LETTERS = "score.dead-letters"
SEALING_KEYS = "score.sealing-keys"

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""As much as the largest block, see contract.blocks."""


@dataclass(frozen=True)
class TopicSpec:
    """One topic as this system needs it."""

    name: str
    partitions: int
    description: str


TOPICS: tuple[TopicSpec, ...] = (
    TopicSpec(REQUESTS, 6, "interactive score requests, JSON"),
    TopicSpec(BATCH_REQUESTS, 6, "blocks of score requests, Arrow"),
    TopicSpec(RESPONSES, 6, "interactive score results, JSON"),
    TopicSpec(BATCH_RESPONSES, 6, "blocks of score results, Arrow"),
    TopicSpec(DEAD_LETTERS, 1, "records without a return path: cause and place, never a payload"),
    TopicSpec(SEALING_KEYS, 1, "public keys of workers, where payloads are sealed"),
)


def topic_config(retention: Retention) -> dict[str, str]:
    """Return the configuration that every topic of an installation needs."""
    return {
        "cleanup.policy": "delete",
        **retention.topic_config,
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }


TOPIC_CONFIG: dict[str, str] = topic_config(DEFAULT_RETENTION)
"""The configuration of topics with the default retention."""


def base_name(topic: str) -> str:
    """Return the base name of an installation's topic, whatever its prefix. Raises ValueError for any other topic."""
    for spec in TOPICS:  # none of them ends with another
        if topic.endswith(spec.name):
            return spec.name
    raise ValueError(f"{topic} is not a topic of NeoScore")


class TopicCheckStatus(StrEnum):
    """What the start-up check found."""

    SAFE = "safe"
    """Every topic exists and its retention is as configured."""

    UNSAFE = "unsafe"
    """A topic is missing or keeps data longer than promised: refuse to run."""

    UNVERIFIABLE = "unverifiable"
    """The broker does not tell its topics' settings: the promise cannot be checked."""


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one topic, and what to do about it."""

    topic: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.problem}; {self.remedy}"


@dataclass(frozen=True)
class TopicCheckResult:
    """The start-up check's result."""

    status: TopicCheckStatus
    findings: Sequence[Finding] = ()
    retention: Retention = DEFAULT_RETENTION
    """What the topics were checked against."""


def check_topics(settings: Mapping[str, Mapping[str, str] | None], retention: Retention) -> TopicCheckResult:
    """Check the topics' settings as the broker reports them against the retention of the installation.

    `settings`: each topic of the installation → its settings, None for a topic that does not exist, an empty mapping
    when the broker reports nothing about it.
    """
    missing = [
        Finding(topic, "the topic does not exist", "run `neoscore topics apply`, or correct NEOSCORE_TOPIC_PREFIX")
        for topic, actual in settings.items()
        if actual is None
    ]
    if missing:
        return TopicCheckResult(TopicCheckStatus.UNSAFE, missing, retention)
    if not any(settings.values()):
        return TopicCheckResult(TopicCheckStatus.UNVERIFIABLE, (), retention)
    wanted = topic_config(retention)
    findings = [finding for topic, actual in settings.items() for finding in _judge(topic, actual or {}, wanted)]
    return TopicCheckResult(TopicCheckStatus.UNSAFE if findings else TopicCheckStatus.SAFE, findings, retention)


def _judge(topic: str, actual: Mapping[str, str], wanted: Mapping[str, str]) -> list[Finding]:
    findings = []

    def demand(setting: str, holds: bool) -> None:
        if not holds:
            value = actual.get(setting, "not set")
            remedy = f"set {setting}={wanted[setting]}, or run `neoscore topics apply`"
            findings.append(Finding(topic, f"{setting} is {value}", remedy))

    demand("cleanup.policy", actual.get("cleanup.policy") == "delete")
    demand("retention.ms", 0 < _number(actual, "retention.ms") <= int(wanted["retention.ms"]))
    demand("segment.ms", 0 < _number(actual, "segment.ms") <= int(wanted["segment.ms"]))
    demand("message.timestamp.type", actual.get("message.timestamp.type") == "LogAppendTime")
    return findings


def _number(actual: Mapping[str, str], setting: str) -> int:
    try:
        return int(actual.get(setting, "-1"))
    except ValueError:
        return -1
