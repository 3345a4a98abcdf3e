"""CandidateGrid scored over the batch lane: every PD of a counterfactual is the worker's own."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.access import AccessOutcome, Purpose
from contract.blocks import MAX_BLOCK_ROWS
from contract.bundle import Bundle
from contract.codes import ErrorCode, Status
from contract.column_encoding import raw_column
from contract.ids import new_request_id
from contract.schema import Feature, FeatureSchema
from db.clients import Client
from producers.block_client import BlockClient, ResultBlock
from producers.errors import RequestExpiredError, RequestRejectedError, ScoreError, ScoringFailedError
from reporting.backend.services import SessionServices, score_failure
from reporting.pages.client.tools.counterfactual import Counterfactual
from reporting.pages.client.tools.recourse_search import (
    CandidateColumns,
    CandidateScorer,
    actionable_features,
    build_candidate_grid,
    cheapest_counterfactuals,
)
from reporting.problems import ScoreFailure, outcome_of, require_same_model


def find_counterfactuals(
    services: SessionServices, bundle: Bundle, client: Client, threshold: float
) -> tuple[Counterfactual, ...]:
    """Return at most three proposals for a client at or above the threshold, the cheapest first; blocks for a moment.

    Nothing is recorded: whoever shows them does. Raises RequesterError, BrokerUnavailableError or TopicError.
    """
    features = actionable_features(bundle.schema, bundle.baseline, client.attributes)
    candidates = build_candidate_grid(features)
    return cheapest_counterfactuals(candidates, kafka_scorer(services.batch_client, bundle, client), threshold)


def find_and_record_counterfactuals(
    services: SessionServices, bundle: Bundle, client: Client, threshold: float
) -> "Future[tuple[Counterfactual, ...] | ScoreFailure]":
    """Find proposals in a thread of the services, and record the access before they are given; without it, none."""

    def work() -> tuple[Counterfactual, ...] | ScoreFailure:
        found: tuple[Counterfactual, ...] | ScoreFailure
        try:
            found = find_counterfactuals(services, bundle, client, threshold)
            outcome = AccessOutcome.PROPOSED if found else AccessOutcome.NO_CHANGE
        except Exception as error:  # whatever it is, the advisor gets a sentence
            found = score_failure(error)
            outcome = outcome_of(found.problem)
        model = None if isinstance(found, ScoreFailure) else bundle.ref
        refused = services.record_access(client.client_ref, Purpose.RECOURSE, outcome, model)
        return ScoreFailure(refused) if refused else found

    return services.submit(work)


def kafka_scorer(connect: Callable[[], BlockClient], bundle: Bundle, client: Client) -> CandidateScorer:
    """Return what scores candidates of one client over the batch lane.

    It raises as `connect` and the blocks do, and ModelMismatchError when another model than the bundle's answered.
    """
    schema = bundle.schema

    def score(columns: CandidateColumns) -> NDArray[np.float64]:
        blocks, batch_id = connect(), new_request_id()
        sent = [
            blocks.submit(batch_id, block, schema.model_feature_names, explain=False)
            for block in candidate_blocks(schema, client, columns)
        ]
        return np.concatenate([_probabilities(bundle, future.result()) for future in sent])

    return score


def candidate_blocks(schema: FeatureSchema, client: Client, columns: CandidateColumns) -> list[pa.RecordBatch]:
    """Return the candidates as blocks of clients: the columns that move, and the client's own values beside them."""
    rows = len(next(iter(columns.values())))
    whole = {"client_ref": pa.array([client.client_ref] * rows, pa.string())}
    for feature in schema.model_features:
        whole[feature.name] = _column(feature, columns, client.attributes, rows)
    table = pa.RecordBatch.from_arrays(list(whole.values()), names=list(whole))
    return [table.slice(start, MAX_BLOCK_ROWS) for start in range(0, rows, MAX_BLOCK_ROWS)]


def _column(feature: Feature, columns: CandidateColumns, attributes: Mapping[str, Any], rows: int) -> pa.Array:
    values: Sequence[Any] = columns.get(feature.name) or [attributes.get(feature.name)]
    array = raw_column(feature, values)
    return array if feature.name in columns else pa.repeat(array[0], rows)


def _probabilities(bundle: Bundle, block: ResultBlock) -> NDArray[np.float64]:
    """Return the PD of each row. Raises ScoreError if a row has none: the block is then unreliable."""
    info, answers = block
    require_same_model(info.model, bundle.ref)
    unscored = answers.filter(pc.not_equal(answers.column("status"), str(Status.SCORED)))
    if unscored.num_rows:
        first = unscored.slice(0, 1).to_pylist()[0]
        raise _ERROR_BY_STATUS[Status(first["status"])](ErrorCode(first["error_code"]), first["error_detail"])
    probabilities: NDArray[np.float64] = answers.column("probability").to_numpy(zero_copy_only=False)
    return probabilities


_ERROR_BY_STATUS: dict[Status, type[ScoreError]] = {
    kind.status: kind for kind in (RequestRejectedError, RequestExpiredError, ScoringFailedError)
}
