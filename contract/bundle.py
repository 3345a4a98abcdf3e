"""Model bundles: a folder of plain files whose manifest proves that none of them was altered.

model.ubj      XGBoost's own format
schema.json    the feature schema
metrics.json   how good the model is, and its decision threshold
baseline.json  histograms of the training data
report.json    quality, fairness and effects in numbers, for people to judge the model by
card.md        the model card
MANIFEST.json  SHA-256 of each file
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from contract.codes import Band
from contract.errors import NOT_JSON, BundleError, SchemaError
from contract.messages import ModelRef
from contract.report import Report
from contract.schema import FeatureSchema, read_schema

FILES = ("model.ubj", "schema.json", "metrics.json", "baseline.json", "report.json", "card.md")
MANIFEST = "MANIFEST.json"
POINTER = "active"
"""File of the models folder that names the active version."""

FORMAT = 2


class Spread(Struct, frozen=True):
    """A metric over the folds of cross-validation."""

    mean: float
    std: float


class Metrics(Struct, kw_only=True, frozen=True):
    """`metrics.json`. All measures are out of fold."""

    roc_auc: Spread
    pr_auc: Spread
    ks: Spread
    brier: Spread
    log_loss: Spread
    calibration_error: Spread
    threshold: float
    """PD from which a request is in the high band: it minimises the expected cost."""
    cost_ratio: float
    """Cost of a default accepted over cost of a good client refused."""
    expected_cost: float
    """At the threshold, per client, in units of a good client refused."""
    rows: int
    default_rate: float


class Histogram(Struct, kw_only=True, frozen=True):
    """Distribution of one feature in the training data: numeric by edges, choices by level."""

    counts: list[int]
    edges: list[float] = []
    levels: list[str] = []
    missing: int = 0


class Baseline(Struct, frozen=True):
    """`baseline.json`."""

    rows: int
    features: dict[str, Histogram]
    probability: Histogram


class Manifest(Struct, kw_only=True, frozen=True):
    """`MANIFEST.json`."""

    format: int
    name: str
    version: str
    digest: str
    files: dict[str, str]


@dataclass(frozen=True)
class Bundle:
    """A verified bundle."""

    path: Path
    ref: ModelRef
    schema: FeatureSchema
    metrics: Metrics
    baseline: Baseline
    report: Report
    model: bytes
    """Content of `model.ubj`, the very bytes that were verified."""

    def band(self, probability: float) -> Band:
        """Return the band of a probability of default."""
        return band_of(probability, self.metrics.threshold)


def band_of(probability: float, threshold: float) -> Band:
    """Return the band of a probability of default: high from the threshold, medium from half of it."""
    if probability >= threshold:
        return Band.HIGH
    return Band.MEDIUM if probability >= threshold / 2 else Band.LOW


def load_bundle(path: Path) -> Bundle:
    """Read a bundle and verify every file. Raises BundleError with what is wrong and where."""
    manifest = _read_manifest(path)
    contents = {name: _read_verified(path, name, sha) for name, sha in manifest.files.items()}
    if missing := set(FILES) - contents.keys():
        raise BundleError(f"{path}: the manifest does not list {', '.join(sorted(missing))}")
    if _digest(manifest.files) != manifest.digest:
        raise BundleError(f"{path / MANIFEST}: the digest does not match the list of files")
    try:
        return Bundle(
            path=path,
            ref=ModelRef(manifest.name, manifest.version, manifest.digest),
            schema=read_schema(contents["schema.json"]),
            metrics=msgspec.json.decode(contents["metrics.json"], type=Metrics),
            baseline=msgspec.json.decode(contents["baseline.json"], type=Baseline),
            report=msgspec.json.decode(contents["report.json"], type=Report),
            model=contents["model.ubj"],
        )
    except (SchemaError, *NOT_JSON) as error:
        raise BundleError(f"{path}: {error}") from None


def write_bundle(models_folder: Path, name: str, contents: Mapping[str, bytes]) -> Bundle:
    """Write a bundle as `models_folder/<version>` and return it, loaded and verified.

    The version is `<name>-<first 12 digits of the digest>`: the same content is the same version, so training twice
    changes nothing. The folder appears complete or not at all.
    """
    files = {file: hashlib.sha256(contents[file]).hexdigest() for file in FILES}
    digest = _digest(files)
    version = f"{name}-{digest[:12]}"
    target = models_folder / version
    if not target.exists():
        manifest = Manifest(format=FORMAT, name=name, version=version, digest=digest, files=files)
        manifest_json = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
        _write_folder(target, {**contents, MANIFEST: manifest_json})
    return load_bundle(target)


def activate(models_folder: Path, version: str) -> None:
    """Make a version the active one, atomically. Raises BundleError when it is not a sound bundle."""
    load_bundle(version_folder(models_folder, version))
    draft = models_folder / f".{POINTER}-{os.getpid()}"
    draft.write_text(version + "\n")
    draft.replace(models_folder / POINTER)


def active_bundle(models_folder: Path) -> Path:
    """Return the folder of the active bundle. Raises BundleError when there is none."""
    try:
        version = (models_folder / POINTER).read_text().strip()
    except FileNotFoundError:
        raise BundleError(f"{models_folder}: no active model; run `neoscore train`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{models_folder / POINTER}: not readable ({type(error).__name__})") from None
    return version_folder(models_folder, version)


def activation(models_folder: Path) -> object:
    """Return what differs after each `activate`, even of the same version; None while there is nothing to read."""
    pointer = models_folder / POINTER
    try:
        return pointer.stat().st_mtime_ns, pointer.read_bytes()
    except OSError:
        return None


def version_folder(models_folder: Path, version: str) -> Path:
    """Return the folder of a version. Raises BundleError when the text cannot be one's name."""
    path = models_folder / version
    if version in ("", "..") or "\0" in version or path.parent != models_folder:
        raise BundleError(f"{models_folder}: {version!r} is not the name of a version")
    return path


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


def _read_manifest(path: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((path / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise BundleError(f"{path}: no model bundle here ({MANIFEST} is missing)") from None
    except (OSError, *NOT_JSON) as error:
        raise BundleError(f"{path / MANIFEST}: {error}") from None
    if manifest.format != FORMAT:
        raise BundleError(
            f"{path}: this model was written in format {manifest.format}, and this NeoScore reads format {FORMAT}; "
            "train it again with `neoscore train`"
        )
    return manifest


def _read_verified(path: Path, name: str, sha: str) -> bytes:
    if Path(name).name != name or "\0" in name:
        raise BundleError(f"{path / MANIFEST}: {name!r} is not a plain file name")
    try:
        content = (path / name).read_bytes()
    except OSError:
        raise BundleError(f"{path / name}: listed in the manifest but not readable") from None
    if hashlib.sha256(content).hexdigest() != sha:
        raise BundleError(f"{path / name}: was altered after the bundle was written (SHA-256 differs)")
    return content


def _digest(files: Mapping[str, str]) -> str:
    return hashlib.sha256("".join(f"{sha}  {name}\n" for name, sha in sorted(files.items())).encode()).hexdigest()
