"""Micro-batches of a Faust topic: what is waiting, as one list.

Reads the topic's queue itself. Iterating a Faust stream acknowledges a message that it skips because a rebalance is
under way, and so can commit past a request that nobody has answered; `take` has the same loop underneath.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import faust


class MicroBatches:
    """Batches of one topic. Each event must be acknowledged, in order, once it is answered."""

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
