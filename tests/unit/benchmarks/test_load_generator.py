import pyarrow as pa
import pytest

from benchmarks.load_generator import MissingRepliesError, ReplyTracker, block_id_of, request_id_of
from benchmarks.workload import BenchmarkRequest, Workload
from contract.blocks import decode_block
from contract.messages import decode_request
from training.sources import load_dataset


def asks(*ids: str) -> list[BenchmarkRequest]:
    return [BenchmarkRequest(name, b"", b"") for name in ids]


def test_the_first_answer_of_each_request_counts_and_foreign_ones_do_not() -> None:
    expected = ReplyTracker(asks("a", "b"))
    expected.record(["x", "a", None], 1.0)
    expected.record(["a"], 2.0)
    expected.record(["b"], 3.0)
    expected.wait(0)
    assert expected.received_at == {"a": 1.0, "b": 3.0}


def test_cpu_time_is_read_at_the_first_and_at_the_last_answer() -> None:
    readings = iter([10.0, 12.5])
    expected = ReplyTracker(asks("a", "b", "c"), lambda: next(readings))
    for number, name in enumerate("abc"):
        expected.record([name], number)
    assert expected.cpu_marks == [10.0, 12.5]


def test_a_missing_answer_is_an_error_not_a_number() -> None:
    expected = ReplyTracker(asks("a", "b"))
    expected.record(["a"], 1.0)
    with pytest.raises(MissingRepliesError, match="1 of the requests"):
        expected.wait(0)


def test_nobody_waits_for_a_dead_consumer() -> None:
    with pytest.raises(MissingRepliesError):
        ReplyTracker(asks("a")).wait(3600, alive=lambda: False)


def test_answers_tell_their_request() -> None:
    assert request_id_of(b'{"request_id": "r", "probability": 0.5}') == "r"
    schema = pa.schema([("status", pa.string())], metadata={"block_id": "b"})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch([["scored"]], schema=schema))
    assert block_id_of(sink.getvalue().to_pybytes()) == "b"


def test_no_reference_is_asked_for_twice_and_every_request_is_valid() -> None:
    workload = Workload(load_dataset())
    requests = [decode_request(ask.value) for ask in workload.requests(50)]
    [block] = workload.blocks(1)
    info, batch = decode_block(block.value)
    references = [request.client_ref for request in requests] + batch.column("client_ref").to_pylist()
    assert len(set(references)) == len(references) == 50 + 1024
    assert info.block_id == block.id
