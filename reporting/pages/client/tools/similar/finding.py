"""Finding similar clients: candidates from the database, their scores over the batch lane, nothing kept of them."""

import pyarrow as pa

from contract.bundle import Bundle
from contract.ids import new_request_id
from contract.messages import Scored
from db.clients import Client, ClientQuery, stream_clients
from reporting.backend.services import Services, not_scored
from reporting.pages.client.tools.similar.group import SimilarGroup, TooFew, nearest_group
from reporting.pages.client.tools.similar.resembling import criteria_ladder
from reporting.problems import NotScored, Problem

MOST_CANDIDATES = 500
"""Scored at a time: half a block, some ten milliseconds of a worker's time."""

ENOUGH_CANDIDATES = 200
"""From so many, the fifty nearest are a choice; with fewer, less resemblance is asked for."""


def find_similar(
    services: Services, bundle: Bundle, client: Client, scored: Scored
) -> SimilarGroup | TooFew | NotScored:
    """Return the group of clients nearest to a scored one; blocks while the worker scores the candidates.

    The access is recorded for the client whose file is open; without a record, nothing is returned.
    """
    found = _find(services, bundle, client, scored)
    match found:
        case SimilarGroup():
            outcome = "shown"
        case TooFew():
            outcome = "too_few"
        case NotScored(problem):
            outcome = str(problem)
    refused = services.record(client.client_ref, "similar", outcome)
    return NotScored(refused) if refused else found


def _find(services: Services, bundle: Bundle, client: Client, scored: Scored) -> SimilarGroup | TooFew | NotScored:
    try:
        candidates = _candidates(services, bundle, client, scored)
        if candidates is None:
            return TooFew()
        asked = services.connect_blocks().submit(new_request_id(), candidates, bundle.schema.model_names, explain=True)
        info, answers = asked.result()
    except Exception as error:  # whatever it is, the advisor gets a sentence
        return not_scored(error)
    if info.model.digest != scored.model.digest:  # contributions of two models cannot be compared
        return NotScored(Problem.OTHER_MODEL)
    return nearest_group(scored, info, answers)


def _candidates(services: Services, bundle: Bundle, client: Client, scored: Scored) -> pa.RecordBatch | None:
    """Return clients that resemble this one, as narrowly as there are enough of them; None when there is nobody.

    They come in the order of their references. Those are pseudonyms, so the first ones are a fair sample.
    """
    found: pa.RecordBatch | None = None
    for criteria in criteria_ladder(scored, client.attributes, bundle.baseline):
        blocks = stream_clients(
            services.engine, bundle.schema, ClientQuery(criteria=criteria), MOST_CANDIDATES, MOST_CANDIDATES
        )
        found = next(iter(blocks), None)
        if found is not None and found.num_rows >= ENOUGH_CANDIDATES:
            break
    return found
