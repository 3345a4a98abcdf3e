"""A small schema with every kind of feature."""

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText, check_schema


def text(word: str) -> LocalizedText:
    return LocalizedText(fr=word, en=word)


SCHEMA = check_schema(
    FeatureSchema(
        name="example",
        features=[
            Feature(name="income", type=FeatureType.NUMBER, label=text("income"), minimum=0, maximum=1e6),
            Feature(
                name="age", type=FeatureType.INTEGER, label=text("age"), minimum=18, maximum=120, missing_allowed=True
            ),
            Feature(
                name="home",
                type=FeatureType.CATEGORICAL,
                label=text("home"),
                levels=[Level("owner", text("owner")), Level("2", text("tenant"))],
                missing_allowed=True,
            ),
            Feature(
                name="sex",
                type=FeatureType.CATEGORICAL,
                label=text("sex"),
                levels=[Level("1", text("m")), Level("2", text("f"))],
                sensitive=True,
                in_model=False,
            ),
        ],
    )
)
