"""A code is no amount anywhere on the screens: bounds, sliders, bins, filters, advice and sentences."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy.dialects import postgresql

from contract.baseline import Baseline
from contract.report import FeatureEffect
from contract.schema import Feature, FeatureSchema, FeatureType, LocalizedText
from db.clients import ClientQuery, LevelCriterion, RangeCriterion
from db.filters import parse_where
from db.queries import conditions
from producers.portfolio.segmentation import build_segmentations
from reporting.backend.request_monitor import FeatureCounter
from reporting.pages.client.distribution import population_position, position_text
from reporting.pages.client.tools.counterfactual import FeatureChange, change_text
from reporting.pages.client.tools.recourse_search import actionable_features, candidate_values
from reporting.pages.client.tools.what_if_state import build_controls
from reporting.pages.model.dependence import bin_label
from reporting.pages.model.stability import baseline_counts, psi_bins
from reporting.pages.portfolio.segment_labels import segment_label
from reporting.population import typical_range
from reporting.widgets.filters import RangeFilter, filter_specs
from tests.unit.reporting.samples import EN, FR
from training.baseline import histogram
from training.shap_effects import beeswarm, dependence

SINCE = Feature(
    name="SINCE",
    type=FeatureType.INTEGER,
    label=LocalizedText(fr="Mois depuis l’incident", en="Months since the incident"),
    unit="months",
    minimum=0,
    maximum=240,
    codes={"-7": LocalizedText(fr="condition non remplie", en="condition not met"), "-9": None, "98": None},
    missing_allowed=True,
    actionable=True,
)
SCHEMA = FeatureSchema("coded", (SINCE,))
RNG = np.random.default_rng(7)
VALUES = np.concatenate(
    [RNG.integers(0, 90, 300), np.full(100, -7), np.full(50, -9), np.full(30, 98), np.full(20, np.nan)]
)
HISTOGRAM = histogram(SINCE, pd.Series(VALUES, dtype="float64"))
BASELINE = Baseline(500, {"SINCE": HISTOGRAM}, HISTOGRAM)
CODES = (-7, -9, 98)


def sql(clause) -> str:
    return str(clause.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


def test_codes_are_counted_outside_the_bins() -> None:
    assert sum(HISTOGRAM.counts) == 300
    assert (HISTOGRAM.codes, HISTOGRAM.missing, HISTOGRAM.total) == ({"-7": 100}, 100, 500)
    assert HISTOGRAM.edges[0] == pytest.approx(0, abs=1e-5)


def test_sliders_and_filters_span_amounts() -> None:
    low, high = typical_range(SINCE, HISTOGRAM)
    (spec,) = filter_specs(SCHEMA, BASELINE)

    assert 0 <= low < high < 90
    assert isinstance(spec, RangeFilter)
    assert (spec.start, spec.end) == (0, pytest.approx(90, abs=5))


@pytest.mark.parametrize("code", CODES)
def test_a_client_with_a_code_starts_without_an_amount(code) -> None:
    (control,) = build_controls(SCHEMA, BASELINE, {"SINCE": code})

    assert control.client_value == code
    assert 0 < control.start + control.value < control.end <= 95


@pytest.mark.parametrize("code", CODES)
def test_no_advice_leads_away_from_a_code(code) -> None:
    assert actionable_features(SCHEMA, BASELINE, {"SINCE": code}) == ()


@given(st.integers(0, 240).filter(lambda before: before not in CODES))
def test_no_advice_leads_to_a_code(before) -> None:
    assert not {step.value for step in candidate_values(SINCE, HISTOGRAM, before)} & set(CODES)
    wide = replace(SINCE, minimum=-10, maximum=98)
    assert not {step.value for step in candidate_values(wide, HISTOGRAM, before)} & set(CODES)


def test_a_code_is_said_in_words() -> None:
    assert [EN.value(SINCE, value, SCHEMA) for value in (-7.0, -9, 98, 12)] == [
        "condition not met",
        "not provided",
        "not provided",
        "12\u00a0months",
    ]
    assert change_text(FeatureChange("SINCE", -7, 3.0), SCHEMA, FR).endswith("condition non remplie → 3\u00a0mois")


def test_a_code_has_no_place_among_the_amounts() -> None:
    place = population_position(SINCE, HISTOGRAM, -7)

    assert place is not None
    assert position_text(place, EN) == "The same as 20% of clients."
    assert place.client_bar is None
    missing = [population_position(SINCE, HISTOGRAM, value) for value in (-9, 98, None)]
    assert [position_text(place, EN) for place in missing if place] == ["Not provided, as for 20% of clients."] * 3


def test_a_range_selects_no_code_and_a_code_selects_its_clients() -> None:
    (low,) = conditions(SCHEMA, ClientQuery(criteria=[RangeCriterion("SINCE", None, 5)]))
    (coded,) = conditions(SCHEMA, ClientQuery(criteria=[LevelCriterion("SINCE", ("-7",))]))

    assert sql(low).count("nullif(") == 3
    assert "nullif" not in sql(coded)
    assert "nullif" in sql(parse_where("SINCE < 5", SCHEMA))
    assert "nullif" not in sql(parse_where("SINCE == -7 or SINCE in [-7, -9] or SINCE is null", SCHEMA))


def test_a_portfolio_has_a_segment_for_each_code_with_words() -> None:
    division = build_segmentations(SCHEMA, BASELINE)["SINCE"]
    found = division.segment_indices(pa.array([0.0, 240.0, -7.0, -9.0, 98.0, None]))

    assert found.tolist() == [0, division.ordered - 1, division.ordered, *[division.missing] * 3]
    assert division.missing == division.ordered + 1 == division.size - 1
    assert (
        segment_label(division, (division.ordered, division.missing), SCHEMA, EN) == "condition not met, not provided"
    )


def test_requests_are_counted_as_the_training_data_was() -> None:
    counter = FeatureCounter(SCHEMA, BASELINE)
    rows = np.array(VALUES, np.float32)
    counter._count(np.where(np.isin(rows, (-9, 98)), np.nan, rows)[:, None])

    assert counter.features["SINCE"].tolist() == baseline_counts(HISTOGRAM).tolist()
    assert len(psi_bins(HISTOGRAM)) == len(counter.features["SINCE"])
    assert len(set(psi_bins(HISTOGRAM)[-2:])) == 2


def test_effects_tell_amounts_from_codes() -> None:
    seen = np.where(np.isin(VALUES, (-9, 98)), np.nan, VALUES)
    effect = np.where(seen == -7, 2.0, 0.1)
    bins = dependence(SINCE, seen, effect)
    swarm = np.array(beeswarm(SINCE, seen, effect, np.linspace(-3, 3, 62)))

    assert [bin_.level for bin_ in bins if bin_.median > 1] == ["-7"]
    assert all(bin_.low >= 0 for bin_ in bins if bin_.low is not None)
    assert swarm[:, -1].sum() == 200
    report = FeatureEffect(importance=1.0, dependence=bins, beeswarm=[])
    labels = [bin_label(SINCE, report.dependence, i, SCHEMA, EN) for i in range(len(bins))]
    assert labels[-2:] == ["condition not met", "Not provided"]
    assert labels[-3].startswith("≥")
