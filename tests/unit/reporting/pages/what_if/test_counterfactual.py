"""Proposals are said in the advisor's words, and never look like they miss the threshold."""

from hypothesis import assume, given
from hypothesis import strategies as st

from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureChange, change_text, counterfactual_text
from tests.unit.reporting.pages.what_if.samples import SCHEMA
from tests.unit.reporting.samples import EN, FR

COUNTERFACTUAL = Counterfactual((FeatureChange("INCOME", 1000.0, 5000.0), FeatureChange("LATE", 1, 0.0)), 0.1642, 0.4)


def test_a_proposal_is_one_sentence_in_either_language():
    assert counterfactual_text(COUNTERFACTUAL, SCHEMA, 0.2, EN) == (
        "If “income (en)” went from NT$\u00a01,000 to NT$\u00a05,000 and “late (en)” went from “1” to "
        "“revolving (en)”, the probability would be 16.4%, below the threshold of 20.0%."
    )
    french = counterfactual_text(COUNTERFACTUAL, SCHEMA, 0.2, FR)
    assert french.replace("\u202f", " ").replace("\u00a0", " ") == (
        "Si « income (fr) » passait de 1 000 NT$ à 5 000 NT$ et si « late (fr) » passait de « 1 » à "
        "« revolving (fr) », la probabilité serait de 16,4 %, sous le seuil de 20,0 %."
    )


def test_a_change_names_what_moved():
    assert change_text(FeatureChange("SAVINGS", None, "some"), SCHEMA, EN) == "savings (en): not provided → some (en)"


@given(st.floats(0.01, 0.99), st.floats(1e-6, 0.5))
def test_a_probability_below_the_threshold_never_reads_like_it(threshold, margin):
    assume(margin < threshold)
    probability, limit = EN.distinct_percentages(threshold - margin, threshold)

    assert probability != limit
