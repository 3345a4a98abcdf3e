"""The bill of materials names every locked package, and provenance every file of a release."""

import json

import pytest
from packaging.requirements import Requirement

from release.documents import bill_of_materials, provenance, read_lock
from tests.unit.repo.files import read

PACKAGES, RUNTIME = read_lock(read("requirements.lock")), read_lock(read("docker/runtime.lock"))
PRODUCT = {"name": "neoscore", "version": "0.1.0", "license": "Apache-2.0"}
AT = "2026-03-01T12:00:00+00:00"


def test_every_locked_package_is_a_component_with_its_files() -> None:
    bom = bill_of_materials(PRODUCT, PACKAGES, RUNTIME, {"numpy": "BSD-3-Clause"}, AT)
    pins = [line for line in read("requirements.lock").splitlines() if not line.startswith(" ")]
    assert len(bom["components"]) == len(pins) == len({one["bom-ref"] for one in bom["components"]})
    for component, line in zip(bom["components"], pins, strict=True):
        pin = Requirement(line.removesuffix(" \\"))
        assert (component["name"], f"=={component['version']}") == (pin.name, str(pin.specifier))
        assert any(one["name"] == "python:file:sha256" for one in component["properties"])
    scopes = {one["name"]: one["scope"] for one in bom["components"]}
    assert (scopes["numpy"], scopes["pytest"]) == ("required", "excluded")
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    assert bom == bill_of_materials(PRODUCT, PACKAGES, RUNTIME, {"numpy": "BSD-3-Clause"}, AT)
    json.dumps(bom)


def test_provenance_names_the_files_the_commit_and_the_locks() -> None:
    statement = provenance({"neoscore.whl": "a" * 64, "bom.json": "b" * 64}, "c" * 40, {"x.lock": "d" * 64}, AT)
    assert [one["name"] for one in statement["subject"]] == ["bom.json", "neoscore.whl"]
    sources = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert sources[0]["digest"] == {"gitCommit": "c" * 40}
    assert sources[1] == {"name": "x.lock", "digest": {"sha256": "d" * 64}}


@pytest.mark.parametrize("line", ["numpy>=2", "git+https://example.org/x", "    --hash=md5:00", "-e ."])
def test_a_lock_of_another_kind_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="neither a pin nor a hash"):
        read_lock(line)
