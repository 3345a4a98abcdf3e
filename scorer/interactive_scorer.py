"""The interactive lane without Kafka: records in, one terminal answer each out."""

import logging
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np

from contract.bundle import Bundle, risk_band
from contract.codes import Band
from contract.encoding import FeatureVector
from contract.ids import MAX_CLIENT_REF_LENGTH, new_request_id
from contract.messages import (
    Contribution,
    DeadLetter,
    ErrorInfo,
    Failed,
    ModelRef,
    Rejected,
    Scored,
    ScoreRequest,
    ScoreResult,
    encode,
)
from scorer.cache import CachedScore, CacheKey, ResultCache
from scorer.contributions import MAX_REASONS, reason_codes, strongest_first
from scorer.engine import Engine, score_rows
from scorer.error_results import INTERNAL_ERROR, MODEL_FAILED, NOT_CACHED, ErrorResponse, error_result
from scorer.logs import describe_exception
from scorer.record import Record
from scorer.request_parser import ParsedRequest, RequestParser

log = logging.getLogger(__name__)

ScoreResponse: TypeAlias = ScoreResult | DeadLetter


class InteractiveScorer:
    """Answers score requests. Not thread-safe: one thread calls it."""

    def __init__(self, bundle: Bundle, engine: Engine, cache: ResultCache, *, pseudonyms_only: bool = False) -> None:
        self._bundle = bundle
        self._engine = engine
        self._cache = cache
        self._parser = RequestParser(bundle.schema, pseudonyms_only=pseudonyms_only)
        self._names = bundle.schema.model_feature_names
        self._codes = reason_codes(self._names).tolist()
        self.max_answer_bytes = _max_score_bytes(bundle.ref, self._names)
        """No score of this model is longer as JSON: one length can hide which score it is."""

    def score_records(self, records: Sequence[Record], now: datetime) -> list[ScoreResponse]:
        """Return one terminal answer for each record, in order. Never raises."""
        read = [self._parser.parse(record, now) for record in records]
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
        return self._parser.error_response(record, kind, error, now)

    def _score_requests(self, parsed: Sequence[ParsedRequest], now: datetime) -> list[ScoreResult]:
        keys = [
            None if request.row is None else self._cache.key(request.request.client_ref, request.row)
            for request in parsed
        ]
        rows = {key: request.row for key, request in zip(keys, parsed, strict=True) if key and request.row is not None}
        cached = {key: score for key in rows if (score := self._cache.get(key))}
        computed = self._score({key: row for key, row in rows.items() if key not in cached}, now)
        results: list[ScoreResult] = []
        for item, key in zip(parsed, keys, strict=True):
            request = item.request
            score = self._cache.latest(request.client_ref) if key is None else computed.get(key) or cached.get(key)
            if score:
                results.append(self._scored(request, score, cached=key not in computed))
            elif key is None:
                results.append(error_result(Rejected, request, NOT_CACHED))
            else:
                results.append(error_result(Failed, request, MODEL_FAILED))
            if key in computed:
                cached[key] = computed.pop(key)  # the same request later in this batch is a cache hit
        return results

    def _score(self, rows: Mapping[CacheKey, FeatureVector], now: datetime) -> dict[CacheKey, CachedScore]:
        """Score rows and keep the results; a row that the model fails on is left out."""
        if not rows:
            return {}
        scores = score_rows(self._engine, np.array(list(rows.values())))
        results = {
            key: CachedScore(
                probability, scores.contributions[i], scores.probability_contribution[i], scores.stated[i], now
            )
            for i, (key, probability) in enumerate(zip(rows, scores.probability.tolist(), strict=True))
            if not math.isnan(probability)
        }
        for key, result in results.items():
            self._cache.put(key, result)
        return results

    def _scored(self, request: ScoreRequest, score: CachedScore, *, cached: bool) -> Scored:
        """Return the result that is sent: with contributions and reasons, strongest first, if they are asked for."""
        contributions: tuple[Contribution, ...] = ()
        reasons: tuple[str, ...] = ()
        if request.explain:
            names = self._names
            order = strongest_first(score.log_odds[None], len(names))[0].tolist()
            log_odds, points = score.log_odds.tolist(), score.probability_contribution.tolist()
            contributions = tuple([Contribution(names[i], log_odds[i], points[i]) for i in order])
            # A contribution of zero is no reason, nor is one that contradicts its value: `stated` is 0 there.
            stated = score.stated.tolist()
            reasons = tuple([self._codes[stated[i] > 0][i] for i in order if stated[i]][:MAX_REASONS])
        return Scored(
            request_id=request.request_id,
            client_ref=request.client_ref,
            probability=score.probability,
            base_probability=self._engine.base_probability,
            base_log_odds=self._engine.base_log_odds,
            threshold=self._bundle.metrics.threshold,
            band=risk_band(score.probability, self._bundle.metrics.threshold),
            contributions=contributions,
            reasons=reasons,
            model=self._bundle.ref,
            scored_at=score.scored_at,
            cached=cached,
        )


def _max_score_bytes(model: ModelRef, names: Sequence[str]) -> int:
    number = -1.2345678901234567e-300  # no number has a longer text
    longest = sorted(names, key=lambda name: len(name.encode()))[-MAX_REASONS:]
    return len(
        encode(
            Scored(
                request_id=new_request_id(),
                client_ref="\N{GRINNING FACE}" * MAX_CLIENT_REF_LENGTH,
                probability=number,
                base_probability=number,
                base_log_odds=number,
                threshold=number,
                band=Band.MEDIUM,
                contributions=tuple(Contribution(name, number, number) for name in names),
                reasons=tuple(f"{name}:lowers" for name in longest),
                model=model,
                scored_at=datetime(2000, 1, 1, 0, 0, 0, 1, UTC),
                cached=False,
            )
        )
    )
