"""What must hold for every input at the worker's boundary, judged without the code that validates requests."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa

from contract.blocks import decode_result_block
from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.headers import get_header
from contract.messages import DeadLetter, Failed, Scored, decode_result
from contract.result_fields import ROW_SCHEMA
from contract.schema import Feature, FeatureSchema, FeatureType
from contract.topics import BATCH_RESPONSES, DEAD_LETTERS, RESPONSES
from scorer.block_scorer import BlockScorer
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.interactive_scorer import InteractiveScorer
from scorer.record import OutgoingRecord
from scorer.request_handler import ScoreRequestHandler
from tests.fuzz.case import NOW, Case, Kind

TRACE = ("traceparent", "tracestate")


class Boundary:
    """A real responder with a real model, and the judge of its answers."""

    def __init__(self, bundle: Bundle) -> None:
        engine = Engine(bundle)
        # A small cache: both roads are taken, from the cache and past it.
        cache = ResultCache(8, 60, bundle.ref.digest)
        scorers = InteractiveScorer(bundle, engine, cache), BlockScorer(bundle, engine)
        self._responder = ScoreRequestHandler(*scorers, clock=lambda: NOW)
        self._schema = bundle.schema

    def answer(self, cases: Sequence[Case]) -> list[OutgoingRecord]:
        """Return the records that answer these inputs of one lane."""
        if cases[0].kind is Kind.REQUEST:
            return self._responder.handle_requests([case.record for case in cases])
        answers = []
        for case in cases:
            steps = self._responder.handle_block(case.record)
            try:
                while True:
                    next(steps)
            except StopIteration as end:
                answers.append(end.value)
        return answers

    def check(self, cases: Sequence[Case]) -> Counter[str]:
        """Answer these inputs and judge the answers; returns what became of them: statuses and codes.

        Raises AssertionError.
        """
        answers = self.answer(cases)
        assert len(answers) == len(cases), "one outgoing record for each input"
        told: Counter[str] = Counter()
        for case, outgoing in zip(cases, answers, strict=True):
            told.update(self._judge(case, outgoing))
        return told

    def _judge(self, case: Case, outgoing: OutgoingRecord) -> Iterable[str]:
        for name, value in outgoing.headers:
            name.encode()
            assert isinstance(value, bytes)
        if outgoing.topic == DEAD_LETTERS:
            return self._judge_dead_letter(case, outgoing)
        trace = [(n, v) for n, v in case.headers if n in TRACE and v is not None and len(v) <= 512]
        assert [pair for pair in outgoing.headers if pair[0] in TRACE] == trace
        judge = self._judge_result if case.kind is Kind.REQUEST else self._judge_block
        return judge(case, outgoing)

    def _judge_dead_letter(self, case: Case, outgoing: OutgoingRecord) -> Iterable[str]:
        letter = msgspec.json.decode(outgoing.value, type=DeadLetter)
        assert letter.cause is not ErrorCode.INTERNAL_ERROR, "nothing unforeseen"
        record = case.record
        assert (letter.topic, letter.partition, letter.offset) == (record.topic, record.partition, record.offset)
        assert outgoing.key is None
        assert not [name for name, _ in outgoing.headers if name in TRACE]
        return [f"dead letter, {letter.cause}"]

    def _judge_result(self, case: Case, outgoing: OutgoingRecord) -> Iterable[str]:
        assert outgoing.topic == RESPONSES
        answer = decode_result(outgoing.value)
        assert outgoing.key == (None if answer.client_ref is None else answer.client_ref.encode())
        assert answer.request_id or answer.client_ref, "an answer that finds nobody is a dead letter"
        if not isinstance(answer, Scored):
            assert not isinstance(answer, Failed), f"nothing unforeseen, but {answer.error.code}"
            assert (answer.position is None) == (answer.request_id is not None)
            assert len(outgoing.value) < 20_000
            return [f"{answer.status}, {answer.error.code}"]
        assert len(answer.request_id) == 36
        assert answer.client_ref.isprintable() or not answer.client_ref.isascii()
        message = _read(case.value)
        if message is not None:
            assert message["request_id"] == answer.request_id
            assert message["client_ref"] == answer.client_ref
            if "features" in message:
                assert_in_schema(self._schema, message["features"])
        assert case.key in (None, answer.client_ref.encode())
        assert get_header(case.headers, "ce_type") in (None, "neoscore.score.request.v1")  # type: ignore[arg-type]
        numbers = [part.log_odds for part in answer.contributions]
        if numbers:
            total = answer.base_log_odds + sum(numbers)
            assert math.isclose(answer.probability, 1 / (1 + math.exp(-total)), abs_tol=1e-9)
        return ["scored, cached" if answer.cached else "scored"]

    def _judge_block(self, case: Case, outgoing: OutgoingRecord) -> Iterable[str]:
        assert outgoing.topic == BATCH_RESPONSES
        _, batch = decode_result_block(outgoing.value)
        batch.validate(full=True)
        assert batch.schema.names == ROW_SCHEMA.names
        told = batch.to_pylist()
        assert told
        statuses = [row["status"] for row in told]
        assert set(statuses) <= {"scored", "rejected", "expired"}, f"nothing unforeseen, but {statuses}"
        sent = _rows(case.value) if "scored" in statuses or len(told) > 1 else None
        if sent is not None:
            assert [row["request_id"] for row in sent] == [row["request_id"] for row in told]
        for number, row in enumerate(told):
            assert (row["status"] == "scored") == (row["probability"] is not None) == (row["error_code"] is None)
            if row["status"] == "scored":
                assert 0 <= row["probability"] <= 1
                if sent is not None:
                    assert_in_schema(self._schema, sent[number])
        return [f"block, {row['status']}, {row['error_code']}" for row in told[:1]]


def _read(value: bytes) -> dict[str, Any] | None:
    """Read a request as another library does; None where that one has a limit of its own."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON, and the request was scored")

    try:
        message: dict[str, Any] = json.loads(value, parse_int=float, parse_constant=refuse)
    except RecursionError:
        return None
    return message


def _rows(value: bytes) -> list[dict[str, Any]] | None:
    """Return a block's rows as Python values; None where a type has none."""
    with pa.ipc.open_stream(value) as reader:
        table = reader.read_all()
    if len(set(table.schema.names)) < len(table.schema.names):
        return None
    try:
        return list(table.to_pylist())
    except (ValueError, TypeError, ArithmeticError):  # beyond what Python has, such as a date after the year 9999
        return None


def assert_in_schema(schema: FeatureSchema, features: Mapping[str, Any]) -> None:
    """Hold scored features against the schema, feature by feature."""
    unknown = set(features) - set(schema.by_name) - {"request_id", "client_ref"}
    assert not unknown
    for feature in schema.model_features:
        assert_takes(feature, features.get(feature.name))


PLAIN = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
YES_OR_NO = ("true", "false", "yes", "no", "oui", "non", "ja", "nein", "si", "s\u00ed", "vrai", "faux", "on", "off")
MORE_OF_THEM = ("s\u00ec", "y", "n", "o", "j", "s", "t", "f", "wahr", "falsch", "verdadero", "falso", "vero")


def assert_takes(feature: Feature, value: Any) -> None:
    """Hold one value against the schema: null, NaN and blank text are missing, plain text is the number in it."""
    if value is None or value != value or (isinstance(value, str) and not value.strip()):
        assert feature.missing_allowed, feature.name
    elif feature.type is FeatureType.CATEGORICAL:
        assert isinstance(value, str | int | float | Decimal), feature.name
        number = isinstance(value, str) and "." in value and PLAIN.fullmatch(value)
        level = str(int(float(value))) if number or not isinstance(value, str) else value.strip()
        assert level in [one.value for one in feature.levels], feature.name
    else:
        assert feature.minimum is not None
        assert feature.maximum is not None
        flag = feature.minimum >= 0 and feature.maximum <= 1
        if isinstance(value, str) and not PLAIN.fullmatch(value):
            assert flag, feature.name
            assert value.strip().lower() in (*YES_OR_NO, *MORE_OF_THEM), feature.name
            return
        assert isinstance(value, str | int | float | Decimal), feature.name
        assert flag or not isinstance(value, bool), feature.name
        assert feature.minimum <= float(value) <= feature.maximum, feature.name
        assert feature.type is not FeatureType.INTEGER or float(value) == int(float(value)), feature.name
