import asyncio
import threading

from scorer.workbench import Workbench


async def test_jobs_run_one_at_a_time_outside_the_loop() -> None:
    bench = Workbench()
    threads = await asyncio.gather(*(bench.urgent(threading.get_ident) for _ in range(5)))
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_interactive_work_goes_first() -> None:
    bench = Workbench()
    order: list[str] = []
    running, go_on = threading.Event(), threading.Event()

    def first() -> None:
        running.set()
        go_on.wait(10)

    begun = asyncio.create_task(bench.urgent(first))
    await asyncio.to_thread(running.wait, 10)
    patient = asyncio.create_task(bench.patient(lambda: order.append("block")))
    await asyncio.sleep(0)
    urgent = asyncio.create_task(bench.urgent(lambda: order.append("person")))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(begun, patient, urgent)
    assert order == ["person", "block"]


async def test_a_flood_does_not_starve_blocks() -> None:
    bench = Workbench()
    over = asyncio.Event()

    async def flood() -> None:
        while not over.is_set():
            await bench.urgent(lambda: None)

    floods = [asyncio.create_task(flood()) for _ in range(2)]
    assert await bench.patient(lambda: "done") == "done"
    over.set()
    await asyncio.gather(*floods)


async def test_an_error_reaches_the_caller_and_frees_the_bench() -> None:
    bench = Workbench()
    results = await asyncio.gather(bench.urgent(lambda: 1 / 0), return_exceptions=True)
    assert isinstance(results[0], ZeroDivisionError)
    assert await bench.patient(lambda: 1) == 1
