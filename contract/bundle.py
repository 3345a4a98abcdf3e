"""Model bundles: a folder of plain files whose manifest proves that none of them was altered.

model.FORMAT   the model, as its library writes it: model.ubj is XGBoost's
schema.json    the feature schema
metrics.json   how good the model is, and its decision threshold
baseline.json  histograms of the training data
report.json    quality, fairness and effects in numbers, for people to judge the model by
card.md        the model card
source.FORMAT  of an imported model, the file that it was read from
MANIFEST.json  SHA-256 of each file
SIGNATURE.json of a signed bundle, the signature of the manifest
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from contract.baseline import Baseline
from contract.codes import Band
from contract.errors import JSON_DECODE_ERRORS, BundleError, SchemaError, SignatureError
from contract.messages import ModelRef
from contract.regular_files import IrregularFileError, read_folder
from contract.release import SIGNATURE, verify_manifest
from contract.report import Report
from contract.schema import FeatureSchema, load_schema

FILES = ("schema.json", "metrics.json", "baseline.json", "report.json", "card.md")
"""What a bundle has besides its model."""

MODEL_PREFIX = "model."

SOURCE_PREFIX = "source."

MANIFEST = "MANIFEST.json"

FORMAT = 3

MAX_FILE_BYTES = 256 << 20
"""A larger file is no model that a worker could serve: reading one takes some times its size."""

MAX_MANIFEST_BYTES = 64 << 10
"""A manifest of nine files has 1 KB."""

_BASE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""What stands before the digest in a version: the name of a schema."""


class CrossValidatedMetric(Struct, frozen=True):
    """A metric over the folds of cross-validation."""

    mean: float
    std: float


class ModelMetrics(Struct, kw_only=True, frozen=True):
    """`metrics.json`. All measures but `holdout` are out of fold, or those of an imported model on a sample."""

    roc_auc: CrossValidatedMetric
    pr_auc: CrossValidatedMetric
    ks: CrossValidatedMetric
    brier: CrossValidatedMetric
    log_loss: CrossValidatedMetric
    calibration_error: CrossValidatedMetric
    threshold: float
    """PD from which a request is in the high band: it minimises the expected cost."""
    cost_ratio: float
    """Cost of a default accepted over cost of a good client refused."""
    expected_cost: float
    """At the threshold, per client, in units of a good client refused."""
    rows: int
    default_rate: float
    data: str = ""
    """Name of the data that the model was made from."""
    data_sha256: str = ""
    """SHA-256 of the file that held it; empty for data that was in no file."""
    holdout: dict[str, float] | None = None
    """The same measures of the model on other data, kept apart for this; None when there was none."""

    @property
    def one_sided(self) -> Literal["approve", "decline"] | None:
        """What the threshold means for every client that it was chosen on; None if for some it means the other."""
        return "decline" if self.threshold <= 0 else "approve" if self.threshold >= 1 else None


class Manifest(Struct, kw_only=True, frozen=True):
    """`MANIFEST.json`."""

    format: int
    name: str
    version: str
    digest: str
    files: dict[str, str]

    @property
    def problem(self) -> str | None:
        """What contradicts itself, None if nothing does."""
        if digest_of(self.files) != self.digest:
            return "the digest does not match the list of files"
        if not _BASE_NAME.fullmatch(self.name) or self.version != f"{self.name}-{self.digest[:12]}":
            return "the version is not the name and the digest"
        return None


@dataclass(frozen=True)
class Bundle:
    """A verified bundle."""

    path: Path
    ref: ModelRef
    schema: FeatureSchema
    metrics: ModelMetrics
    baseline: Baseline
    report: Report
    model: bytes
    """Content of the model's file, the very bytes that were verified."""
    model_format: str
    """Format of the model's file: its name after MODEL_PREFIX."""
    source: tuple[str, bytes] | None = None
    """Name and content of the file that an imported model was read from."""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """Content of FILES, the very bytes that were verified."""

    def band(self, probability: float) -> Band:
        """Return the band of a probability of default."""
        return risk_band(probability, self.metrics.threshold)


def risk_band(probability: float, threshold: float) -> Band:
    """Return the band of a probability of default: high from the threshold, medium from half of it."""
    if probability >= threshold:
        return Band.HIGH
    return Band.MEDIUM if probability >= threshold / 2 else Band.LOW


def load_bundle(path: Path, trusted: Collection[str] = ()) -> Bundle:
    """Read a bundle and verify every file, and with `trusted` release keys the signature (see contract.release).

    Raises BundleError with what is wrong and where.
    """
    try:
        files = read_folder(path, MAX_FILE_BYTES)
    except FileNotFoundError:
        files = {}
    except IrregularFileError as problem:
        raise BundleError(f"{path} {problem}") from None
    except OSError as error:
        raise BundleError(f"{path}: not readable ({error.strerror})") from None
    return verify_bundle(path, files, trusted)


def verify_bundle(path: Path, files: Mapping[str, bytes], trusted: Collection[str]) -> Bundle:
    """Return the bundle that consists of these files, wherever they came from; `path` is what errors call it.

    Raises BundleError with what is wrong and where.
    """
    manifest = _read_manifest(path, files)
    try:
        verify_manifest(files[MANIFEST], files.get(SIGNATURE), trusted)
    except SignatureError as problem:
        raise SignatureError(f"{path} {problem}") from None
    contents = {name: _verified(path, name, sha, files) for name, sha in manifest.files.items()}
    if extra := sorted(files.keys() - contents.keys() - {MANIFEST, SIGNATURE}):
        raise BundleError(f"{path}: {extra[0]!a:.80} is not in the manifest; move it elsewhere")
    model_file = _model_file(path, contents)
    sources = [name for name in contents if name.startswith(SOURCE_PREFIX)]
    if missing := set(FILES) - contents.keys():
        raise BundleError(f"{path}: the manifest does not list {', '.join(sorted(missing))}")
    if other := contents.keys() - {*FILES, model_file, *sources[:1]}:
        raise BundleError(f"{path / MANIFEST}: lists {min(other)!a:.80}, which belongs to no bundle")
    try:
        return Bundle(
            path=path,
            ref=ModelRef(manifest.name, manifest.version, manifest.digest),
            schema=load_schema(contents["schema.json"]),
            metrics=msgspec.json.decode(contents["metrics.json"], type=ModelMetrics),
            baseline=_checked(msgspec.json.decode(contents["baseline.json"], type=Baseline)),
            report=msgspec.json.decode(contents["report.json"], type=Report),
            model=contents[model_file],
            model_format=model_file.removeprefix(MODEL_PREFIX),
            source=(sources[0], contents[sources[0]]) if sources else None,
            texts={name: contents[name] for name in FILES},
        )
    except (SchemaError, *JSON_DECODE_ERRORS) as error:
        raise BundleError(f"{path}: {error}") from None


def write_bundle(models_folder: Path, name: str, contents: Mapping[str, bytes]) -> Bundle:
    """Write a bundle as `models_folder/<version>` and return it, loaded and verified.

    The version is `<name>-<first 12 digits of the digest>`: the same content is the same version, so training twice
    changes nothing. The folder appears complete or not at all.
    """
    names = (_model_file(models_folder, contents), *FILES, *(n for n in contents if n.startswith(SOURCE_PREFIX)))
    files = {file: hashlib.sha256(contents[file]).hexdigest() for file in names}
    digest = digest_of(files)
    version = f"{name}-{digest[:12]}"
    if not _BASE_NAME.fullmatch(name):
        raise BundleError(f"{name!r} cannot be the name of a model: use at most 100 letters, digits, '_', '.' and '-'")
    target = models_folder / version
    if not target.exists():
        manifest = Manifest(format=FORMAT, name=name, version=version, digest=digest, files=files)
        manifest_json = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
        _write_folder(target, {**contents, MANIFEST: manifest_json})
    return load_bundle(target)


def _write_folder(target: Path, contents: Mapping[str, bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=target.parent))
    try:
        draft.chmod(0o755)
        for file, content in contents.items():
            (draft / file).write_bytes(content)
        draft.rename(target)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError) and target.exists():
            return  # another process was quicker, and the same version has the same content
        raise


def _read_manifest(path: Path, files: Mapping[str, bytes]) -> Manifest:
    if MANIFEST not in files:
        raise BundleError(f"{path}: no model bundle here ({MANIFEST} is missing)")
    if len(files[MANIFEST]) > MAX_MANIFEST_BYTES:
        raise BundleError(f"{path / MANIFEST}: more than {MAX_MANIFEST_BYTES:,} bytes")
    try:
        manifest = msgspec.json.decode(files[MANIFEST], type=Manifest)
    except JSON_DECODE_ERRORS as error:
        raise BundleError(f"{path / MANIFEST}: {error}") from None
    if manifest.format != FORMAT:
        raise BundleError(
            f"{path}: this model was written in format {manifest.format}, and this NeoScore reads format {FORMAT}; "
            "train it again with `neoscore train`"
        )
    if manifest.problem:
        raise BundleError(f"{path / MANIFEST}: {manifest.problem}")
    return manifest


def _model_file(path: Path, names: Iterable[str]) -> str:
    found = [name for name in names if name.startswith(MODEL_PREFIX)]
    if len(found) != 1:
        raise BundleError(f"{path}: a bundle has one file {MODEL_PREFIX}FORMAT, this one has {len(found)}")
    return found[0]


def _verified(path: Path, name: str, sha: str, files: Mapping[str, bytes]) -> bytes:
    if name not in files:
        raise BundleError(f"{path}: {name!a:.80} is listed in the manifest, and there is no such file")
    if hashlib.sha256(files[name]).hexdigest() != sha:
        raise BundleError(f"{path / name}: was altered after the bundle was written (SHA-256 differs)")
    return files[name]


def _checked(baseline: Baseline) -> Baseline:
    """Return the baseline. Raises SchemaError when a histogram has not one count for each bin."""
    for name, histogram in (*baseline.features.items(), ("probability", baseline.probability)):
        bins = len(histogram.levels) or max(len(histogram.edges) - 1, 0)
        if bins and bins != len(histogram.counts):
            raise SchemaError(f"baseline.json: {name!a:.80} has {len(histogram.counts)} counts for {bins} bins")
    return baseline


def digest_of(files: Mapping[str, str]) -> str:
    """Return the digest of a bundle from the SHA-256 of each of its files."""
    return hashlib.sha256("".join(f"{sha}  {name}\n" for name, sha in sorted(files.items())).encode()).hexdigest()
