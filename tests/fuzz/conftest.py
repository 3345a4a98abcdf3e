"""How many examples: few in the test suite, many with `make fuzz` (`--hypothesis-profile fuzz`)."""

import pytest
from hypothesis import HealthCheck, settings

from contract.bundle import Bundle
from tests.fuzz.boundary import Boundary

settings.register_profile(
    "fuzz", max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


@pytest.fixture(scope="session")
def boundary(tiny_bundle: Bundle) -> Boundary:
    return Boundary(tiny_bundle)
