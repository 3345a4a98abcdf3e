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
from stack.errors import CannotCheck
from stack.privacy.canary import Canary, strongest

SOURCE = "/neoscore/privacy-check"

PAUSE_SECONDS = 3.0
"""Between two recalls: few, and still precise enough for a time to live of a minute."""

CACHE_GRACE_SECONDS = 30.0
"""How long after its time to live a result may still be recalled before the promise counts as broken."""


def score_single(client: ScoreClient, canary: Canary) -> list[float]:
    """Score the canary on the interactive lane and return what may not be found later. Raises CannotCheck."""
    try:
        score = client.score(canary.client_ref, canary.features)
    except RequesterError as error:
        raise CannotCheck(f"the canary on the interactive lane got no score: {error}") from error
    return _numbers(score)


def recall(client: ScoreClient, client_ref: str) -> list[float] | None:
    """Return the numbers of a client's result that is still alive, None when there is none. Raises CannotCheck."""
    try:
        score = client.score(client_ref)
    except RequesterError as error:
        if isinstance(error, RequestRejectedError) and error.code is ErrorCode.NOT_CACHED:
            return None
        raise CannotCheck(f"the canary could not be recalled: {error}") from error
    return _numbers(score)


def score_block(config: Settings, schema: FeatureSchema, canary: Canary) -> list[float]:
    """Score the canary on the batch lane and return what may not be found later. Raises CannotCheck."""
    columns = {"client_ref": [canary.client_ref], **{name: [value] for name, value in canary.features.items()}}
    block = pa.RecordBatch.from_pydict(columns)
    with BlockClient(config, SOURCE) as client:
        try:
            _, answers = client.submit(new_request_id(), block, schema.model_names, True).result()
        except RequesterError as error:
            raise CannotCheck(f"the canary on the batch lane got no score: {error}") from error
    answer = answers.to_pylist()[0]
    if answer["status"] != Status.SCORED:
        raise CannotCheck(f"the canary on the batch lane was {answer['status']}: {answer['error_detail']}")
    return [answer["probability"], strongest(answer["log_odds"])]


def _numbers(score: Scored) -> list[float]:
    return [score.probability, strongest([part.log_odds for part in score.contributions])]


def wait_until_not_cached(client: ScoreClient, client_refs: list[str], seconds: float, say: Callable[[], None]) -> bool:
    """Recall the canaries until none is answered; return whether that happened within `seconds`."""
    deadline = time.monotonic() + seconds
    while any(recall(client, client_ref) for client_ref in client_refs):
        if time.monotonic() > deadline:
            return False
        say()
        time.sleep(PAUSE_SECONDS)
    return True
