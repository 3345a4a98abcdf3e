"""Finding similar clients: candidates from the database, their scores from the batch lane. Nothing of them is kept."""

import bisect
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import pyarrow as pa

from contract.access import AccessOutcome, Purpose
from contract.baseline import Baseline, BaselineHistogram
from contract.bundle import Bundle
from contract.coercion import level_text
from contract.ids import new_request_id
from contract.messages import Scored
from contract.schema import FeatureSchema
from db.clients import Client, ClientQuery, LevelCriterion, RangeCriterion, stream_clients
from reporting.backend.services import SessionServices, score_failure
from reporting.pages.client.tools.similar_clients import GroupTooSmall, SimilarClientsSummary, summarize_nearest
from reporting.problems import Problem, ScoreFailure, outcome_of

MAX_CRITERIA = 5
"""The strongest factors; together they usually make most of the score."""

RANGE_SHARE = 0.25
"""Share of all clients in the range range_around this one's value.
Five such ranges leave one in a thousand: hundreds in a large bank."""

Attributes: TypeAlias = Mapping[str, float | str | None]
Criteria: TypeAlias = tuple[RangeCriterion | LevelCriterion, ...]


def relaxed_criteria(
    scored: Scored, attributes: Attributes, schema: FeatureSchema, baseline: Baseline
) -> list[Criteria]:
    """Return criteria, the narrowest first; each next one drops the weakest factor, the last one all factors."""
    criteria = tuple(_criteria(scored, attributes, schema, baseline))[:MAX_CRITERIA]
    return [criteria[:n] for n in range(len(criteria), -1, -1)]


def _criteria(
    scored: Scored, attributes: Attributes, schema: FeatureSchema, baseline: Baseline
) -> Iterator[RangeCriterion | LevelCriterion]:
    """Yield a criterion for each factor, strongest first; a missing value cannot be matched."""
    for part in sorted(scored.contributions, key=lambda part: -abs(part.log_odds)):
        feature = schema.by_name.get(part.feature)
        histogram, value = baseline.features.get(part.feature), attributes.get(part.feature)
        if value is None or feature is None or histogram is None or not sum(histogram.counts):
            continue
        if histogram.levels:
            yield LevelCriterion(part.feature, (level_text(value),))
        elif (amount := feature.amount(value)) is not None:
            yield RangeCriterion(part.feature, *range_around(histogram, amount))
        elif code := feature.code(value):
            yield LevelCriterion(part.feature, (code,))


def range_around(histogram: BaselineHistogram, value: float) -> tuple[float, float]:
    """Return a range of whole bins about a value, grown on both sides until RANGE_SHARE of the clients are in it."""
    counts, edges = histogram.counts, histogram.edges
    last = len(counts) - 1
    low = high = min(max(bisect.bisect_right(edges, value) - 1, 0), last)
    wanted = RANGE_SHARE * sum(counts)
    while sum(counts[low : high + 1]) < wanted:
        low, high = max(low - 1, 0), min(high + 1, last)
    return edges[low], edges[high + 1]


MAX_CANDIDATES = 500
"""Scored at a time: half a block, some ten milliseconds of a worker's time."""

MIN_CANDIDATES = 200
"""With fewer candidates than this, the criteria are relaxed."""


def find_similar(
    services: SessionServices, bundle: Bundle, client: Client, scored: Scored
) -> SimilarClientsSummary | GroupTooSmall | ScoreFailure:
    """Return the group of clients nearest to a scored one; blocks while the worker scores the candidates.

    The access is recorded for the client whose file is open; without a record, nothing is returned.
    """
    found = _find(services, bundle, client, scored)
    match found:
        case SimilarClientsSummary():
            outcome = AccessOutcome.SHOWN
        case GroupTooSmall():
            outcome = AccessOutcome.TOO_FEW
        case ScoreFailure(problem):
            outcome = outcome_of(problem)
    model = scored.model if isinstance(found, SimilarClientsSummary) else None
    refused = services.record_access(client.client_ref, Purpose.SIMILAR, outcome, model)
    return ScoreFailure(refused) if refused else found


def _find(
    services: SessionServices, bundle: Bundle, client: Client, scored: Scored
) -> SimilarClientsSummary | GroupTooSmall | ScoreFailure:
    try:
        candidates = _candidates(services, bundle, client, scored)
        if candidates is None:
            return GroupTooSmall()
        asked = services.batch_client().submit(
            new_request_id(), candidates, bundle.schema.model_feature_names, explain=True
        )
        info, answers = asked.result()
    except Exception as error:  # whatever it is, the advisor gets a sentence
        return score_failure(error)
    if info.model.digest != scored.model.digest:  # contributions of two models cannot be compared
        return ScoreFailure(Problem.MODEL_CHANGED)
    return summarize_nearest(scored, info, answers)


def _candidates(services: SessionServices, bundle: Bundle, client: Client, scored: Scored) -> pa.RecordBatch | None:
    """Return similar clients by the narrowest criteria that find enough of them; None if there are none.

    They come in the order of their references. Those are pseudonyms, so the first ones are a fair sample.
    """
    found: pa.RecordBatch | None = None
    for criteria in relaxed_criteria(scored, client.attributes, bundle.schema, bundle.baseline):
        blocks = stream_clients(
            services.engine, bundle.schema, ClientQuery(criteria=criteria), MAX_CANDIDATES, MAX_CANDIDATES
        )
        found = next(iter(blocks), None)
        if found is not None and found.num_rows >= MIN_CANDIDATES:
            break
    return found
