import asyncio
import threading
import time
from collections.abc import Generator

import pytest

from scorer.scoring_executor import ScoringExecutor


async def test_jobs_run_one_at_a_time_outside_the_loop() -> None:
    executor = ScoringExecutor()
    work = await asyncio.gather(*(executor.run_priority(threading.get_ident) for _ in range(5)))
    threads = {done.result for done in work}
    assert len(threads) == 1
    assert threads.pop() != threading.get_ident()


async def test_interactive_work_goes_between_the_steps_of_a_block() -> None:
    executor = ScoringExecutor()
    order: list[str] = []
    running, go_on = threading.Event(), threading.Event()

    def block() -> Generator[None, None, str]:
        running.set()
        go_on.wait(10)
        order.append("first step")
        yield
        order.append("second step")
        return "block"

    patient = asyncio.create_task(executor.run_preemptible(block()))
    await asyncio.to_thread(running.wait, 10)
    urgent = asyncio.create_task(executor.run_priority(lambda: order.append("person")))
    await asyncio.sleep(0)
    go_on.set()
    assert (await patient).result == "block"
    await urgent
    assert order == ["first step", "person", "second step"]


async def test_a_flood_does_not_starve_blocks() -> None:
    executor = ScoringExecutor()
    over = asyncio.Event()

    async def flood() -> None:
        while not over.is_set():
            await executor.run_priority(lambda: None)

    def steps() -> Generator[None, None, str]:
        for _ in range(20):
            yield
        return "done"

    floods = [asyncio.create_task(flood()) for _ in range(2)]
    assert (await executor.run_preemptible(steps())).result == "done"
    over.set()
    await asyncio.gather(*floods)


async def test_an_error_reaches_the_caller_and_frees_the_bench() -> None:
    executor = ScoringExecutor()

    def broken() -> Generator[None, None, None]:
        yield
        raise KeyError

    with pytest.raises(ZeroDivisionError):
        await executor.run_priority(lambda: 1 / 0)
    with pytest.raises(KeyError):
        await executor.run_preemptible(broken())
    assert (await executor.run_priority(lambda: 1)).result == 1


async def test_a_job_that_nobody_waits_for_any_more_is_left_out() -> None:
    executor = ScoringExecutor()
    running, go_on = threading.Event(), threading.Event()

    def first() -> None:
        running.set()
        go_on.wait(10)

    begun = asyncio.create_task(executor.run_priority(first))
    await asyncio.to_thread(running.wait, 10)
    done: list[int] = []
    dropped = asyncio.create_task(executor.run_priority(lambda: done.append(1)))
    await asyncio.sleep(0)
    dropped.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await begun
    await executor.run_priority(lambda: None)
    assert not done


async def test_work_is_timed_by_the_thread_that_does_it() -> None:
    executor = ScoringExecutor()
    started: list[float] = []

    def steps() -> Generator[None, None, int]:
        started.append(time.time())
        yield
        return 2

    before = time.time()
    work = await executor.run_priority(lambda: 7)
    block = await executor.run_preemptible(steps())
    assert (work.result, block.result) == (7, 2)
    assert before <= work.started_at <= block.started_at <= started[0]
    assert min(work.duration_seconds, block.duration_seconds) >= 0
