"""Blocks: valid ones, and what may become of them as columns, as a stream and as bytes."""

import random
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from tests.fuzz.case import Case, Kind
from tests.fuzz.mutate import damage, one_in, pick, some
from tests.fuzz.requests import FEATURES, ODD_HEADERS, odd_timestamp

NAMES = ("income", "debt", "late", "home", "score", "constant")

MANY_ROWS = (0, 1, 1023, 1024, 1025)

METADATA = {
    "batch_id": ("batch-1", "", "x" * 64, "x" * 65, "é" * 64, "\x00"),
    "block_id": ("block-1", "", "x" * 64, "x" * 65, "\n"),
    "explain": ("true", "false", "yes", "1", "True", ""),
    "expires_at": (
        "2026-03-01T12:01:00+00:00", "2026-03-01T11:59:59Z", "2026-03-01T12:01:00", "2026-03-01",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59", "soon", "", "20260301T120100Z", "2026-W09-7T12:01:00Z",
    ),
}  # fmt: skip

NUMBERS = (0, 1, -1, 3, 0.5, 1e6, 1e300, -1e300, 1e-300, float("nan"), float("inf"), float("-inf"), 2**53 + 1, None)
TEXTS = ("owner", "tenant", "3", "3.0", "", "castle", "x" * 5_000, "\x00", "é", None)


class Tagged(pa.ExtensionType):  # type: ignore[misc]
    """An extension type that this process knows: what arrives is then not a plain array."""

    def __init__(self, storage: pa.DataType = pa.float64()) -> None:  # noqa: B008 - Arrow types do not change
        super().__init__(storage, "neoscore.tests.tagged")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: pa.DataType, serialized: bytes) -> "Tagged":
        return cls(storage)


def register() -> None:
    """Make the extension type known; twice does no harm."""
    try:
        pa.register_extension_type(Tagged())
    except pa.ArrowKeyError:
        return


def make_block(rng: random.Random) -> Case:
    """Return a block that is valid, or was before something happened to it."""
    rows = pick(rng, MANY_ROWS) if one_in(rng, 25) else rng.randint(1, 6)
    columns = _columns(rng, rows)
    for _ in some(rng, 3):
        _spoil(rng, columns, rows)
    value = _stream(rng, columns)
    if one_in(rng, 3):
        value = damage(rng, value, most=3)
    if one_in(rng, 200):
        value = value + value
    headers = tuple(pick(rng, ODD_HEADERS) for _ in some(rng, 3)) if one_in(rng, 4) else ()
    return Case(Kind.BLOCK, value, pick(rng, (b"block-1", b"", None, b"\xff")), headers, odd_timestamp(rng))


Columns = list[tuple[str, pa.Array]]


def _columns(rng: random.Random, rows: int) -> Columns:
    drawn = [FEATURES[rng.randrange(len(FEATURES))] for _ in range(rows)]
    made: Columns = [
        ("request_id", pa.array([str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(rows)], pa.string())),
        ("client_ref", pa.array([f"c{rng.randrange(4)}" for _ in range(rows)], pa.string())),
    ]
    for name in NAMES:
        values = [row.get(name) for row in drawn]
        if name == "home":
            made.append((name, pa.array([None if value is None else str(value) for value in values], pa.string())))
        else:
            made.append((name, pa.array(values, pa.float64())))
    return made


def _spoil(rng: random.Random, columns: Columns, rows: int) -> None:
    if not columns:
        return
    at = rng.randrange(len(columns))
    name, column = columns[at]
    match rng.randrange(9):
        case 0:
            del columns[at]
        case 1:
            columns.append((pick(rng, ("income", "request_id", "sex", "height", "", "x" * 5_000, "é\x00")), column))
        case 2:
            columns.append((name, column))
        case 3:
            rng.shuffle(columns)
        case 4 | 5:
            columns[at] = (name, pick(rng, ODD_COLUMNS)(rng, rows))
        case 6:
            values = [pick(rng, NUMBERS) for _ in range(rows)]
            columns[at] = (name, pa.array([None if v is None else float(v) for v in values], pa.float64()))
        case _:
            columns[at] = (name, pa.array([pick(rng, TEXTS) for _ in range(rows)], pa.string()))


def _of(kind: pa.DataType, values: Sequence[Any]) -> Callable[[random.Random, int], pa.Array]:
    return lambda rng, rows: pa.array([pick(rng, values) for _ in range(rows)], kind)


def _dictionary(index: pa.DataType) -> Callable[[random.Random, int], pa.Array]:
    def make(rng: random.Random, rows: int) -> pa.Array:
        levels = pa.array([pick(rng, TEXTS) for _ in range(rng.randint(1, 5))], pa.string())
        indices = pa.array([pick(rng, (None, 0, len(levels) - 1)) for _ in range(rows)], index)
        return pa.DictionaryArray.from_arrays(indices, levels)

    return make


def _sliced(rng: random.Random, rows: int) -> pa.Array:
    return pa.array([pick(rng, TEXTS) for _ in range(rows + 3)], pa.string()).slice(2, rows)


def _extension(rng: random.Random, rows: int) -> pa.Array:
    storage = pick(rng, (_of(pa.float64(), (1.0, None)), _of(pa.string(), TEXTS), _dictionary(pa.int8())))(rng, rows)
    return pa.ExtensionArray.from_storage(Tagged(storage.type), storage)


def _union(rng: random.Random, rows: int) -> pa.Array:
    types = pa.array([rng.randrange(2) for _ in range(rows)], pa.int8())
    return pa.UnionArray.from_sparse(types, [pa.array([1.0] * rows), pa.array(["owner"] * rows)])


def _run_ends(rng: random.Random, rows: int) -> pa.Array:
    return pa.RunEndEncodedArray.from_arrays(pa.array([rows] if rows else [], pa.int32()), pa.array([1.0] * bool(rows)))


ODD_COLUMNS: tuple[Callable[[random.Random, int], pa.Array], ...] = (
    *(_of(kind, (None, 0, 1, 3)) for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint64())),
    _of(pa.int64(), (2**63 - 1, -(2**63), 2**53 + 1)), _of(pa.uint64(), (2**64 - 1, 3)),
    _of(pa.float16(), (None, 1.0, float("nan"), 65504.0)), _of(pa.float32(), (None, 3.0, float("inf"), 3.4e38)),
    _of(pa.bool_(), (True, None)), _of(pa.decimal128(20, 2), (None, 3)), _of(pa.decimal256(60, 2), (None, 3)),
    _of(pa.date32(), (None, 3)), _of(pa.timestamp("ns", "UTC"), (None, 3)), _of(pa.duration("s"), (3,)),
    _of(pa.time64("us"), (3,)),
    _of(pa.month_day_nano_interval(), (pa.MonthDayNano([1, 2, 3]),)),
    _of(pa.binary(), (b"owner", b"\xff", None)), _of(pa.large_binary(), (b"3",)), _of(pa.binary(3), (b"abc", None)),
    _of(pa.large_string(), TEXTS), _of(pa.string_view(), TEXTS), _of(pa.binary_view(), (b"owner", None)),
    _of(pa.list_(pa.float64()), ([1.0], [], None)), _of(pa.large_list(pa.string()), (["owner"], None)),
    _of(pa.list_(pa.float64(), 2), ([1.0, 2.0],)), _of(pa.list_view(pa.float64()), ([1.0], None)),
    _of(pa.struct([("a", pa.int64())]), ({"a": 1}, None)), _of(pa.map_(pa.string(), pa.int64()), ([("a", 1)], None)),
    lambda rng, rows: pa.nulls(rows), _dictionary(pa.int8()), _dictionary(pa.int64()), _dictionary(pa.uint16()),
    _sliced, _extension, _union, _run_ends,
)  # fmt: skip


def _metadata(rng: random.Random) -> dict[bytes | str, bytes | str]:
    made: dict[bytes | str, bytes | str] = {name: values[0] for name, values in METADATA.items()}
    for _ in some(rng, 2):
        name = pick(rng, tuple(METADATA))
        match rng.randrange(4):
            case 0:
                made.pop(name, None)
            case 1:
                made[name] = b"\xff"
            case 2:
                made["x" * rng.choice((1, 5_000))] = "y" * rng.choice((0, 5_000))
            case _:
                made[name] = pick(rng, METADATA[name])
    return made


def _stream(rng: random.Random, columns: Columns) -> bytes:
    """Write the columns as a stream, mostly as the contract wants it."""
    schema = pa.schema(
        [(name, column.type) for name, column in columns], _metadata(rng) if not one_in(rng, 30) else None
    )
    batch = pa.RecordBatch.from_arrays([column for _, column in columns], schema=schema)
    options = pa.ipc.IpcWriteOptions()
    if one_in(rng, 15):
        options = pick(
            rng,
            (
                pa.ipc.IpcWriteOptions(compression="lz4"), pa.ipc.IpcWriteOptions(compression="zstd"),
                pa.ipc.IpcWriteOptions(metadata_version=pa.ipc.MetadataVersion.V4),
                pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True),
            ),
        )  # fmt: skip
    sink = pa.BufferOutputStream()
    begin = pa.ipc.new_file if one_in(rng, 60) else pa.ipc.new_stream
    try:
        with begin(sink, schema, options=options) as writer:
            for _ in range(pick(rng, (0, 2, 3)) if one_in(rng, 40) else 1):
                writer.write_batch(batch)
    except pa.ArrowException:  # a type that this option cannot write
        return _stream(rng, columns[:1])
    return bytes(sink.getvalue())
