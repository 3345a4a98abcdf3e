"""Bringing the broker's topics to the settings: what differs, and the changes that remove the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from contract.errors import TopicError
from contract.kafka import broker_unavailable_error, open_admin
from contract.settings import Settings
from contract.topic_admin import create_topics, describe_topic_configs
from contract.topics import TopicSpec, topic_config

PARTITIONS = "partitions"


class Action(StrEnum):
    """What `neoscore topics apply` does about one difference."""

    CREATE = "create"
    SET = "set"
    ADD = "add"
    KEEP = "keep"
    """Nothing: Kafka cannot remove partitions."""
    UNKNOWN = "unknown"
    """Nothing: the broker does not report topic configuration, so it is neither compared nor changed."""


@dataclass(frozen=True)
class TopicState:
    """A topic as the broker reports it. `config` is empty if the broker reports none."""

    partitions: int
    config: Mapping[str, str]


@dataclass(frozen=True)
class TopicChange:
    """One difference between a topic and the settings. `setting` is a topic config, `partitions`, or empty."""

    topic: str
    action: Action
    setting: str = ""
    actual: str = ""
    wanted: str = ""

    @property
    def changes_topic(self) -> bool:
        """Whether applying it changes anything."""
        return self.action in (Action.CREATE, Action.SET, Action.ADD)


def plan_changes(
    specs: Sequence[TopicSpec], states: Mapping[str, TopicState | None], config: Mapping[str, str]
) -> list[TopicChange]:
    """Return the changes that bring the topics to their specifications and to `config`, topic by topic. No I/O.

    `states`: topic → its state, None for a topic that does not exist. The number of partitions is never lowered.
    """
    return [change for spec in specs for change in _plan_topic(spec, states.get(spec.name), config)]


def _plan_topic(spec: TopicSpec, state: TopicState | None, config: Mapping[str, str]) -> list[TopicChange]:
    if state is None:
        settings = ", ".join(f"{name}={value}" for name, value in config.items())
        return [TopicChange(spec.name, Action.CREATE, wanted=f"{spec.partitions} partitions, {settings}")]
    changes = []
    if state.partitions != spec.partitions:
        action = Action.ADD if state.partitions < spec.partitions else Action.KEEP
        changes.append(TopicChange(spec.name, action, PARTITIONS, str(state.partitions), str(spec.partitions)))
    if not state.config:
        return [*changes, TopicChange(spec.name, Action.UNKNOWN)]
    return changes + [
        TopicChange(spec.name, Action.SET, name, state.config.get(name, "not set"), value)
        for name, value in config.items()
        if state.config.get(name) != value
    ]


def read_changes(config: Settings) -> list[TopicChange]:
    """Compare the broker's topics with the settings and return what differs. Raises BrokerUnavailableError."""
    described = describe_topic_configs(config)
    admin = open_admin(config)
    try:
        counts = {
            topic["name"]: len(topic["partitions"])
            for topic in admin.describe_topics([name for name, actual in described.items() if actual is not None])
        }
    except KafkaError as error:
        raise broker_unavailable_error(config, error) from error
    finally:
        admin.close()
    states = {name: None if actual is None else TopicState(counts[name], actual) for name, actual in described.items()}
    return plan_changes(config.topics(), states, topic_config(config.retention))


def apply_changes(config: Settings, changes: Sequence[TopicChange]) -> None:
    """Make the changes. Raises BrokerUnavailableError, or TopicError if the broker refuses one."""
    create_topics(config)
    partitions = {change.topic: int(change.wanted) for change in changes if change.action is Action.ADD}
    settings: dict[str, dict[str, str]] = {}
    for change in changes:
        if change.action is Action.SET:
            settings.setdefault(change.topic, {})[change.setting] = change.wanted
    admin = open_admin(config)
    try:
        if partitions:
            admin.create_partitions(partitions)
        if settings:
            _alter(admin, settings)
    except KafkaError as error:
        raise TopicError(f"the topics could not be changed: {error}") from error
    finally:
        admin.close()


def _alter(admin: KafkaAdminClient, settings: Mapping[str, dict[str, str]]) -> None:
    """Set topic configuration; settings that are not named keep their values. Raises TopicError."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic, configs=wanted) for topic, wanted in settings.items()]
    for results in admin.alter_configs(resources).values():
        for topic, result in results.items():
            if result != "OK":
                raise TopicError(f"{topic} could not be changed: {result}")
