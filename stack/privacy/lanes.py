"""Sending canaries through the lanes, as requesters do."""

import time
from collections.abc import Callable

import pyarrow as pa

from contract.codes import ErrorCode, Status
from contract.ids import new_request_id
from contract.messages import Scored
from contract.schema import FeatureSchema
from contract.settings import Settings
from producers.block_client import BlockClient
from producers.client import ScoreClient
from producers.errors import RequesterError, RequestRejectedError
from stack.errors import CheckNotPossibleError
from stack.privacy.canary import Canary, largest

SOURCE = "/neoscore/privacy-check"

POLL_SECONDS = 3.0
"""Between two recalls: few, and still precise enough for a time to live of a minute."""

CACHE_GRACE_SECONDS = 30.0
"""How long after its time to live a result may still be recalled before the promise counts as broken."""


def score_canary(client: ScoreClient, canary: Canary) -> list[float]:
    """Score the canary on the interactive lane and return what may not be found later. Raises CheckNotPossibleError."""
    try:
        score = client.score(canary.client_ref, canary.features)
    except RequesterError as error:
        raise CheckNotPossibleError(f"the canary on the interactive lane got no score: {error}") from error
    return _numbers(score)


def fetch_cached(client: ScoreClient, client_ref: str) -> list[float] | None:
    """Return the numbers of a client's cached result, None if there is none. Raises CheckNotPossibleError."""
    try:
        score = client.score(client_ref)
    except RequesterError as error:
        if isinstance(error, RequestRejectedError) and error.code is ErrorCode.NOT_CACHED:
            return None
        raise CheckNotPossibleError(f"the canary could not be recalled: {error}") from error
    return _numbers(score)


def score_block(config: Settings, schema: FeatureSchema, canary: Canary) -> list[float]:
    """Score the canary on the batch lane and return what may not be found later. Raises CheckNotPossibleError."""
    columns = {"client_ref": [canary.client_ref], **{name: [value] for name, value in canary.features.items()}}
    block = pa.RecordBatch.from_pydict(columns)
    with BlockClient(config, SOURCE) as client:
        try:
            _, answers = client.submit(new_request_id(), block, schema.model_feature_names, True).result()
        except RequesterError as error:
            raise CheckNotPossibleError(f"the canary on the batch lane got no score: {error}") from error
    answer = answers.to_pylist()[0]
    if answer["status"] != Status.SCORED:
        raise CheckNotPossibleError(f"the canary on the batch lane was {answer['status']}: {answer['error_detail']}")
    return [answer["probability"], largest(answer["log_odds"])]


def _numbers(score: Scored) -> list[float]:
    return [score.probability, largest([part.log_odds for part in score.contributions])]


def wait_until_not_cached(client: ScoreClient, client_refs: list[str], seconds: float, say: Callable[[], None]) -> bool:
    """Recall the canaries until none is answered; return whether that happened within `seconds`."""
    deadline = time.monotonic() + seconds
    while any(fetch_cached(client, client_ref) for client_ref in client_refs):
        if time.monotonic() > deadline:
            return False
        say()
        time.sleep(POLL_SECONDS)
    return True
