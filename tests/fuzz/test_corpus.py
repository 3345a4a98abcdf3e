"""Every input that ever failed, once more."""

from pathlib import Path

import pytest

from contract.bundle import Bundle
from tests.fuzz.boundary import Boundary
from tests.fuzz.case import CORPUS, Kind, load
from tests.fuzz.decoders import CHECKS, check_bundle_file

FILES = sorted(CORPUS.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_it_fails_no_more(boundary: Boundary, tiny_bundle: Bundle, path: Path) -> None:
    case = load(path)
    if case.kind is Kind.BUNDLE_FILE:
        check_bundle_file(case, tiny_bundle)
        return
    CHECKS[case.kind](case)
    if case.kind in (Kind.REQUEST, Kind.BLOCK):
        boundary.check([case])
