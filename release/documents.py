"""A CycloneDX bill of materials from the locks, and a SLSA provenance statement. No I/O."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; ([^\\]+?))?(?: \\)?$")

HASH = re.compile(r"^ +--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class LockedPackage:
    """A package as a lock names it: one version, where it applies, and the SHA-256 of each of its files."""

    name: str
    version: str
    marker: str
    files: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The package's URL (https://github.com/package-url/purl-spec)."""
        return f"pkg:pypi/{re.sub('[-_.]+', '-', self.name).lower()}@{self.version}"


def read_lock(text: str) -> tuple[LockedPackage, ...]:
    """Return the packages of a lock. Raises ValueError at a line that is neither a pin nor a hash."""
    found: list[tuple[str, str, str, list[str]]] = []
    for line in text.splitlines():
        if pin := PIN.match(line):
            found.append((pin[1], pin[2], pin[3] or "", []))
        elif (digest := HASH.match(line)) and found:
            found[-1][3].append(digest[1])
        else:
            raise ValueError(f"neither a pin nor a hash: {line[:80]!r}")
    return tuple(LockedPackage(name, version, marker, tuple(files)) for name, version, marker, files in found)


def bill_of_materials(
    product: Mapping[str, str],
    packages: Sequence[LockedPackage],
    runtime: Sequence[LockedPackage],
    licences: Mapping[str, str],
    at: str,
) -> dict[str, Any]:
    """Return a CycloneDX 1.6 document. `product`: name, version and licence; `runtime`: what the image installs.

    `licences`: package → what its metadata says, where it is installed. `at`: time of the commit, ISO 8601.
    """
    needed = {package.purl for package in runtime}
    purl = f"pkg:pypi/{product['name']}@{product['version']}"
    components = [_component(package, package.purl in needed, licences.get(package.name, "")) for package in packages]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, "".join([purl, at, *(f for package in packages for f in package.files)]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {
            "timestamp": at,
            "component": {
                "type": "application",
                "bom-ref": purl,
                "name": product["name"],
                "version": product["version"],
                "purl": purl,
                "licenses": [{"license": {"id": product["license"]}}],
            },
        },
        "components": components,
        "dependencies": [{"ref": purl, "dependsOn": sorted(needed)}],
    }


def _component(package: LockedPackage, needed: bool, licence: str) -> dict[str, Any]:
    marker = [{"name": "python:marker", "value": package.marker}] if package.marker else []
    files = [{"name": "python:file:sha256", "value": digest} for digest in package.files]
    return {
        "type": "library",
        "bom-ref": package.purl if not package.marker else f"{package.purl}#{package.marker}",
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "scope": "required" if needed else "excluded",
        **({"licenses": [{"license": {"name": licence}}]} if licence else {}),
        "properties": [*marker, *files],
    }


def provenance(digests: Mapping[str, str], commit: str, locks: Mapping[str, str], at: str) -> dict[str, Any]:
    """Return an in-toto statement with SLSA provenance (v1).

    `digests`: file of the release → SHA-256; `locks`: file that the build reads → SHA-256.
    """
    sources = [{"uri": "git+file:.", "digest": {"gitCommit": commit}}]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(digests.items())],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "urn:neoscore:make-release:1",
                "externalParameters": {"target": "release"},
                "resolvedDependencies": [
                    *sources,
                    *({"name": name, "digest": {"sha256": digest}} for name, digest in sorted(locks.items())),
                ],
            },
            "runDetails": {
                "builder": {"id": "urn:neoscore:makefile"},
                "metadata": {"invocationId": commit, "finishedOn": at},
            },
        },
    }
