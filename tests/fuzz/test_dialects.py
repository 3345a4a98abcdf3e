"""`neoscore init` understands a table in the same way, however its file is written."""

from hypothesis import given, settings

from tabular.csv_file import read_csv
from tests.fuzz.dialects import TARGET, TYPED, Style, styles
from training.files import understood_frame
from training.given import Given
from training.understanding import understand

GIVEN = Given(target=TARGET)
EXPECTED = understand(TYPED, "loans", GIVEN)
FRAME = understood_frame(EXPECTED, GIVEN)


@settings(deadline=None, max_examples=max(10, settings().max_examples // 5))
@given(styles())
def test_a_table_in_any_dialect_is_understood_alike(style: Style) -> None:
    found = understand(read_csv(memoryview(style.content()), "loans.csv"), "loans", GIVEN)
    assert found.schema == EXPECTED.schema
    assert found.customer_number == EXPECTED.customer_number == "numéro client"
    assert (found.outcomes.values == EXPECTED.outcomes.values).all()
    assert [(c.column, c.understood_as, c.missing) for c in found.columns] == [
        (c.column, c.understood_as, c.missing) for c in EXPECTED.columns
    ]
    assert understood_frame(found, GIVEN).equals(FRAME)
