import json
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
import pytest

from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.ids import new_request_id
from contract.messages import DeadLetter, Expired, Failed, RecordPosition, Rejected, Scored
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.interactive_scorer import InteractiveScorer, ScoreResponse
from scorer.record import Record
from tests.support.records import raw_record, request_record
from tests.support.tiny_model import draw_features, draw_rows
from tests.unit.scorer.conftest import NOW, Clock

FEATURES = draw_features(20, seed=3)
GOOD = FEATURES[0]


def answer(scorer: InteractiveScorer, record: Record) -> Any:
    [only] = scorer.score_records([record], NOW)
    return only


def ask(scorer: InteractiveScorer, features: Any = None, **fields: Any) -> Any:
    return answer(scorer, request_record(features, at=NOW, **fields))


def test_scores_like_the_engine(scorer: InteractiveScorer, engine: Engine) -> None:
    answers = scorer.score_records([request_record(f, at=NOW) for f in FEATURES], NOW)
    expected = engine.score(draw_rows(20, seed=3))
    assert [a.probability for a in answers if isinstance(a, Scored)] == expected.probability.tolist()


def test_an_answer_explains_itself(scorer: InteractiveScorer, tiny_bundle: Bundle) -> None:
    scored = ask(scorer, GOOD)
    parts = scored.contributions
    assert {part.feature for part in parts} == set(tiny_bundle.schema.model_feature_names)
    assert [abs(p.log_odds) for p in parts] == sorted((abs(p.log_odds) for p in parts), reverse=True)
    assert scored.base_probability + sum(p.probability_contribution for p in parts) == pytest.approx(
        scored.probability, abs=1e-9
    )
    total = scored.base_log_odds + sum(p.log_odds for p in parts)
    assert total == pytest.approx(np.log(scored.probability / (1 - scored.probability)), abs=1e-4)
    assert scored.model == tiny_bundle.ref
    assert scored.band == tiny_bundle.band(scored.probability)
    assert scored.reasons == tuple(
        f"{p.feature}:{'raises' if p.log_odds > 0 else 'lowers'}" for p in parts[:8] if p.log_odds
    )


def test_without_explanation_the_same_probability(scorer: InteractiveScorer) -> None:
    brief = ask(scorer, GOOD, explain=False)
    full = ask(scorer, GOOD)
    assert (brief.contributions, brief.reasons) == ((), ())
    assert (brief.probability, brief.base_probability) == (full.probability, full.base_probability)


def test_sensitive_features_are_accepted_and_ignored(scorer: InteractiveScorer) -> None:
    assert ask(scorer, GOOD | {"sex": "f"}).probability == ask(scorer, GOOD | {"sex": "m"}).probability


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"income": None}, ErrorCode.MISSING_FEATURE),
        ({"income": "much"}, ErrorCode.WRONG_TYPE),
        ({"income": True}, ErrorCode.WRONG_TYPE),
        ({"late": 1.5}, ErrorCode.WRONG_TYPE),
        ({"income": -1}, ErrorCode.OUT_OF_BOUNDS),
        ({"income": 10**400}, ErrorCode.OUT_OF_BOUNDS),
        ({"home": "castle"}, ErrorCode.UNKNOWN_LEVEL),
        ({"height": 180}, ErrorCode.UNKNOWN_FEATURE),
    ],
)
def test_features_at_fault_are_named(scorer: InteractiveScorer, change: dict[str, Any], code: ErrorCode) -> None:
    record = request_record(GOOD, at=NOW)
    message = msgspec.json.decode(record.value)
    message["features"] |= change
    rejected = answer(scorer, raw_record(json.dumps(message).encode(), at=NOW))
    assert isinstance(rejected, Rejected)
    assert rejected.error.code is ErrorCode.INVALID_FEATURES
    assert [(f.name, f.code) for f in rejected.error.fields] == [(next(iter(change)), code)]
    assert (rejected.request_id, rejected.client_ref, rejected.position) == (message["request_id"], "c1", None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"explain": "yes"}, ErrorCode.INVALID_MESSAGE),
        ({"expires_at": "tomorrow"}, ErrorCode.INVALID_MESSAGE),
        ({"expires_at": "2026-03-01T12:00:00"}, ErrorCode.INVALID_MESSAGE),
        ({"unheard": 1}, ErrorCode.INVALID_MESSAGE),
        ({"client_ref": ""}, ErrorCode.INVALID_MESSAGE),
        ({"client_ref": "somebody else"}, ErrorCode.INVALID_MESSAGE),
        ({"headers": [("ce_type", b"neoscore.score.request.v2")]}, ErrorCode.UNSUPPORTED_VERSION),
        ({"features": {"income": "x" * 70_000}}, ErrorCode.MESSAGE_TOO_LARGE),
    ],
)
def test_envelopes_at_fault_are_rejected(scorer: InteractiveScorer, fields: dict[str, Any], code: ErrorCode) -> None:
    record = request_record(**({"features": GOOD} | fields), at=NOW)
    rejected = answer(scorer, record)
    assert isinstance(rejected, Rejected)
    assert rejected.error.code is code
    assert rejected.request_id == msgspec.json.decode(record.value)["request_id"]


def test_a_broken_value_is_matched_by_the_event_id(scorer: InteractiveScorer) -> None:
    request_id = new_request_id()
    rejected = answer(scorer, raw_record(b"{", at=NOW, headers=[("ce_id", request_id.encode())]))
    assert (rejected.error.code, rejected.request_id) == (ErrorCode.MALFORMED_MESSAGE, request_id)
    assert (rejected.client_ref, rejected.position) == ("c1", None)


def test_a_broken_value_is_else_matched_by_its_place(scorer: InteractiveScorer) -> None:
    rejected = answer(scorer, raw_record(b"{", at=NOW, headers=[("ce_id", b"not a uuid")]))
    assert (rejected.request_id, rejected.client_ref) == (None, "c1")
    assert rejected.position == RecordPosition("score.requests", 3, 7)


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"\x00", b"x" * 200])
def test_without_any_way_back_a_dead_letter(scorer: InteractiveScorer, key: bytes | None) -> None:
    letter = answer(scorer, raw_record(b"{", key=key, at=NOW))
    assert isinstance(letter, DeadLetter)
    assert (letter.cause, letter.topic, letter.partition, letter.offset) == (
        ErrorCode.MALFORMED_MESSAGE, "score.requests", 3, 7,
    )  # fmt: skip
    again = answer(scorer, raw_record(b"[", key=key, at=NOW))
    assert isinstance(again, DeadLetter)
    assert letter.key_hash == again.key_hash


def test_too_late_is_expired(scorer: InteractiveScorer) -> None:
    assert isinstance(ask(scorer, GOOD, expires_at=NOW - timedelta(seconds=1)), Expired)
    assert isinstance(ask(scorer, GOOD, expires_at=NOW + timedelta(seconds=1)), Scored)


def test_without_expires_at_it_is_worth_answering_for_a_while(scorer: InteractiveScorer) -> None:
    early = request_record(GOOD, at=NOW - timedelta(seconds=29))
    late = request_record(GOOD, at=NOW - timedelta(seconds=31))
    in_time, expired = scorer.score_records([early, late], NOW)
    assert isinstance(in_time, Scored)
    assert isinstance(expired, Expired)
    assert expired.error.code is ErrorCode.DEADLINE_EXCEEDED


def _numbers(scored: ScoreResponse) -> Any:
    assert isinstance(scored, Scored)
    return scored.probability, scored.contributions, scored.reasons, scored.scored_at


def test_the_same_again_comes_from_the_cache(scorer: InteractiveScorer) -> None:
    first, again, other = scorer.score_records(
        [request_record(GOOD, at=NOW), request_record(GOOD, at=NOW), request_record(FEATURES[1], at=NOW)], NOW
    )
    later = ask(scorer, GOOD)
    assert [a.cached for a in (first, again, other, later)] == [False, True, False, True]
    assert _numbers(first) == _numbers(again) == _numbers(later)


def test_a_recall_gets_the_latest_result_while_it_lives(scorer: InteractiveScorer, clock: Clock) -> None:
    missed = ask(scorer)
    assert isinstance(missed, Rejected)
    assert missed.error.code is ErrorCode.NOT_CACHED
    ask(scorer, GOOD)
    latest = ask(scorer, FEATURES[1])
    recalled = ask(scorer)
    assert recalled.cached
    assert _numbers(recalled) == _numbers(latest)
    assert isinstance(ask(scorer, client_ref="c2", key=b"c2"), Rejected)
    clock.now = 61
    assert isinstance(ask(scorer), Rejected)


def test_a_recall_sees_what_was_scored_beside_it(scorer: InteractiveScorer) -> None:
    _, recalled = scorer.score_records([request_record(GOOD, at=NOW), request_record(at=NOW)], NOW)
    assert isinstance(recalled, Scored)


class _Allergic:
    """The tiny model's explainer, but raising when a row's income is 13, and giving infinity for 14."""

    def __init__(self, engine: Engine) -> None:
        self._inner = engine.explainer

    def explain(self, rows: np.ndarray) -> np.ndarray:
        if (rows[:, 0] == 13).any():
            raise RuntimeError("13")
        explained = np.array(self._inner.explain(rows), np.float64)
        explained[rows[:, 0] == 14, 0] = np.inf
        return explained


def test_only_the_row_that_the_model_fails_on_fails(tiny_bundle: Bundle, engine: Engine, clock: Clock) -> None:
    allergic = Engine(tiny_bundle, _Allergic(engine))
    scorer = InteractiveScorer(tiny_bundle, allergic, ResultCache(10, 60, "d", clock))
    incomes = [10, 13, 12, 14]
    answers = scorer.score_records([request_record(GOOD | {"income": i}, at=NOW) for i in incomes], NOW)
    assert [type(a) for a in answers] == [Scored, Failed, Scored, Failed]
    assert {a.error.code for a in answers if isinstance(a, Failed)} == {ErrorCode.MODEL_FAILED}


def test_no_answer_or_log_line_repeats_a_value(scorer: InteractiveScorer, caplog: pytest.LogCaptureFixture) -> None:
    secret = "S3CRET"
    records = [
        request_record(GOOD | {"home": secret}, at=NOW),
        request_record(GOOD | {"income": secret}, at=NOW),
        request_record(GOOD, at=NOW, explain=secret),
        raw_record(b'{"request_id": "S3CRET", "client_ref": 5', key=b"\xffS3CRET", at=NOW),
        raw_record(b"S3CRET", at=NOW, headers=[("ce_id", b"S3CRET")]),
    ]
    answers = scorer.score_records(records, NOW)
    assert secret not in msgspec.json.encode(answers).decode() + caplog.text
