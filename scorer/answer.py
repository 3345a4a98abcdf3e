"""The interactive lane without Kafka: records in, one terminal answer each out."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.encoding import FeatureVector
from contract.messages import (
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
from scorer.cache import Key, Result, ResultCache
from scorer.engine import Engine
from scorer.explanation import Explanations
from scorer.faults import describe
from scorer.reading import Refusal, RequestReader, Wish, refusal
from scorer.record import Record
from scorer.scoring import score_each

log = logging.getLogger(__name__)

Answer: TypeAlias = ScoreResult | DeadLetter

INTERNAL = ErrorInfo(ErrorCode.INTERNAL_ERROR, "the scorer failed in a way it did not foresee")
MODEL_FAILED = ErrorInfo(ErrorCode.MODEL_FAILED, "the model could not score this row")
NOT_CACHED = ErrorInfo(ErrorCode.NOT_CACHED, "no result of this client is still alive; send its features")


@dataclass(frozen=True, slots=True)
class _Found:
    result: Result
    cached: bool


class InteractiveScorer:
    """Answers score requests. Not thread-safe: one thread calls it."""

    def __init__(self, bundle: Bundle, engine: Engine, cache: ResultCache, *, pseudonyms_only: bool = False) -> None:
        self._bundle = bundle
        self._engine = engine
        self._cache = cache
        self._reader = RequestReader(bundle.schema, pseudonyms_only=pseudonyms_only)
        self._explanations = Explanations(bundle.schema.model_feature_names)

    def answer(self, records: Sequence[Record], now: datetime) -> list[Answer]:
        """Return one terminal answer for each record, in order. Never raises."""
        read = [self._read(record, now) for record in records]
        wishes = [item for item in read if isinstance(item, Wish)]
        try:
            scored = iter(self._grant(wishes, now))
        except Exception as error:
            log.error("a batch of requests could not be scored: %s", describe(error))
            scored = iter([refusal(Failed, wish.request, INTERNAL) for wish in wishes])
        return [next(scored) if isinstance(item, Wish) else item for item in read]

    @property
    def model(self) -> ModelRef:
        """The model that answers."""
        return self._bundle.ref

    def purge(self) -> None:
        """Remove expired results from memory."""
        self._cache.purge()

    def fail(
        self, record: Record, error: ErrorInfo, now: datetime, kind: type[Rejected] | type[Failed] = Failed
    ) -> Refusal:
        """Return a small answer that says that the scorer failed on this record, or what is wrong with the record."""
        return self._reader.refuse(record, kind, error, now)

    def _read(self, record: Record, now: datetime) -> Wish | Refusal:
        try:
            return self._reader.read(record, now)
        except Exception as error:
            log.error("a request could not be read: %s", describe(error))
            return self.fail(record, INTERNAL, now)

    def _grant(self, wishes: Sequence[Wish], now: datetime) -> list[ScoreResult]:
        keys = [None if wish.row is None else self._cache.key(wish.request.client_ref, wish.row) for wish in wishes]
        rows = {key: wish.row for key, wish in zip(keys, wishes, strict=True) if key and wish.row is not None}
        alive = {key: result for key in rows if (result := self._cache.get(key))}
        fresh = self._score({key: row for key, row in rows.items() if key not in alive}, now)
        answers: list[ScoreResult] = []
        for wish, key in zip(wishes, keys, strict=True):
            found = self._find(wish.request, key, alive, fresh)
            answers.append(self._scored(wish.request, found) if isinstance(found, _Found) else found)
            if key in fresh:
                alive[key] = fresh.pop(key)  # whoever asks the same later in this batch gets it as cached
        return answers

    def _find(
        self, request: ScoreRequest, key: Key | None, alive: Mapping[Key, Result], fresh: Mapping[Key, Result]
    ) -> _Found | NotScored:
        if key is None:
            result = self._cache.recall(request.client_ref)
            return _Found(result, cached=True) if result else refusal(Rejected, request, NOT_CACHED)
        if key in fresh:
            return _Found(fresh[key], cached=False)
        return _Found(alive[key], cached=True) if key in alive else refusal(Failed, request, MODEL_FAILED)

    def _score(self, rows: Mapping[Key, FeatureVector], now: datetime) -> dict[Key, Result]:
        """Score rows and keep the results; a row that the model fails on is left out."""
        if not rows:
            return {}
        scores = score_each(self._engine, np.array(list(rows.values())))
        results = {
            key: Result(probability, scores.contributions[i], scores.points[i], now)
            for i, (key, probability) in enumerate(zip(rows, scores.probability.tolist(), strict=True))
            if not math.isnan(probability)
        }
        for key, result in results.items():
            self._cache.put(key, result)
        return results

    def _scored(self, request: ScoreRequest, found: _Found) -> Scored:
        result = found.result
        contributions, reasons = self._explanations.explain(result) if request.explain else ((), ())
        return Scored(
            request_id=request.request_id,
            client_ref=request.client_ref,
            probability=result.probability,
            base_probability=self._engine.base_probability,
            base_log_odds=self._engine.base_log_odds,
            threshold=self._bundle.metrics.threshold,
            band=self._bundle.band(result.probability),
            contributions=contributions,
            reasons=reasons,
            model=self._bundle.ref,
            scored_at=result.scored_at,
            cached=found.cached,
        )
