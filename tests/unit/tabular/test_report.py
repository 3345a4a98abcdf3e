"""The table of what was understood."""

import io

from rich.console import Console

from tabular.report import ColumnReport, columns_json, print_columns

_REPORTS = [
    ColumnReport("income", "number, 0 to 9,000", "80 different numbers", 12, "amounts in EUR"),
    ColumnReport("[b]odd\n", "left out", "has no value", 300),
]


def _printed(width: int) -> str:
    screen = io.StringIO()
    print_columns(_REPORTS, 300, Console(file=screen, width=width))
    return screen.getvalue()


def test_every_column_has_a_line_with_all_that_is_known():
    head, income, odd = _printed(140).splitlines()
    assert head.split() == ["column", "understood", "as", "because", "missing", "note"]
    assert income.startswith("income ")
    for cell in ("number, 0 to 9,000", "80 different numbers", "12 (4 %)", "amounts in EUR"):
        assert cell in income
    assert odd.startswith("[b]odd·")
    assert "300 (100 %)" in odd


def test_nothing_is_cut_on_a_narrow_terminal():
    shown = "".join(_printed(70).split())
    assert "different" in shown
    assert "amounts" in shown


def test_json_has_every_field_of_every_column():
    assert columns_json(_REPORTS)[1] == {
        "column": "[b]odd\n",
        "understood_as": "left out",
        "because": "has no value",
        "missing": 300,
        "note": "",
    }
