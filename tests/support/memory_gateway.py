"""`python -m tests.support.memory_gateway PORT`: a gateway whose lanes answer in memory instead of over Kafka.

Everything else is the real gateway: server, tokens, routes, database, access log. A valid request gets the
average PD of the model's training data; an invalid one is rejected by the model's schema, as by a worker.
NEOSCORE_TEST_IDLE_SECONDS shortens how long it waits for a slow caller.
"""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from math import log
from typing import Any

import pyarrow as pa

from contract.blocks import ResultInfo
from contract.bundle import Bundle, load_bundle
from contract.codes import Band, ErrorCode
from contract.encoding import RowEncoder, invalid_features
from contract.ids import new_request_id
from contract.messages import Contribution, Scored
from contract.result_fields import ROW_SCHEMA
from contract.settings import settings
from producers.errors import RequestRejectedError
from producers.gateway import limits

IDLE_SECONDS = "NEOSCORE_TEST_IDLE_SECONDS"


class MemoryScores:
    """The interactive lane."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._encoder = RowEncoder(bundle.schema)

    def submit(
        self,
        client_ref: str,
        features: Mapping[str, Any] | None = None,
        *,
        explain: bool = True,
        ttl: float | None = None,
        trace: Sequence[tuple[str, bytes]] = (),
    ) -> Future[Scored]:
        result: Future[Scored] = Future()
        if features is None:
            result.set_exception(RequestRejectedError(ErrorCode.NOT_CACHED, "not cached"))
        elif errors := self._encoder.encode(features)[1]:
            error = invalid_features(errors)
            result.set_exception(RequestRejectedError(error.code, error.detail, error.fields))
        else:
            result.set_result(self._scored(client_ref, explain))
        return result

    def _scored(self, client_ref: str, explain: bool) -> Scored:
        metrics = self._bundle.metrics
        names = self._bundle.schema.model_feature_names if explain else ()
        return Scored(
            request_id=new_request_id(),
            client_ref=client_ref,
            probability=metrics.default_rate,
            base_probability=metrics.default_rate,
            base_log_odds=log_odds(metrics.default_rate),
            threshold=metrics.threshold,
            band=Band.LOW,
            contributions=tuple(Contribution(name, 0.0, 0.0) for name in names),
            model=self._bundle.ref,
            scored_at=datetime.now(UTC),
        )

    def close(self) -> None:
        """There is nothing to close."""


class MemoryBlocks:
    """The batch lane. Rows are not validated: the gateway has done that, but for Arrow uploads."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def submit(
        self,
        batch_id: str,
        clients: pa.RecordBatch,
        features: Sequence[str],
        explain: bool,
        trace: Sequence[tuple[str, bytes]] = (),
    ) -> Future[tuple[ResultInfo, pa.RecordBatch]]:
        result: Future[tuple[ResultInfo, pa.RecordBatch]] = Future()
        metrics, rows = self._bundle.metrics, clients.num_rows
        names = tuple(features) if explain else ()
        info = ResultInfo(
            batch_id=batch_id,
            block_id=new_request_id(),
            features=names,
            base_probability=metrics.default_rate,
            base_log_odds=log_odds(metrics.default_rate),
            threshold=metrics.threshold,
            model=self._bundle.ref,
            scored_at=datetime.now(UTC),
        )
        points = pa.array([[0.0] * len(names) if explain else None] * rows, pa.list_(pa.float64()))
        columns = {
            "request_id": pa.array([new_request_id() for _ in range(rows)]),
            "client_ref": clients.column("client_ref"),
            "status": pa.array(["scored"] * rows),
            "probability": pa.array([metrics.default_rate] * rows),
            "band": pa.array([str(Band.LOW)] * rows),
            "log_odds": points,
            "probability_contribution": points,
            "reasons": pa.array([[]] * rows, pa.list_(pa.string())),
        }
        known = [columns.get(field.name, pa.nulls(rows, field.type)) for field in ROW_SCHEMA]
        batch = pa.RecordBatch.from_arrays(known, schema=ROW_SCHEMA)
        result.set_result((info, batch))
        return result

    def close(self) -> None:
        """There is nothing to close."""


def log_odds(probability: float) -> float:
    return log(probability / (1 - probability))


def main(port: int) -> None:
    config = settings()
    logging.basicConfig(level=config.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if seconds := os.environ.get(IDLE_SECONDS):  # before anything imports them by name
        limits.UPLOAD_IDLE_TIMEOUT_SECONDS = limits.HEADER_TIMEOUT_SECONDS = float(seconds)
    from producers.gateway.lanes import Lanes
    from producers.gateway.listener import bind, check_listener_settings
    from producers.gateway.server import serve

    check_listener_settings(config)
    assert config.model is not None
    bundle = load_bundle(config.model)
    serve(config, bind("127.0.0.1", port), Lanes(lambda _: MemoryScores(bundle), lambda _: MemoryBlocks(bundle)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
