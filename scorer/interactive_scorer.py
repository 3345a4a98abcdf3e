"""The interactive lane without Kafka: records in, one terminal answer each out."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

from contract.bundle import Bundle, risk_band
from contract.codes import ErrorCode
from contract.encoding import FeatureVector
from contract.messages import (
    Contribution,
    DeadLetter,
    ErrorInfo,
    Failed,
    ModelRef,
    NotScored,
    Rejected,
    Scored,
    ScoreRequest,
    ScoreResult,
)
from scorer.cache import CachedScore, CacheKey, ResultCache
from scorer.engine import Engine, score_rows
from scorer.logs import describe_exception
from scorer.reasons import MAX_REASONS, reason_codes, strongest_first
from scorer.record import Record
from scorer.request_parser import ErrorResponse, ParsedRequest, RequestParser, error_result

log = logging.getLogger(__name__)

ScoreResponse: TypeAlias = ScoreResult | DeadLetter

INTERNAL_ERROR = ErrorInfo(ErrorCode.INTERNAL_ERROR, "unexpected internal error in the scorer")
MODEL_FAILED = ErrorInfo(ErrorCode.MODEL_FAILED, "the model could not score this row")
NOT_CACHED = ErrorInfo(ErrorCode.NOT_CACHED, "no cached result for this client; send the features")


@dataclass(frozen=True, slots=True)
class _ResolvedScore:
    result: CachedScore
    cached: bool


class _Explanations:
    """Explains results of one model, given the names of its features in column order."""

    def __init__(self, features: Sequence[str]) -> None:
        self._names = tuple(features)
        self._codes = reason_codes(features).tolist()

    def explain(self, result: CachedScore) -> tuple[tuple[Contribution, ...], tuple[str, ...]]:
        """Return the contributions and the reason codes; contributions of zero are no reasons."""
        order = strongest_first(result.log_odds[None], len(self._names))[0].tolist()
        log_odds, points = result.log_odds.tolist(), result.probability_contribution.tolist()
        contributions = tuple([Contribution(self._names[i], log_odds[i], points[i]) for i in order])
        reasons = tuple([self._codes[log_odds[i] > 0][i] for i in order[:MAX_REASONS] if log_odds[i]])
        return contributions, reasons


class InteractiveScorer:
    """Answers score requests. Not thread-safe: one thread calls it."""

    def __init__(self, bundle: Bundle, engine: Engine, cache: ResultCache, *, pseudonyms_only: bool = False) -> None:
        self._bundle = bundle
        self._engine = engine
        self._cache = cache
        self._reader = RequestParser(bundle.schema, pseudonyms_only=pseudonyms_only)
        self._explanations = _Explanations(bundle.schema.model_feature_names)

    def score_records(self, records: Sequence[Record], now: datetime) -> list[ScoreResponse]:
        """Return one terminal answer for each record, in order. Never raises."""
        read = [self._read(record, now) for record in records]
        parsed = [item for item in read if isinstance(item, ParsedRequest)]
        try:
            scored = iter(self._score_requests(parsed, now))
        except Exception as error:
            log.error("failed to score a micro-batch: %s", describe_exception(error))
            scored = iter([error_result(Failed, request.request, INTERNAL_ERROR) for request in parsed])
        return [next(scored) if isinstance(item, ParsedRequest) else item for item in read]

    @property
    def model(self) -> ModelRef:
        """The model that answers."""
        return self._bundle.ref

    def purge_expired(self) -> None:
        """Remove expired results from memory."""
        self._cache.purge_expired()

    def error_response(
        self, record: Record, error: ErrorInfo, now: datetime, kind: type[Rejected] | type[Failed] = Failed
    ) -> ErrorResponse:
        """Return a small answer that says that the scorer failed on this record, or what is wrong with the record."""
        return self._reader.error_response(record, kind, error, now)

    def _read(self, record: Record, now: datetime) -> ParsedRequest | ErrorResponse:
        try:
            return self._reader.read(record, now)
        except Exception as error:
            log.error("failed to parse a request: %s", describe_exception(error))
            return self.error_response(record, INTERNAL_ERROR, now)

    def _score_requests(self, parsed: Sequence[ParsedRequest], now: datetime) -> list[ScoreResult]:
        keys = [
            None if request.row is None else self._cache.key(request.request.client_ref, request.row)
            for request in parsed
        ]
        rows = {key: request.row for key, request in zip(keys, parsed, strict=True) if key and request.row is not None}
        cached = {key: result for key in rows if (result := self._cache.get(key))}
        computed = self._score({key: row for key, row in rows.items() if key not in cached}, now)
        answers: list[ScoreResult] = []
        for request, key in zip(parsed, keys, strict=True):
            found = self._resolve(request.request, key, cached, computed)
            answers.append(
                self._scored_response(request.request, found) if isinstance(found, _ResolvedScore) else found
            )
            if key in computed:
                cached[key] = computed.pop(key)  # the same request later in this batch is a cache hit
        return answers

    def _resolve(
        self,
        request: ScoreRequest,
        key: CacheKey | None,
        cached: Mapping[CacheKey, CachedScore],
        computed: Mapping[CacheKey, CachedScore],
    ) -> _ResolvedScore | NotScored:
        if key is None:
            result = self._cache.latest(request.client_ref)
            return _ResolvedScore(result, cached=True) if result else error_result(Rejected, request, NOT_CACHED)
        if key in computed:
            return _ResolvedScore(computed[key], cached=False)
        return (
            _ResolvedScore(cached[key], cached=True) if key in cached else error_result(Failed, request, MODEL_FAILED)
        )

    def _score(self, rows: Mapping[CacheKey, FeatureVector], now: datetime) -> dict[CacheKey, CachedScore]:
        """Score rows and keep the results; a row that the model fails on is left out."""
        if not rows:
            return {}
        scores = score_rows(self._engine, np.array(list(rows.values())))
        results = {
            key: CachedScore(probability, scores.contributions[i], scores.probability_contribution[i], now)
            for i, (key, probability) in enumerate(zip(rows, scores.probability.tolist(), strict=True))
            if not math.isnan(probability)
        }
        for key, result in results.items():
            self._cache.put(key, result)
        return results

    def _scored_response(self, request: ScoreRequest, found: _ResolvedScore) -> Scored:
        result = found.result
        contributions, reasons = self._explanations.explain(result) if request.explain else ((), ())
        return Scored(
            request_id=request.request_id,
            client_ref=request.client_ref,
            probability=result.probability,
            base_probability=self._engine.base_probability,
            base_log_odds=self._engine.base_log_odds,
            threshold=self._bundle.metrics.threshold,
            band=risk_band(result.probability, self._bundle.metrics.threshold),
            contributions=contributions,
            reasons=reasons,
            model=self._bundle.ref,
            scored_at=result.scored_at,
            cached=found.cached,
        )
