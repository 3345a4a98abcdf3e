"""Uploads for schemathesis, which the document of the interface describes in words only: mostly sound, some damaged.

Loaded by `SCHEMATHESIS_HOOKS`; NEOSCORE_MODEL names the bundle that the gateway reads them by.
"""

import json
import os
from pathlib import Path

import pyarrow as pa
import schemathesis
from hypothesis import strategies as st

from contract.bundle import load_bundle
from contract.headers import ARROW, CSV, JSON_LINES

NAMES = load_bundle(Path(os.environ["NEOSCORE_MODEL"])).schema.model_feature_names

anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
numbers = st.none() | st.floats() | st.integers(-10, 10**7).map(float)
refs = st.none() | st.text(max_size=20)
line = st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=50).map(str.encode)


@st.composite
def rows(draw) -> bytes:
    features = {name: draw(anything) for name in NAMES}
    row = {"client_ref": draw(refs), "features": draw(st.sampled_from([features, list(features.values())]))}
    return json.dumps(row).encode()


@st.composite
def cells(draw) -> bytes:
    return ",".join("" if (value := draw(numbers)) is None else repr(value) for _ in NAMES).encode()


@st.composite
def batches(draw) -> bytes:
    count = draw(st.integers(0, 5))
    columns = {name: pa.array([draw(numbers) for _ in range(count)], pa.float64()) for name in NAMES}
    batch = pa.RecordBatch.from_pydict(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


header = ",".join(NAMES).encode()
schemathesis.openapi.media_type(JSON_LINES, st.lists(rows() | line, max_size=5).map(b"\n".join))
schemathesis.openapi.media_type(
    CSV, st.lists(cells() | line, max_size=5).map(lambda lines: b"\n".join([header, *lines]))
)
schemathesis.openapi.media_type(ARROW, batches())
