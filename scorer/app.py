"""The Faust application: settings with their reasons, and one agent for each lane."""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import faust
from faust.auth import Credentials, SASLCredentials, SSLCredentials

from contract.kafka import SASL_MECHANISM, tls_context
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, MAX_MESSAGE_BYTES, REQUESTS
from scorer.lanes import LaneConsumers
from scorer.metrics import WorkerMetrics
from scorer.microbatch import MicroBatches
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


class ScorerBootStrategy(faust.app.BootStrategy):
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
