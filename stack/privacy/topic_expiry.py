"""Waiting until records that were readable at a moment are not any more."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from contract.settings import Settings
from producers.monitoring.partition_ages import PartitionAge, read_partition_ages

POLL_SECONDS = 5.0
"""As often as a broker of ours looks for what it may delete."""

Views = Mapping[str, Sequence[PartitionAge]]


@dataclass
class TopicExpiry:
    """What became of one topic. Seconds since the moment that was marked; None while records are readable."""

    topic: str
    seconds: float | None = None
    oldest_seconds: float = 0.0
    """Greatest age of a readable record that was seen."""


def read_all(config: Settings) -> Views:
    """Look at every topic. Raises BrokerUnavailableError."""
    return {spec.name: read_partition_ages(config, spec.name) for spec in config.topics()}


def wait_until_expired(config: Settings, seconds: float, say: Callable[[list[TopicExpiry]], None]) -> list[TopicExpiry]:
    """Wait until nothing that is readable now can be read, at most `seconds`. Raises BrokerUnavailableError.

    Later records do not matter: a partition has expired once its first offset has passed its end of now.
    """
    started, views = time.monotonic(), read_all(config)
    ends = {(topic, view.partition): view.end for topic, parts in views.items() for view in parts}
    found = {topic: TopicExpiry(topic) for topic in views}
    while True:
        passed = time.monotonic() - started
        for topic, parts in views.items():
            _update(found[topic], parts, {view.partition: ends[topic, view.partition] for view in parts}, passed)
        if all(topic.seconds is not None for topic in found.values()) or passed > seconds:
            return list(found.values())
        say(list(found.values()))
        time.sleep(POLL_SECONDS)
        views = read_all(config)


def _update(topic: TopicExpiry, parts: Sequence[PartitionAge], ends: Mapping[int, int], passed: float) -> None:
    ages = [view.oldest_seconds for view in parts if view.oldest_seconds is not None]
    topic.oldest_seconds = max([topic.oldest_seconds, *ages])
    if topic.seconds is None and all(view.begin >= ends[view.partition] for view in parts):
        topic.seconds = passed
