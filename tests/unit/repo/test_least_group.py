"""The least group about which anything is shown is one constant."""

import re

from tests.unit.repo.files import tracked_texts


def test_the_least_group_is_defined_once() -> None:
    definition = re.compile(r"^MIN_\w*(GROUP|PEOPLE|CLIENTS)\w*(: int)? = \d+$", re.MULTILINE)
    found = {name for name, text in tracked_texts().items() if name.endswith(".py") and definition.search(text)}
    assert found == {"contract/disclosure.py"}
