"""Features that a client can change, and clients who have values for them."""

from msgspec.structs import replace

from contract.baseline import Baseline, BaselineHistogram
from contract.schema import Feature, FeatureSchema, FeatureType, Level, RecourseConstraint
from tests.unit.reporting.samples import BASELINE, HOME, INCOME, LATE, text

EARNED = replace(INCOME, actionable=True, monotone=-1)
DELAY = replace(LATE, actionable=True, monotone=1, recourse=RecourseConstraint(-1, minimum=-1))
ORDERED = Feature(
    name="SAVINGS", type=FeatureType.CATEGORICAL, label=text("savings"), actionable=True,
    recourse=RecourseConstraint(1),
    levels=(Level("none", text("none")), Level("some", text("some")), Level("much", text("much"))),
)  # fmt: skip
SPENT = Feature(
    name="SPENT", type=FeatureType.NUMBER, label=text("spent"), unit="NT$", minimum=0, maximum=1e5, actionable=True,
)  # fmt: skip
SCHEMA = FeatureSchema(name="sample", currency="NT$", features=(EARNED, DELAY, ORDERED, SPENT, HOME))
PEOPLE = Baseline(
    rows=10,
    features={
        **BASELINE.features,
        "SAVINGS": BaselineHistogram(counts=[4, 4, 2], levels=["none", "some", "much"]),
        "SPENT": BaselineHistogram(counts=[2, 2, 2, 2, 2], edges=[0, 1234, 5678, 9999, 20_000, 1e5]),
    },
    probability=BASELINE.probability,
)
CLIENT = {"INCOME": 20_000.0, "LATE": 1, "SAVINGS": "none", "SPENT": 5000.0, "HOME": "2"}
