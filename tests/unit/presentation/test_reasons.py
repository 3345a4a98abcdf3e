"""What an advisor says to a client: the client's own value, what it is compared with, and no contradiction."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contract.baseline import Baseline, BaselineHistogram
from contract.schema import FeatureSchema, LocalizedText
from presentation.languages import LANGUAGES
from presentation.reasons import MOST_REASONS, Reasons, reasons
from tests.unit.reporting.samples import EN, HOME, INCOME, LATE, scored, text

LATER = replace(LATE, monotone=1, value_labels={"-1": text("paid"), "0": LocalizedText(en="on time")})
RICHER = replace(INCOME, monotone=-1)
SCHEMA = FeatureSchema(name="sample", currency="NT$", features=(RICHER, LATER, HOME))
CLIENTS = Baseline(
    rows=100,
    features={
        "INCOME": BaselineHistogram(counts=[10, 40, 40, 10], edges=[0, 10_000, 50_000, 90_000, 1e6]),
        "LATE": BaselineHistogram(counts=[10, 20, 45, 20, 5, 0, 0, 0, 0, 0, 0], edges=[n - 0.5 for n in range(-2, 10)]),
    },
    probability=BaselineHistogram(counts=[100], edges=[0, 1]),
)
values = st.fixed_dictionaries(
    {
        "INCOME": st.none() | st.floats(0, 1e6),
        "LATE": st.none() | st.integers(-2, 8),
        "HOME": st.sampled_from(["1", "2", None]),
    }
)


def said(codes: list[str], client: dict, schema: FeatureSchema = SCHEMA, language: str = "en") -> Reasons:
    result = msgspec.structs.replace(scored(0.3, []), reasons=codes)
    return reasons(result, client, schema, CLIENTS, LANGUAGES.locale(language))


@pytest.mark.parametrize(
    ("code", "client", "sentence"),
    [
        ("LATE:raises", {"LATE": 2}, "late (en): 2, less favourable than for 95% of clients, raises the risk"),
        ("LATE:lowers", {"LATE": -1}, "late (en): paid (en), more favourable than for 70% of clients, lowers the risk"),
        ("LATE:lowers", {"LATE": 0}, "late (en): on time, more favourable than for 25% of clients, lowers the risk"),
        (
            "INCOME:raises",
            {"INCOME": 5},
            "income (en): NT$ 5, less favourable than for 90% of clients, raises the risk",
        ),
        ("INCOME:raises", {"INCOME": None}, "income (en): not provided, raises the risk"),
        ("HOME:raises", {"HOME": "2"}, "home (en): tenant (en), raises the risk"),
    ],
)
def test_a_reason_names_the_value_and_what_it_is_compared_with(code, client, sentence) -> None:
    found = said([code], client)

    assert [part.replace("\u00a0", " ") for part in (*found.raises, *found.lowers)] == [f"{sentence}."]


def test_in_french_it_is_the_same() -> None:
    (sentence,) = said(["LATE:raises"], {"LATE": 2}, language="fr").raises

    assert sentence.replace("\u202f", " ") == (
        "late (fr) : 2, moins favorable que chez 95 % des clients, augmente le risque."
    )


def test_the_schemas_own_sentence_follows_the_fact() -> None:
    own = replace(LATER, raises=LocalizedText(en="Recent delays raise the risk", fr="x"))
    (sentence,) = said(["LATE:raises"], {"LATE": 2}, FeatureSchema(name="s", features=(own,))).raises

    assert sentence == "late (en): 2, less favourable than for 95% of clients. Recent delays raise the risk."


def test_what_contradicts_the_value_is_left_out_and_the_next_is_said() -> None:
    found = said(["LATE:raises", "INCOME:lowers", "HOME:raises"], {"LATE": -1, "INCOME": 5_000.0, "HOME": "1"})

    assert found == Reasons(("home (en): owner (en), raises the risk.",), ())


@given(
    values, st.permutations([f"{name}:{way}" for name in ("INCOME", "LATE", "HOME") for way in ("raises", "lowers")])
)
def test_no_client_hears_a_contradiction(client: dict, codes: list[str]) -> None:
    found = said(codes, client)

    assert not any("not a reason" in sentence for sentence in (*found.raises, *found.lowers))
    assert not any("more favourable" in sentence for sentence in found.raises)
    assert not any("less favourable" in sentence for sentence in found.lowers)


def test_there_are_at_most_four_each_way() -> None:
    features = [replace(HOME, name=f"F{i}", label=text(f"f{i}")) for i in range(12)]
    codes = [f"F{i}:{'raises' if i < 6 else 'lowers'}" for i in range(12)]

    found = said(codes, {}, FeatureSchema(name="s", features=features))

    assert (len(found.raises), len(found.lowers)) == (MOST_REASONS, MOST_REASONS)


def test_a_feature_that_the_schema_does_not_know_is_no_sentence() -> None:
    assert said(["NEWER:raises"], {}) == Reasons((), ())


@pytest.mark.parametrize(("direction", "value"), [("raises", -1), ("lowers", 3)])
def test_a_factor_that_is_no_reason_says_so_beside_its_comparison(direction, value) -> None:
    sentence = EN.reason(LATER, direction, SCHEMA, {"LATE": value}, CLIENTS.features["LATE"])

    assert "not a reason to give the client" in sentence
    assert ("more favourable" in sentence) == (direction == "raises")
