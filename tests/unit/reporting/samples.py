"""Values that the tests of the dashboard share."""

from collections.abc import Sequence
from datetime import UTC, datetime

from contract.baseline import Baseline, BaselineHistogram
from contract.bundle import risk_band
from contract.messages import Contribution, ModelRef, Scored
from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from presentation.languages import LANGUAGES

EN, FR = (LANGUAGES.locale(tag) for tag in ("en", "fr"))


def text(word: str) -> LocalizedText:
    return LocalizedText(fr=f"{word} (fr)", en=f"{word} (en)")


INCOME = Feature(
    name="INCOME",
    type=FeatureType.NUMBER,
    label=text("income"),
    unit="NT$",
    minimum=0,
    maximum=1e6,
    group=text("money"),
)
AGE = Feature(
    name="AGE", type=FeatureType.INTEGER, label=text("age"), unit="years", minimum=18, maximum=99, sensitive=True,
    in_model=False, group=text("person"),
)  # fmt: skip
LATE = Feature(
    name="LATE", type=FeatureType.INTEGER, label=text("late"), minimum=-2, maximum=8, group=text("record"),
    value_labels={"-1": text("paid"), "0": text("revolving")},
)  # fmt: skip
HOME = Feature(
    name="HOME", type=FeatureType.CATEGORICAL, label=text("home"), group=text("person"),
    levels=(Level("1", text("owner")), Level("2", text("tenant"))),
    missing_allowed=True,
)  # fmt: skip
SCHEMA = FeatureSchema(name="sample", currency="NT$", features=(AGE, INCOME, LATE, HOME))

BASELINE = Baseline(
    rows=10,
    features={
        "INCOME": BaselineHistogram(counts=[1, 4, 4, 1], edges=[0, 12_345, 50_000, 98_765, 1e6]),
        "LATE": BaselineHistogram(counts=[0, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0], edges=[n - 0.5 for n in range(-2, 10)]),
    },
    probability=BaselineHistogram(counts=[10], edges=[0, 1]),
)


def scored(base: float, points: Sequence[float], threshold: float = 0.2) -> Scored:
    """A result whose parts have these points, strongest first."""
    probability = min(1.0, max(0.0, base + sum(points)))
    parts = [Contribution(f"F{i}", value * 5, value) for i, value in enumerate(points)]
    parts.sort(key=lambda part: -abs(part.log_odds))
    return Scored(
        request_id="018f0000-0000-7000-8000-000000000000",
        client_ref="a1b2",
        probability=probability,
        base_probability=base,
        base_log_odds=-1.0,
        threshold=threshold,
        band=risk_band(probability, threshold),
        contributions=parts,
        reasons=[f"{part.feature}:{'raises' if part.log_odds > 0 else 'lowers'}" for part in parts],
        model=ModelRef("sample", "sample-1", "0" * 64),
        scored_at=datetime(2026, 2, 3, 14, 5, 9, tzinfo=UTC),
    )
