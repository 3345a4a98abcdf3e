"""Clients as the rows that are stored: checked values, and lines of COPY. No I/O."""

import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import structs

from contract.codes import ErrorCode
from contract.coercion import LevelReader, is_missing, level_text, number_of
from contract.schema import FeatureSchema, FeatureType
from db.errors import SeedError

PROGRESS_ROWS = 1_000
"""Often enough for a smooth bar, rare enough to cost nothing."""

ClientRows = Iterable[tuple[str, Mapping[str, Any]]]
"""Client reference, and feature name → value."""


class AttributeWriter:
    """Turns a client's values into what is stored: numbers, texts of levels, None where missing."""

    def __init__(self, schema: FeatureSchema) -> None:
        self._features = schema.by_name
        self._levels = {f.name: LevelReader(f) for f in schema if f.type is FeatureType.CATEGORICAL}

    def write(self, values: Mapping[str, Any]) -> dict[str, float | str | None]:
        """Return the values as they are stored. Raises SeedError, naming the feature and never the value."""
        if unknown := values.keys() - self._features.keys():
            raise SeedError(f"the schema has no feature {min(unknown)[:64]!r}")
        return {name: self._stored(name, value) for name, value in values.items()}

    def _stored(self, name: str, value: Any) -> float | str | None:
        if is_missing(value):
            return None
        if reader := self._levels.get(name):
            return _level(name, reader, value)
        number = value if type(value) is float else number_of(self._features[name], value)
        if number is None:
            raise SeedError(f"{name} is not a number")
        if not math.isfinite(number):
            raise SeedError(f"{name} is not a finite number")
        return int(number) if number.is_integer() else number


def _level(name: str, reader: LevelReader, value: Any) -> str:
    found = reader.find(value)
    # A level that the schema does not know is kept as it is: another model may.
    level = level_text(value.item() if hasattr(value, "item") else value) if isinstance(found, ErrorCode) else found
    if not level.isprintable():
        raise SeedError(f"the level of {name} has characters that cannot be printed")
    return level


def storable(schema: FeatureSchema) -> FeatureSchema:
    """Return the schema that stored clients follow: what the model does not read is checked, too, and may be absent."""
    features = [
        structs.replace(feature, in_model=True, missing_allowed=feature.missing_allowed or not feature.in_model)
        for feature in schema
    ]
    return structs.replace(schema, features=tuple(features))


def check_reference(client_ref: str) -> None:
    """Raise SeedError for what cannot be a client's reference."""
    if not 1 <= len(client_ref) <= 128 or not client_ref.isprintable():
        raise SeedError("a client reference is 1 to 128 printable characters")


def copy_lines(schema: FeatureSchema, clients: ClientRows, progress: Callable[[int], None] | None) -> Iterator[str]:
    """Yield a line of COPY's text format for each client. Raises SeedError, naming the row and the feature."""
    encode, writer = msgspec.json.Encoder().encode, AttributeWriter(schema)
    row = 0
    for row, (client_ref, values) in enumerate(clients, 1):
        try:
            check_reference(client_ref)
            attributes = writer.write(values)
        except SeedError as error:
            raise SeedError(f"client {row}: {error}") from None
        yield f"{client_ref}\t{encode(attributes).decode()}".replace("\\", "\\\\") + "\n"
        if progress and row % PROGRESS_ROWS == 0:
            progress(row)
    if progress:
        progress(row)


class RowFile(io.TextIOBase):
    """What COPY reads: lines made while it reads them, so that memory stays flat."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0
        self.error: Exception | None = None
        """Why the lines ended early; the driver would only tell that reading failed."""

    def readable(self) -> bool:
        """Return True: the driver reads it."""
        """Return True: the driver reads it."""
        return True

    def read(self, size: int | None = -1) -> str:
        """Return whole lines of about `size` characters; the driver takes what it gets."""
        taken: list[str] = []
        length, wanted = 0, size if size is not None and size > 0 else io.DEFAULT_BUFFER_SIZE
        try:
            for line in self._lines:
                taken.append(line)
                length += len(line)
                self.count += 1
                if length >= wanted:
                    break
        except Exception as error:
            self.error = error
            raise
        return "".join(taken)
