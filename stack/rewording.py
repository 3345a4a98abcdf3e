"""Other words for a model: what may differ from the schema it was trained with, and the version that has them."""

import os
from pathlib import Path

from contract.bundle import MODEL_PREFIX, Bundle, write_bundle
from contract.schema import FALLBACK_LANGUAGE, Feature, FeatureSchema, FeatureType, dump_schema, load_schema
from presentation.languages import LANGUAGES
from reporting.schema_editor.edits import open_points
from stack.errors import SchemaChangeError

_NOTE = "\n## Wording\n\nThe words, bounds and advice were changed after training; the trees are those of {}.\n"

MAX_LISTED = 4
"""Levels or codes of a feature that a table has room for."""


def read_schema(file: Path) -> FeatureSchema:
    """Read a schema file. Raises SchemaChangeError when it cannot be read, SchemaError when it contradicts itself."""
    try:
        return load_schema(file)
    except OSError as error:
        raise SchemaChangeError(f"{file}: {error.strerror}") from None


def write_schema(file: Path, content: bytes) -> None:
    """Replace a schema file, whole or not at all. Raises SchemaChangeError."""
    draft = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise SchemaChangeError(f"{file}: {error.strerror}") from None


def reword(bundle: Bundle, schema: FeatureSchema, models_folder: Path) -> Bundle:
    """Write and return a bundle with the words of a schema and the same model; the same words are the same bundle.

    Raises SchemaChangeError when the schema differs in what the model was trained on.
    """
    if problem := trained_difference(bundle.schema, schema):
        raise SchemaChangeError(f"{bundle.ref.version}: {problem}; train or import again to change that")
    if schema == bundle.schema:
        return bundle
    model = {MODEL_PREFIX + bundle.model_format: bundle.model}
    contents = {**bundle.texts, **model, "schema.json": dump_schema(schema)}
    if bundle.source is not None:
        contents |= dict((bundle.source,))
    card = contents["card.md"].decode(errors="replace").partition(_NOTE.partition("{}")[0])[0]
    contents["card.md"] = (card + _NOTE.format(bundle.ref.version)).encode()
    return write_bundle(models_folder, bundle.ref.name, contents)


def trained_difference(old: FeatureSchema, new: FeatureSchema) -> str | None:
    """Return in which feature, and in what, two schemas differ for a model; None if only words and advice do."""
    if [feature.name for feature in old] != [feature.name for feature in new]:
        return "the schema has other features, or in another order"
    for before, after in zip(old, new, strict=True):
        changed = [name for name, value in _trained(before).items() if value != _trained(after)[name]]
        if changed:
            return f"feature {before.name!r} has another {' and '.join(changed)}"
    return None


def _trained(feature: Feature) -> dict[str, object]:
    return {
        "type": feature.type,
        "list of levels": [level.value for level in feature.levels],
        "set of codes": {code: words is None for code, words in feature.codes.items()},
        "monotone direction": feature.monotone,
        "place in the model": (feature.in_model, feature.sensitive),
    }


def missing_words(feature: Feature) -> list[str]:
    """Return what a person should look at before the feature's words reach a client."""
    text = LANGUAGES.locale(FALLBACK_LANGUAGE).text
    return [text(f"schema.point.{point}") for point in open_points(feature)]


def values_text(feature: Feature) -> str:
    """Return which values a feature has: levels, or bounds and codes."""
    if feature.type is FeatureType.CATEGORICAL:
        return _listed([level.value for level in feature.levels])
    bounds = f"{feature.minimum:g} to {feature.maximum:g}" + (f" {feature.unit}" if feature.unit else "")
    codes = [f"{code} {words['en'] if words else 'missing'}" for code, words in feature.codes.items()]
    return f"{bounds}; codes {_listed(codes)}" if codes else bounds


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - MAX_LISTED} more" if len(values) > MAX_LISTED else ""
    return ", ".join(values[:MAX_LISTED]) + more
