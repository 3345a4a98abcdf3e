"""aiokafka without a framework: micro-batches by `getmany`, one `pred_contribs` call for each, sends overlapped.

The model runs in a thread, where XGBoost lets go of the interpreter: fetching and sending go on meanwhile.
"""

import asyncio
import signal
import time

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.peers.service import ANSWERS, BOOTSTRAP, COMMIT_SECONDS, FETCH_WAIT_MS, REQUESTS, Model

MICRO_BATCH = 256
"""As NeoScore's own workers; larger ones gain XGBoost nothing."""


async def main() -> None:
    """Run until SIGTERM."""
    consumer = AIOKafkaConsumer(
        REQUESTS,
        bootstrap_servers=BOOTSTRAP,
        group_id="bench-aiokafka",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )
    producer = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, acks="all", linger_ms=0, max_batch_size=256 * 1024)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with consumer, producer:
        await serve(consumer, producer, Model(), stop)


async def serve(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, model: Model, stop: asyncio.Event) -> None:
    """Answer micro-batches; offsets are committed once the answers before them are acknowledged."""
    committed = time.monotonic()
    while not stop.is_set():
        batches = await consumer.getmany(timeout_ms=200, max_records=MICRO_BATCH)
        records = [record for batch in batches.values() for record in batch]
        if records:
            answers = await asyncio.to_thread(score, model, [record.value for record in records])
            sends = [
                await producer.send(ANSWERS, value, key=record.key)
                for record, value in zip(records, answers, strict=True)
            ]
            await asyncio.gather(*sends)
        if time.monotonic() - committed > COMMIT_SECONDS:
            await consumer.commit()
            committed = time.monotonic()


def score(model: Model, values: list[bytes]) -> list[bytes]:
    """Answer the requests of a micro-batch."""
    requests = [orjson.loads(value) for value in values]
    explained = model.contributions(model.rows(requests)).tolist()
    return [
        orjson.dumps(model.answer(request, contributions, bias))
        for request, (*contributions, bias) in zip(requests, explained, strict=True)
    ]


if __name__ == "__main__":
    asyncio.run(main())
