"""The client of the interactive lane against real brokers and a real worker."""

import logging
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.settings import Settings
from producers.block_client import BlockClient
from producers.client import ScoreClient
from producers.errors import RequestRejectedError
from producers.metrics import Lane
from tests.support.brokers import Broker

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def client(scoring: Settings):
    with ScoreClient(scoring, "/test") as client:
        yield client


def fresh_ref() -> str:
    """A reference for which no cache holds a result."""
    return f"test-{uuid.uuid4().hex}"


def test_two_thousand_requests_in_flight_are_all_answered(scoring, people):
    wide = scoring.model_copy(update={"max_requests_in_flight": 2_000})
    with ScoreClient(wide, "/test") as client:
        futures = [(ref, client.submit(ref, features, explain=False)) for ref, features in people[:2_000]]
        answers = [(ref, future.result()) for ref, future in futures]
        assert client.in_flight == 0
        assert client.metrics.outcomes(Lane.INTERACTIVE) == {"scored": len(futures)}
        assert client.metrics.in_flight(Lane.INTERACTIVE) == 0
    assert all(scored.client_ref == ref for ref, scored in answers)
    assert len({scored.request_id for _, scored in answers}) == 2_000


def test_more_requests_than_fit_wait_for_room(scoring, people):
    narrow = scoring.model_copy(update={"max_requests_in_flight": 20, "submit_timeout_seconds": 60})
    with ScoreClient(narrow, "/test") as client:
        futures = [client.submit(ref, features) for ref, features in people[:300]]
        assert [future.result().client_ref for future in futures] == [ref for ref, _ in people[:300]]


def test_the_parts_add_up_to_the_probability(client, people, bundle: Bundle):
    ref, features = people[0]
    scored = client.score(ref, features)
    assert {part.feature for part in scored.contributions} == set(bundle.schema.model_feature_names)
    total = scored.base_probability + sum(part.probability_contribution for part in scored.contributions)
    assert total == pytest.approx(scored.probability, abs=1e-9)
    assert scored.model == bundle.ref


def test_an_unexplained_score_is_the_same_score(client, people):
    _, features = people[1]
    explained, plain = client.score(fresh_ref(), features), client.score(fresh_ref(), features, explain=False)
    assert plain.probability == explained.probability
    assert not plain.contributions


def test_a_rejection_names_every_field_at_fault(client, people):
    _, features = people[0]
    with pytest.raises(RequestRejectedError) as caught:
        client.score(fresh_ref(), {**features, "LIMIT_BAL": -1, "SHOE_SIZE": 43, "PAY_0": None})
    assert caught.value.code is ErrorCode.INVALID_FEATURES
    assert {field.name: field.code for field in caught.value.fields} == {
        "LIMIT_BAL": ErrorCode.OUT_OF_BOUNDS,
        "SHOE_SIZE": ErrorCode.UNKNOWN_FEATURE,
        "PAY_0": ErrorCode.MISSING_FEATURE,
    }
    assert "43" not in str(caught.value)


def test_a_recall_gets_the_cached_result_or_a_rejection(client, people):
    ref, (_, features) = fresh_ref(), people[2]
    with pytest.raises(RequestRejectedError) as caught:
        client.score(ref)
    assert caught.value.code is ErrorCode.NOT_CACHED
    scored = client.score(ref, features)
    recalled = client.score(ref)
    assert recalled.cached
    assert recalled.probability == scored.probability


@pytest.mark.parametrize(
    ("client_ref", "features", "code"),
    [
        ("", {}, ErrorCode.INVALID_MESSAGE),
        ("line\nbreak", {}, ErrorCode.INVALID_MESSAGE),
        ("someone", {"x": "y" * 70_000}, ErrorCode.MESSAGE_TOO_LARGE),
        ("someone", {"x": object()}, ErrorCode.INVALID_MESSAGE),
    ],
)
def test_what_no_worker_could_read_is_rejected_at_once(client, client_ref, features, code):
    future = client.submit(client_ref, features)
    assert future.done()
    error = future.exception()
    assert isinstance(error, RequestRejectedError)
    assert error.code is code


def test_two_clients_at_once_get_their_own_answers(scoring, people):
    def ask(features: dict) -> list[float]:
        with ScoreClient(scoring, "/test") as client:
            futures = [client.submit(f"shared-{i}", features) for i in range(200)]
            return [future.result().probability for future in futures]

    with ThreadPoolExecutor(2) as pool:
        mine, theirs = pool.map(ask, [people[3][1], people[4][1]])
    assert len(set(mine)) == len(set(theirs)) == 1
    assert mine[0] != theirs[0]


def test_the_log_holds_nothing_of_a_client_even_at_debug(scoring, people, caplog):
    caplog.set_level(logging.DEBUG)
    ref, (_, features) = fresh_ref(), people[6]
    with ScoreClient(scoring, "/test") as client:
        client.score(ref, {**features, "BILL_AMT1": 271828.1828459})
    assert ref not in caplog.text
    assert "271828.1828459" not in caplog.text


def test_the_screen_can_tell_whether_the_broker_was_verified(client, broker: Broker):
    assert client.retention_unverified is not broker.forgets


def test_a_block_gives_the_same_numbers_to_the_last_bit(scoring, client, people, bundle: Bundle):
    import pyarrow as pa

    some, names = people[:50], bundle.schema.model_feature_names
    columns = [pa.array([ref for ref, _ in some])]
    columns += [pa.array([features[name] for _, features in some]) for name in names]
    block = pa.RecordBatch.from_arrays(columns, names=["client_ref", *names])
    with BlockClient(scoring, "/test") as blocks:
        info, answers = blocks.submit("test", block, names, explain=True).result()
    singles = [client.score(ref, features) for ref, features in some]
    assert answers.column("client_ref").to_pylist() == [ref for ref, _ in some]
    assert answers.column("probability").to_pylist() == [scored.probability for scored in singles]
    assert info.model == bundle.ref
