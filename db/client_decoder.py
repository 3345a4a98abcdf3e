"""From attributes as JSON texts to Arrow columns. No I/O."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa

from contract.schema import FeatureSchema, FeatureType
from db.errors import SchemaMismatchError


class ClientDecoder:
    """Decodes rows of (client_ref, attributes as JSON) into record batches for one schema."""

    def __init__(self, schema: FeatureSchema) -> None:
        fields = [f"f{i}" for i in range(len(schema.features))]
        texts = [feature.type is FeatureType.CATEGORICAL for feature in schema]
        struct = msgspec.defstruct(
            "Attributes",
            [(field, str | None if text else float | None, None) for field, text in zip(fields, texts, strict=True)],
            rename=dict(zip(fields, schema.by_name, strict=True)),
            gc=False,
        )
        self._decoder = msgspec.json.Decoder(list[struct])  # type: ignore[valid-type]
        self._fields = [attrgetter(field) for field in fields]
        types = [pa.string() if text else pa.float64() for text in texts]
        self.arrow_schema = pa.schema(
            [pa.field("client_ref", pa.string(), nullable=False), *zip(schema.by_name, types, strict=True)]
        )

    def decode(self, rows: Sequence[Any]) -> pa.RecordBatch:
        """Return the rows as one record batch. Raises SchemaMismatchError if a type differs."""
        refs, texts = zip(*rows, strict=True)
        try:
            attributes = self._decoder.decode("[" + ",".join(texts) + "]")
        except msgspec.ValidationError as error:
            raise SchemaMismatchError(
                f"the stored clients do not fit the feature schema ({str(error).split(' - ')[0]}); "
                "load them again with `neoscore db load FILE --replace`"
            ) from None
        columns = [refs, *(map(field, attributes) for field in self._fields)]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self.arrow_schema, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.arrow_schema)
