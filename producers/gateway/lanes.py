"""The lanes to the workers: what the gateway needs of one, and how it connects, in the background and with retries."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import pyarrow as pa

from contract.errors import BrokerUnavailableError, TopicError
from contract.messages import Scored
from contract.settings import Settings
from producers.block_client import BlockClient, ResultBlock
from producers.client import ScoreClient
from producers.gateway.limits import RECONNECT_SECONDS
from producers.gateway.problems import GatewayCode, ProblemError
from producers.metrics import RequesterMetrics

log = logging.getLogger(__name__)

SOURCE = "/neoscore/gateway"

TraceHeaders = Sequence[tuple[str, bytes]]


class ScoreLane(Protocol):
    """The interactive lane, as producers.client.ScoreClient is one."""

    def submit(
        self,
        client_ref: str,
        features: Mapping[str, Any] | None = None,
        *,
        explain: bool = True,
        ttl: float | None = None,
        trace: TraceHeaders = (),
    ) -> Future[Scored]:
        """Submit a request and return the future of its score."""

    def close(self) -> None:
        """Disconnect."""


class BlockLane(Protocol):
    """The batch lane, as producers.block_client.BlockClient is one."""

    def submit(
        self, batch_id: str, clients: pa.RecordBatch, features: Sequence[str], explain: bool, trace: TraceHeaders = ()
    ) -> Future[ResultBlock]:
        """Submit a block and return the future of its result block."""

    def close(self) -> None:
        """Disconnect."""


@dataclass(frozen=True)
class Lanes:
    """How the gateway connects to each lane, given its metrics. Both may raise BrokerUnavailableError or TopicError."""

    connect_scores: Callable[[RequesterMetrics], ScoreLane]
    connect_blocks: Callable[[RequesterMetrics], BlockLane]


def kafka_lanes(config: Settings) -> Lanes:
    """Return the lanes over Kafka."""
    # A request beyond the limit is refused at once: a caller over HTTP can wait, and a thread here cannot.
    no_wait_config = config.model_copy(update={"submit_timeout_seconds": 0})
    return Lanes(
        lambda metrics: ScoreClient(no_wait_config, SOURCE, metrics),
        lambda metrics: BlockClient(config, SOURCE, metrics),
    )


L = TypeVar("L", bound=ScoreLane | BlockLane)


class LazyClient(Generic[L]):
    """A lane that becomes available once it has connected: the gateway starts without a broker. For one event loop."""

    def __init__(self, name: str, connect: Callable[[], L]) -> None:
        self._name = name
        self._connect = connect
        self._client: L | None = None

    def get(self) -> L:
        """Return the lane. Raises ProblemError until it has connected."""
        if self._client is None:
            raise ProblemError(GatewayCode.BROKER_UNAVAILABLE, "the message broker is unavailable")
        return self._client

    async def connect_with_retry(self) -> None:
        """Connect, retrying until it succeeds. Run it as a task."""
        while self._client is None:
            try:
                self._client = await asyncio.to_thread(self._connect)
            except (BrokerUnavailableError, TopicError) as error:
                log.warning("the %s lane is not connected yet: %s", self._name, error)
                await asyncio.sleep(RECONNECT_SECONDS)

    def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            self._client.close()
