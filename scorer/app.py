"""The Faust application: settings with their reasons, and one agent for each lane, which takes micro-batches."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cached_property
from typing import Any

import faust
from faust.app.base import BootStrategy
from faust.auth import Credentials, SASLCredentials, SSLCredentials

from contract.kafka import SASL_MECHANISM, tls_context
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, MAX_MESSAGE_BYTES, REQUESTS
from scorer.lanes import LaneConsumers
from scorer.metrics import WorkerMetrics
from scorer.request_handler import ScoreRequestHandler
from scorer.scoring_executor import ScoringExecutor
from scorer.transport import FAUST_LOG, Transport, disable_topic_auto_creation

MAX_MICRO_BATCH = 256
"""Requests answered together at most: 50 ms of scoring, so that the first of a flood does not wait for the last."""

MAX_QUEUED_BLOCKS = 8
"""Blocks in memory that wait for their turn: enough to keep a worker busy, a few MB."""

RECORD_OVERHEAD_BYTES = 64 * 1024
"""Room that a record batch takes around its largest record: headers and framing."""

MAX_PARTITION_FETCH_BYTES = MAX_MESSAGE_BYTES + RECORD_OVERHEAD_BYTES


class ScorerBootStrategy(BootStrategy):
    """What starts with the app, in order; it stops in the opposite one."""

    def kafka_producer(self) -> Iterable[Any]:
        """Start the batch lane's producer beside Faust's own."""
        return [*super().kafka_producer(), self.app.batch_producer]


class ScorerApp(faust.App):
    """A Faust app that leaves nothing behind: no topic, no table, no folder."""

    BootStrategy = ScorerBootStrategy
    logger = FAUST_LOG
    fetch_max_wait_ms: int = 25

    @cached_property
    def batch_producer(self) -> Any:
        """The producer of the batch lane."""
        return self._new_producer()

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Make none: without tables Faust would leave them empty."""


class MicroBatches:
    """Batches of one topic: what is waiting, as one list. Each event must be acknowledged, in order, once answered.

    Reads the topic's queue itself. Iterating a Faust stream acknowledges a message that it skips because a rebalance is
    under way, and so can commit past a request that nobody has answered; `take` has the same loop underneath.
    """

    def __init__(self, app: faust.App, stream: Any, *, size: int) -> None:
        self._app = app
        self._queue = stream.channel.queue
        self._size = size

    def limit_queued(self, messages: int) -> None:
        """Stop fetching a partition while more than this many messages of the topic wait in memory.

        Unlike a smaller queue this never blocks the fetcher, which serves the other lane too.
        """
        self._queue.pressure_high_size = messages
        self._queue.pressure_drop_size = messages // 2

    @property
    def queued(self) -> int:
        """Messages in memory that are not in a batch yet."""
        return int(self._queue.qsize())

    async def __aiter__(self) -> AsyncIterator[list[Any]]:
        try:
            while True:
                first = await self._queue.get()
                batch = list(self._track_current([first, *self._drain()]))
                if batch:
                    yield batch
        except StopAsyncIteration:  # how Faust ends an agent
            return

    def _drain(self) -> Iterator[Any]:
        """Take what waits. Nobody waits for more to come: while a batch is answered, the next one gathers by itself."""
        for _ in range(min(self._size - 1, self.queued)):
            yield self._queue.get_nowait()

    def _track_current(self, events: list[Any]) -> Iterator[Any]:
        """Leave out what was fetched before a rebalance: unacknowledged, it comes again to whoever owns it now."""
        for event in events:
            current = event.message.generation_id == self._app.consumer_generation_id
            if current and self._app.flow_control.is_active():
                # Faust waits for tracked messages before it gives up their partition or stops.
                event.message.tracked = True
                self._app.consumer.track_message(event.message)
                yield event


def credentials(config: Settings) -> Credentials | None:
    """Return how the worker encrypts its connections and signs in to the broker. Raises BrokerUnavailableError."""
    context = tls_context(config)
    if config.kafka_security_protocol == "SASL_SSL" and config.kafka_password:
        return SASLCredentials(
            username=config.kafka_username,
            password=config.kafka_password.get_secret_value(),
            ssl_context=context,
            mechanism=SASL_MECHANISM,
        )
    return SSLCredentials(context) if context else None


def build_app(
    config: Settings, handler: ScoreRequestHandler, executor: ScoringExecutor, metrics: WorkerMetrics
) -> ScorerApp:
    """Return the app, not started. It joins the group and answers requests once `start` is awaited."""
    disable_topic_auto_creation()
    app = ScorerApp(
        config.group,
        broker=[f"kafka://{address.strip()}" for address in config.kafka_bootstrap_servers.split(",")],
        broker_credentials=credentials(config),
        store="memory://",
        key_serializer="raw",
        value_serializer="raw",
        autodiscover=False,
        web_enabled=False,
        topic_disable_leader=True,  # its leader election makes a topic of its own
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",  # a group without offsets answers what still waits
        consumer_max_fetch_size=MAX_PARTITION_FETCH_BYTES,
        broker_max_poll_records=MAX_MICRO_BATCH,
        broker_session_timeout=6.0,  # the least that brokers take by default: a killed worker is replaced soon
        broker_heartbeat_interval=1.0,
        broker_commit_interval=1.0,  # so much is answered twice at most after a kill
        producer_acks=-1,
        producer_linger=0.0,
        producer_max_batch_size=256 * 1024,  # a micro-batch of explained answers in one request
        producer_max_request_size=MAX_MESSAGE_BYTES - RECORD_OVERHEAD_BYTES,
        producer_request_timeout=10.0,  # then scorer.publish tries anew
        stream_recovery_delay=0.0,
        stream_wait_empty=True,  # what is in hand gets its answer before a partition is given up
        worker_redirect_stdouts=False,
    )
    app.fetch_max_wait_ms = config.fetch_max_wait_ms
    lanes = LaneConsumers(handler, executor, metrics, lambda: app.producer, lambda: app.batch_producer, config.topic)

    @app.on_partitions_assigned.connect
    async def on_partitions_assigned(sender: Any, assigned: set[Any], **_: Any) -> None:
        metrics.record_rebalance(Counter(tp.topic for tp in assigned))

    @app.agent(app.topic(config.topic(REQUESTS)), concurrency=1, name="interactive")
    async def interactive(stream: Any) -> None:
        await lanes.consume_requests(MicroBatches(app, stream, size=MAX_MICRO_BATCH))

    @app.agent(app.topic(config.topic(BATCH_REQUESTS)), concurrency=1, name="batch")
    async def batch(stream: Any) -> None:
        blocks = MicroBatches(app, stream, size=1)
        blocks.limit_queued(MAX_QUEUED_BLOCKS)
        await lanes.consume_blocks(blocks)

    return app
