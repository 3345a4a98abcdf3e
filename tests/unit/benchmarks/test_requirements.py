from packaging.requirements import Requirement

from tests.unit.repo.files import read


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in read(name).splitlines():
        if line and not line.startswith(("#", " ")):  # the lines below a pin are its hashes
            pin = Requirement(line.removesuffix(" \\"))
            assert [spec.operator for spec in pin.specifier] == ["=="]
            assert pin.url is None
            found.setdefault(pin.name, set()).update(spec.version for spec in pin.specifier)
    return found


def test_peers_use_the_versions_of_the_project() -> None:
    project, peers = pins("requirements.lock"), pins("benchmarks/requirements.txt")
    shared = peers.keys() & project.keys()
    assert {"aiokafka", "faust-streaming", "numpy", "pandas", "xgboost-cpu"} <= shared
    assert {name for name in shared if not peers[name] <= project[name]} == set()
