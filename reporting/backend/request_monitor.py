"""Counts of live requests by feature while a Model page is open: one reader for all sessions, counts in memory only."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contract.baseline import Baseline
from contract.blocks import decode_block
from contract.bundle import Bundle
from contract.column_encoding import encode_columns
from contract.encoding import RowEncoder, code_masks
from contract.errors import MessageError
from contract.headers import Headers
from contract.messages import decode_request
from contract.schema import FeatureSchema
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, REQUESTS
from producers.topic_reader import TopicReader
from reporting.backend.monitors import MonitorRegistry, MonitorSubscription
from reporting.population import Counts


class FeatureCounter:
    """Counts for every feature that the model reads and the baseline knows: each bin or level, each code, the missing.

    Rows that the scorer would reject are left out.
    """

    def __init__(self, schema: FeatureSchema, baseline: Baseline) -> None:
        self._schema, self._encoder = schema, RowEncoder(schema)
        self.requests = 0
        self.features: dict[str, Counts] = {}
        self._columns: list[tuple[int, str, NDArray[np.float64] | None]] = []
        for i, name in enumerate(schema.model_feature_names):
            if histogram := baseline.features.get(name):
                edges = None if histogram.levels else np.array(histogram.edges)
                self._columns.append((i, name, edges))
                self.features[name] = np.zeros(len(histogram.counts) + len(histogram.codes) + 1, np.int64)

    def add(self, features: Mapping[str, Any]) -> None:
        """Count one interactive request."""
        row, faults = self._encoder.encode(features)
        if not faults:
            self._count(row[None])

    def add_block(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a block."""
        encoded = encode_columns(self._schema, batch)
        self._count(np.delete(encoded.rows, list(encoded.faults), axis=0))

    def _count(self, rows: NDArray[np.float64]) -> None:
        self.requests += len(rows)
        for i, name, edges in self._columns:
            counts, column, feature = self.features[name], rows[:, i], self._schema[name]
            coded = code_masks(feature, column)
            codes = [int(coded[code].sum()) for code in feature.named_codes]
            values = column[~np.any([np.isnan(column), *coded.values()], axis=0)]
            bins = len(counts) - len(codes) - 1
            places = values if edges is None else np.searchsorted(edges, values, side="right") - 1
            counted = np.bincount(np.clip(places, 0, bins - 1).astype(np.int64), minlength=bins)
            counts += [*counted, *codes, len(column) - len(values) - sum(codes)]


log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
"""A broker that is away is asked again at this pace: soon enough for someone who waits, cheap for the network."""


@dataclass(frozen=True)
class RequestStats:
    """What was counted so far."""

    connected: bool = False
    """Whether the broker could be reached."""
    sealed: bool = False
    """Whether payloads are sealed, so that only workers can read them."""
    requests: int = 0
    features: Mapping[str, Counts] = field(default_factory=dict)


class RequestMonitors:
    """The request monitors of one dashboard process, one for each model in use. Safe to use from any thread."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._monitors: MonitorRegistry[RequestStats] = MonitorRegistry()

    def subscribe(self, bundle: Bundle) -> MonitorSubscription[RequestStats]:
        """Return a page's subscription; the first one starts to count, from this moment on."""
        return self._monitors.subscribe(bundle.ref.digest, lambda: _RequestMonitor(self._config, bundle))

    def close(self) -> None:
        """Stop every monitor."""
        self._monitors.close()


class _RequestMonitor:
    """Reads both request topics from their ends, without a group: the workers' places are not touched."""

    def __init__(self, config: Settings, bundle: Bundle) -> None:
        self._config = config
        self._counting = FeatureCounter(bundle.schema, bundle.baseline)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._readers: list[TopicReader] = []
        self._connected = False
        self._sealed = config.seals_payloads
        if not self._sealed:
            threading.Thread(target=self._connect, name="watch requests", daemon=True).start()

    def snapshot(self) -> RequestStats:
        with self._lock:
            features = {name: counts.copy() for name, counts in self._counting.features.items()}
            return RequestStats(self._connected, self._sealed, self._counting.requests, features)

    def stop(self) -> None:
        self._ending.set()

    def _connect(self) -> None:
        while not self._ending.is_set() and not self._connected:
            try:
                for topic, count in ((REQUESTS, self._on_request), (BATCH_REQUESTS, self._on_block)):
                    self._readers.append(TopicReader(self._config, topic, count))
                self._connected = True
            except Exception as error:  # whatever it is, the page shows it and the monitor retries
                log.warning("cannot read request topics (%s); retrying", type(error).__name__)
                self._disconnect()
                self._ending.wait(RETRY_SECONDS)
        self._ending.wait()
        self._disconnect()

    def _disconnect(self) -> None:
        while self._readers:
            self._readers.pop().close()

    def _on_request(self, value: bytes | None, _: Headers) -> None:
        try:
            features = decode_request(value or b"").features
        except MessageError:
            return  # the worker answers it with what is wrong
        if isinstance(features, Mapping):
            with self._lock:
                self._counting.add(features)

    def _on_block(self, value: bytes | None, __: Headers) -> None:
        try:
            _, batch = decode_block(value or b"")
        except MessageError:
            return
        with self._lock:
            self._counting.add_block(batch)
