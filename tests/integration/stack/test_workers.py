from contract.bundle import Bundle
from contract.settings import Settings
from tests.conftest import StartWorkers


def test_workers_start_answer_and_stop_in_order(config: Settings, bundle: Bundle, worker: StartWorkers) -> None:
    workers = worker(config, bundle, count=2)
    for child in workers:
        child.stop()
    assert [child.exit_code for child in workers] == [0, 0]
