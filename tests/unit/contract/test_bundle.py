import json

import msgspec
import pytest

from contract.active_model import activate, active_bundle_path
from contract.baseline import Baseline, BaselineHistogram
from contract.bundle import CrossValidatedMetric, ModelMetrics, load_bundle, risk_band, write_bundle
from contract.codes import Band
from contract.errors import BundleError
from contract.schema import dump_schema
from tests.support.forged_manifest import rewrite_manifest
from tests.support.reports import EMPTY_REPORT
from tests.unit.contract.examples import SCHEMA

SPREAD = CrossValidatedMetric(0.5, 0.1)
METRICS = ModelMetrics(
    roc_auc=SPREAD,
    pr_auc=SPREAD,
    ks=SPREAD,
    brier=SPREAD,
    log_loss=SPREAD,
    calibration_error=SPREAD,
    threshold=0.2,
    cost_ratio=5,
    expected_cost=0.6,
    rows=10,
    default_rate=0.2,
)
CONTENTS = {
    "model.ubj": b"model",
    "schema.json": dump_schema(SCHEMA),
    "metrics.json": msgspec.json.encode(METRICS),
    "baseline.json": msgspec.json.encode(Baseline(10, {}, BaselineHistogram(counts=[10], edges=[0, 1]))),
    "report.json": msgspec.json.encode(EMPTY_REPORT),
    "card.md": b"# Card\n",
}


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path, "example", CONTENTS)


def test_a_bundle_reads_back_as_written(bundle):
    assert bundle.schema == SCHEMA
    assert bundle.metrics == METRICS
    assert bundle.model == b"model"
    assert bundle.model_format == "ubj"
    assert bundle.ref.version == bundle.path.name == f"example-{bundle.ref.digest[:12]}"


def test_a_model_keeps_its_format(tmp_path):
    contents = {name: content for name, content in CONTENTS.items() if name != "model.ubj"}
    other = write_bundle(tmp_path, "example", contents | {"model.txt": b"trees"})
    assert (other.model, other.model_format) == (b"trees", "txt")
    with pytest.raises(BundleError, match="this one has 0"):
        write_bundle(tmp_path, "example", contents)
    with pytest.raises(BundleError, match="this one has 2"):
        write_bundle(tmp_path, "example", CONTENTS | {"model.txt": b"trees"})


def test_the_same_content_is_the_same_version(bundle, tmp_path):
    again = write_bundle(tmp_path / "elsewhere", "example", CONTENTS)
    assert again.ref == bundle.ref
    assert write_bundle(tmp_path, "example", CONTENTS).path == bundle.path


@pytest.mark.parametrize("name", CONTENTS)
def test_an_altered_file_is_refused_and_named(bundle, name):
    (bundle.path / name).write_bytes(b"altered")
    with pytest.raises(BundleError, match=rf"{name}.*altered"):
        load_bundle(bundle.path)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_missing_file_is_refused_and_named(bundle, name):
    (bundle.path / name).unlink()
    with pytest.raises(BundleError, match=name):
        load_bundle(bundle.path)


def test_a_manifest_that_was_rewritten_is_refused(bundle):
    manifest = bundle.path / "MANIFEST.json"
    content = json.loads(manifest.read_text())
    content["files"]["../outside"] = content["files"].pop("card.md")
    manifest.write_text(json.dumps(content))
    with pytest.raises(BundleError):
        load_bundle(bundle.path)


def test_a_bundle_of_an_older_neoscore_is_refused_with_what_to_do(bundle):
    manifest = bundle.path / "MANIFEST.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 1}))
    with pytest.raises(BundleError, match=r"format 1.*train it again with `neoscore train`"):
        load_bundle(bundle.path)


UNREADABLE = (b"", b"{}", b"[]", b"\xff", b'{"name": "\xff"}', b"[" * 10_000, b'{"x":' * 10_000, b"null")


@pytest.mark.parametrize("content", UNREADABLE, ids=range(len(UNREADABLE)))
@pytest.mark.parametrize("name", ["MANIFEST.json", "schema.json", "metrics.json", "baseline.json", "report.json"])
def test_a_file_that_cannot_be_read_is_refused(bundle, name, content):
    (bundle.path / name).write_bytes(content)
    if name != "MANIFEST.json":
        rewrite_manifest(bundle.path)
    with pytest.raises(BundleError):
        load_bundle(bundle.path)


@pytest.mark.parametrize("name", ["a\0b", "", "..", ".", "/", "x" * 5_000])
def test_a_manifest_that_lists_what_is_no_file_name_is_refused(bundle, name):
    manifest = bundle.path / "MANIFEST.json"
    content = json.loads(manifest.read_text())
    content["files"][name] = "0" * 64
    manifest.write_text(json.dumps(content))
    with pytest.raises(BundleError):
        load_bundle(bundle.path)


@pytest.mark.parametrize("content", [b"", b"..", b"../x", b"/", b"a\0b", b"\xff", b"a/b"])
def test_a_pointer_that_names_no_version_is_refused(bundle, tmp_path, content):
    (tmp_path / "active").write_bytes(content)
    with pytest.raises(BundleError):
        active_bundle_path(tmp_path)


@pytest.mark.parametrize("version", ["", "..", "../outside", "a\0b"])
def test_only_versions_of_the_folder_can_be_activated(bundle, tmp_path, version):
    activate(tmp_path, bundle.ref.version)
    with pytest.raises(BundleError):
        activate(tmp_path, version)
    assert active_bundle_path(tmp_path) == bundle.path


def test_no_bundle_is_said_plainly(tmp_path):
    with pytest.raises(BundleError, match="no model bundle here"):
        load_bundle(tmp_path)
    with pytest.raises(BundleError, match="neoscore train"):
        active_bundle_path(tmp_path)


def test_activation_takes_sound_bundles_only(bundle, tmp_path):
    activate(tmp_path, bundle.ref.version)
    assert active_bundle_path(tmp_path) == bundle.path
    with pytest.raises(BundleError):
        activate(tmp_path, "unknown-version")
    assert active_bundle_path(tmp_path) == bundle.path


def test_nothing_is_left_behind_when_writing_fails(tmp_path):
    with pytest.raises(TypeError):
        write_bundle(tmp_path, "example", {**CONTENTS, "extra": "text is not bytes"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("probability", "band"),
    [(0.0, Band.LOW), (0.099, Band.LOW), (0.1, Band.MEDIUM), (0.2, Band.HIGH), (1.0, Band.HIGH)],
)
def test_bands_follow_the_threshold(probability, band):
    assert risk_band(probability, 0.2) is band
