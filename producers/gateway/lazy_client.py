"""Kafka clients that connect in the background, so the gateway starts without a broker and recovers when it returns."""

import asyncio
import logging
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from contract.errors import BrokerUnavailable, TopicError
from producers.gateway.limits import RECONNECT_SECONDS
from producers.gateway.problems import GatewayCode, service_unavailable

log = logging.getLogger(__name__)


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Disconnect."""


C = TypeVar("C", bound=Closable)


class LazyClient(Generic[C]):
    """A client that becomes available once it has connected. For one event loop."""

    def __init__(self, name: str, connect: Callable[[], C]) -> None:
        self._name = name
        self._connect = connect
        self._client: C | None = None

    def get(self) -> C:
        """Return the client. Raises ProblemError until it has connected."""
        if self._client is None:
            raise service_unavailable(GatewayCode.BROKER_UNAVAILABLE, "the message broker is unavailable")
        return self._client

    async def connect_with_retry(self) -> None:
        """Connect, retrying until it succeeds. Run it as a task."""
        while self._client is None:
            try:
                self._client = await asyncio.to_thread(self._connect)
            except (BrokerUnavailable, TopicError) as error:
                log.warning("the %s lane is not connected yet: %s", self._name, error)
                await asyncio.sleep(RECONNECT_SECONDS)

    def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            self._client.close()
