"""An attack: whoever sees the lengths of sealed records guesses what is in them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import partial

import pytest

from contract.bundle import Bundle
from contract.headers import event_headers
from contract.messages import REQUEST_TYPE, Scored, decode_result, encode
from contract.seal.keys import SealKey
from contract.seal.requester import Sealer
from contract.seal.worker import WorkerKeyring
from contract.topics import REQUESTS, RESPONSES
from scorer.block_scorer import BlockScorer
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.interactive_scorer import InteractiveScorer
from scorer.request_handler import ScoreRequestHandler
from scorer.sealing import unseal_record
from tests.support.records import raw_record, request_record
from tests.support.tiny_model import draw_features
from tests.unit.scorer.conftest import NOW
from training.sources import load_dataset

SEAL_KEY = SealKey(b"a seal key of the test, long enough")
HEADERS = event_headers(REQUEST_TYPE, "/test")
CLIENTS = 400


@pytest.fixture(scope="module")
def shipped(bundle: Bundle) -> InteractiveScorer:
    return InteractiveScorer(bundle, Engine(bundle), ResultCache(10_000, 60, bundle.ref.digest))


@pytest.fixture(scope="module")
def features(bundle: Bundle) -> list[dict[str, float]]:
    frame = load_dataset("uci-credit-default").frame.head(CLIENTS)
    rows: list[dict[str, float]] = frame[list(bundle.schema.model_feature_names)].astype(float).to_dict("records")
    return rows


def accuracy_of_guessing(seen: Iterable[tuple[int, str]]) -> tuple[float, float]:
    """How often the best guess is right that knows the length, and the best that does not."""
    by_length: dict[int, Counter[str]] = defaultdict(Counter)
    for length, truth in seen:
        by_length[length][truth] += 1
    everything = sum(by_length.values(), Counter[str]())
    right = sum(max(counts.values()) for counts in by_length.values())
    return right / everything.total(), max(everything.values()) / everything.total()


def test_the_length_of_an_answer_tells_no_band(
    shipped: InteractiveScorer, bundle: Bundle, features: list[dict[str, float]]
) -> None:
    keys, asking = WorkerKeyring(SEAL_KEY, 60, 40), Sealer(SEAL_KEY, 40)
    asking.add_announcement(keys.announce())
    blocks = BlockScorer(bundle, Engine(bundle))
    handler = ScoreRequestHandler(shipped, blocks, lambda: NOW, partial(unseal_record, keys))
    requests, plain, sealed = [], [], []
    for offset, row in enumerate(features):
        # Explained and not, computed, cached and looked up, and some errors.
        asked = {} if offset % 7 == 0 else row | ({"no such feature": 1} if offset % 5 == 0 else {})
        record = request_record(asked or None, client_ref=f"c{offset % 50}", at=NOW, explain=offset % 3 > 0)
        value = asking.seal(REQUESTS, record.partition, HEADERS, record.value)
        requests.append(len(value))
        [answer] = handler.handle_requests([raw_record(value, key=None, at=NOW, offset=offset)])
        opened = asking.open(RESPONSES, answer.value) or b""
        result = decode_result(opened)
        told = str(result.band) if isinstance(result, Scored) else str(result.error.code)
        plain.append((len(opened), told))
        sealed.append((len(answer.value), told))
    informed, blind = accuracy_of_guessing(plain)
    assert informed > blind + 0.3  # unpadded, the attack succeeds
    informed, blind = accuracy_of_guessing(sealed)
    assert informed == blind
    assert len(set(requests)) == 1
    assert len({told for _, told in sealed}) >= 5


@pytest.mark.parametrize("explain", [True, False])
def test_no_score_is_longer_than_its_model_says(scorer: InteractiveScorer, explain: bool) -> None:
    records = [
        request_record(row, client_ref="\N{GRINNING FACE}" * 128, key=None, at=NOW, explain=explain)
        for row in draw_features(200)
    ]
    answers = scorer.score_records(records, NOW)
    assert {type(answer) for answer in answers} == {Scored}
    assert max(len(encode(answer)) for answer in answers) <= scorer.max_answer_bytes
