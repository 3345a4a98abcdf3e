"""Counting the values of requests into the bins of the training data. Nothing of a request remains but the counts."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contract.bundle import Baseline
from contract.columns import encode_columns
from contract.encoding import RowEncoder
from contract.schema import FeatureSchema
from reporting.model.stability import Counts


class Counting:
    """Counts for every feature that the model reads and the baseline knows: each bin or level, and last the missing.

    Rows that the scorer would reject are left out.
    """

    def __init__(self, schema: FeatureSchema, baseline: Baseline) -> None:
        self._schema, self._encoder = schema, RowEncoder(schema)
        self.requests = 0
        self.features: dict[str, Counts] = {}
        self._columns: list[tuple[int, str, NDArray[np.float32] | None]] = []
        for i, name in enumerate(schema.model_names):
            if histogram := baseline.features.get(name):
                # Values arrive as float32: an edge at a value that many share must be rounded as they are.
                edges = None if histogram.levels else np.array(histogram.edges, np.float32)
                self._columns.append((i, name, edges))
                self.features[name] = np.zeros(len(histogram.counts) + 1, np.int64)

    def add(self, features: Mapping[str, Any]) -> None:
        """Count one interactive request."""
        row, faults = self._encoder.encode(features)
        if not faults:
            self._count(row[None])

    def add_block(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a block."""
        encoded = encode_columns(self._schema, batch)
        self._count(np.delete(encoded.rows, list(encoded.faults), axis=0))

    def _count(self, rows: NDArray[np.float32]) -> None:
        self.requests += len(rows)
        for i, name, edges in self._columns:
            counts, column = self.features[name], rows[:, i]
            values = column[~np.isnan(column)]
            bins = len(counts) - 1
            places = values if edges is None else np.searchsorted(edges, values, side="right") - 1
            counts[:bins] += np.bincount(np.clip(places, 0, bins - 1).astype(np.int64), minlength=bins)
            counts[bins] += len(column) - len(values)
