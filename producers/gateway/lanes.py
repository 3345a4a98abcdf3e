"""Clients of the broker that connect by themselves: the gateway starts while the broker is away, and recovers."""

import asyncio
import logging
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from contract.errors import BrokerUnavailable, TopicError
from producers.gateway.limits import RECONNECT_SECONDS
from producers.gateway.problems import GatewayCode, away

log = logging.getLogger(__name__)


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Disconnect."""


C = TypeVar("C", bound=Closable)


class Lane(Generic[C]):
    """Lends a client as soon as it could be made. For one event loop."""

    def __init__(self, name: str, connect: Callable[[], C]) -> None:
        self._name = name
        self._connect = connect
        self._client: C | None = None

    def client(self) -> C:
        """Return the client. Raises Problem until it could be made."""
        if self._client is None:
            raise away(GatewayCode.BROKER_UNAVAILABLE, "requests cannot be published at present")
        return self._client

    async def connect(self) -> None:
        """Try until it succeeds. Run it as a task."""
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
