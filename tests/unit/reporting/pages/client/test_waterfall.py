"""The waterfall on the screen: its numbers add up, its bars hang together, its words follow the direction of risk."""

import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contract.messages import Contribution, Scored
from contract.schema import Language
from db.clients import Client
from presentation.factors import break_down
from presentation.languages import LANGUAGES
from reporting.pages.client.factors import Waterfall, factors_html, scale_of
from tests.unit.reporting.samples import BASELINE, EN, SCHEMA, scored

CLIENT = Client("a1b2", {"INCOME": 20_000.0, "LATE": 0, "HOME": None, "AGE": 40})
THRESHOLD = 200


def written(base: float, points: list[float], language: Language = "en", client: Client = CLIENT) -> str:
    breakdown = break_down(scored(base, points))
    return Waterfall(breakdown, THRESHOLD, client, SCHEMA, BASELINE, LANGUAGES.locale(language)).html()


def tenths(text: str) -> int:
    return int(text.replace("\N{MINUS SIGN}", "-").replace(".", "").replace(",", "").rstrip("%"))


def top_level(html: str) -> str:
    """Without the rows inside the group."""
    return re.sub(r"<ol>.*?</ol>", "", html)


parts = st.lists(st.floats(-0.02, 0.02), min_size=1, max_size=30)


@given(st.floats(0.3, 0.6), parts)
def test_what_is_displayed_adds_up_exactly(base: float, points: list[float]) -> None:
    html = written(base, points)
    ends = [tenths(text) for text in re.findall(r"data-testid='(?:start|probability)-pd'>([^<]+)", html)]
    shown = [tenths(text) for text in re.findall(r"data-testid='points'>([^<]+)", top_level(html))]

    assert ends[0] + sum(shown) == ends[1]


@given(st.floats(0.3, 0.6), parts)
def test_the_group_is_the_sum_of_its_rows(base: float, points: list[float]) -> None:
    html = written(base, points)
    group = re.search(r"data-feature='others'.*?data-testid='points'>([^<]+).*?<ol>(.*?)</ol>", html, re.DOTALL)

    if group:
        assert tenths(group[1]) == sum(tenths(text) for text in re.findall(r"data-testid='points'>([^<]+)", group[2]))


@given(st.floats(0.3, 0.6), parts)
def test_every_bar_and_the_threshold_lie_on_the_scale(base: float, points: list[float]) -> None:
    breakdown = break_down(scored(base, points))
    scale = scale_of(breakdown, THRESHOLD)

    for units in (THRESHOLD, breakdown.start, *(step.end for step in breakdown.steps)):
        assert 0 < scale.percent(units) < 100


def test_each_row_says_its_direction_its_value_and_its_sentence() -> None:
    result = named({"INCOME": 0.05, "LATE": -0.03, "HOME": 0.02})

    english = Waterfall(break_down(result), THRESHOLD, CLIENT, SCHEMA, BASELINE, EN).html()

    income, late, home = (_row(english, name) for name in ("INCOME", "LATE", "HOME"))
    assert "raises the risk" in income
    assert "NT$\N{NO-BREAK SPACE}20,000" in income
    assert "income (en): NT$\N{NO-BREAK SPACE}20,000, raises the risk." in income
    assert "Lower than for 50% of clients." in income
    assert "lowers the risk" in late
    assert "revolving (en)" in late
    assert "not provided" in home


def test_rows_unfold_by_a_button_that_says_so() -> None:
    html = written(0.3, [0.05, -0.02, *[0.0003] * 6])

    for button in re.findall(r"<button[^>]*>", html):
        assert "aria-expanded='false'" in button
        controlled = re.search(r"aria-controls='([^']+)'", button)
        assert controlled
        assert html.count(f"id='{controlled[1]}'") == 1
    assert "6 other factors" in html


def test_names_and_values_are_escaped() -> None:
    html = Waterfall(break_down(named({"<b>": 0.05})), THRESHOLD, CLIENT, SCHEMA, BASELINE, EN).html()

    assert "&lt;b&gt;" in html
    assert "<b><b>" not in html


def test_the_heading_is_the_same_sum() -> None:
    result = scored(0.221, [0.05, -0.02])

    html = factors_html(result, CLIENT, SCHEMA, BASELINE, EN)

    assert "Starting point 22.1% + factors 3.0 points = 25.1%" in html


def named(parts: dict[str, float]) -> Scored:
    """A score whose contributions have these names."""
    made = scored(0.2, list(parts.values()))
    contributions = tuple(Contribution(name, points * 5, points) for name, points in parts.items())
    return msgspec.structs.replace(made, contributions=contributions)


def _row(html: str, name: str) -> str:
    return html.split(f"data-feature='{name}'")[1].split("</li>")[0]
