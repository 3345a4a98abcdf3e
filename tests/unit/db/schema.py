"""A schema with every type of feature, and names that neither Python nor SQL would take."""

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText

_LABEL = LocalizedText(fr="x", en="x")
SCHEMA = FeatureSchema(
    name="test",
    features=(
        Feature(name="AGE", type=FeatureType.INTEGER, label=_LABEL, minimum=18, maximum=100),
        Feature(name="LIMIT_BAL", type=FeatureType.NUMBER, label=_LABEL, minimum=0, maximum=1e6),
        Feature(name="credit.amount", type=FeatureType.NUMBER, label=_LABEL, minimum=0, maximum=1e6),
        Feature(name="in-arrears", type=FeatureType.NUMBER, label=_LABEL, minimum=0, maximum=1e6),
        Feature(
            name="SEX",
            type=FeatureType.CATEGORICAL,
            label=_LABEL,
            levels=(Level("1", _LABEL), Level("2", _LABEL), Level("é", _LABEL)),
        ),
    ),
)
