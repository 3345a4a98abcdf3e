"""The reasons of a score: which features are stated, and the sentences that an advisor can say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contract.baseline import Baseline
from contract.messages import Scored
from contract.reason_rule import Direction, is_reason
from contract.schema import FeatureSchema
from presentation.locale import Locale

MOST_REASONS = 4
"""Each way: what an advisor can say in one breath; also the most that adverse-action notices usually give."""


@dataclass(frozen=True)
class Reasons:
    """The strongest reasons each way, strongest first: each a sentence with the client's own value."""

    raises: tuple[str, ...]
    lowers: tuple[str, ...]


def reasons(
    scored: Scored,
    values: Mapping[str, float | str | None],
    schema: FeatureSchema,
    baseline: Baseline,
    locale: Locale,
    most: int = MOST_REASONS,
) -> Reasons:
    """Return the reasons of a score in words. `values` are the client's, `baseline` the clients to compare with.

    What the schema does not know, and what contradicts the client's value, is left out: the worker may be older.
    """

    def sentences(direction: Direction) -> Iterator[str]:
        for name, way in map(split_reason, scored.reasons):
            feature, histogram = schema.by_name.get(name), baseline.features.get(name)
            if feature and way == direction and is_reason(feature, histogram, values.get(name), direction):
                yield f"{locale.reason(feature, direction, schema, values, histogram)}."

    return Reasons(tuple(sentences("raises"))[:most], tuple(sentences("lowers"))[:most])


def split_reason(code: str) -> tuple[str, Direction]:
    """Return the feature and the direction of risk of a reason code, `FEATURE:raises` or `FEATURE:lowers`."""
    feature, _, direction = code.rpartition(":")
    return feature, "raises" if direction == "raises" else "lowers"
