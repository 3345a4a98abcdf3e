"""How many examples: few in the test suite, many with `make fuzz` (`--hypothesis-profile fuzz`)."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from contract.bundle import Bundle
from tests.fuzz.boundary import Boundary
from tests.support.tiny import tiny_bundle

settings.register_profile(
    "fuzz", max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return tiny_bundle(Path(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def boundary(tiny: Bundle) -> Boundary:
    return Boundary(tiny)
