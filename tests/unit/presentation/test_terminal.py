"""The answer in a terminal: these exact lines, in 80 columns, with and without colour."""

import io

import pytest
from rich.console import Console

from contract.bundle import Bundle
from presentation.languages import LANGUAGES
from presentation.terminal import render
from tests.support.tiny_model import write_tiny_bundle
from tests.unit.producers.examples import FEATURES, example_score

POINTS = {"late": 0.215, "income": -0.063, "debt": 0.0203, "home": 0.0002, "score": -0.0001, "constant": 0.0}

ENGLISH = """\
Probability of default  39.3%  Medium risk
Between half the decision threshold and the threshold (40.0%).
████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 100%
                        ▲ threshold 40.0%

          percentage points
 22.1     Model’s starting point
+21.5  ▲  late: 2, raises the risk
 −6.3  ▼  income: 28,500, lowers the risk
 +2.0  ▲  debt: not provided, raises the risk
  0.0     3 other factors
 39.3  =  Probability of default

Model tiny-0123456789ab
Neither this score nor its explanation is kept.
"""

FRENCH = """\
Probabilité de défaut  39,3 %  Risque moyen
Entre la moitié du seuil de décision et le seuil (40,0 %).
████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 100 %
                        ▲ seuil 40,0 %

          points de pourcentage
 22,1     Point de départ du modèle
+21,5  ▲  late : 2, augmente le risque
 −6,3  ▼  income : 28 500, réduit le risque
 +2,0  ▲  debt : non renseigné, augmente le risque
  0,0     3 autres facteurs
 39,3  =  Probabilité de défaut

Modèle tiny-0123456789ab
Ni ce score ni son explication ne sont conservés.
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Bundle:
    bundle = write_tiny_bundle(tmp_path_factory.mktemp("tiny"), trees=2)
    object.__setattr__(bundle, "ref", example_score({}).model)
    return bundle


def show(bundle, scored, language="en", **console) -> str:
    out = io.StringIO()
    Console(file=out, width=80, highlight=False, **console).print(
        render(scored, FEATURES, bundle, LANGUAGES.locale(language))
    )
    return "".join(line.rstrip() + "\n" for line in out.getvalue().replace("\u202f", " ").splitlines())


@pytest.mark.parametrize(("language", "expected"), [("en", ENGLISH), ("fr", FRENCH)])
def test_the_whole_answer(bundle, language, expected):
    assert show(bundle, example_score(POINTS), language) == expected


def test_colour_follows_the_direction_of_risk_and_changes_no_word(bundle):
    coloured = show(bundle, example_score(POINTS), force_terminal=True, color_system="standard", no_color=False)
    assert "\x1b[31m+21.5" in coloured
    assert "\x1b[32m −6.3" in coloured
    assert "\x1b[33m" in coloured  # a medium risk


@pytest.mark.parametrize(
    ("base", "words"),
    [
        (0.1, "Low risk\nBelow half the decision threshold (40.0%)."),
        (0.2, "Medium risk\nBetween half the decision threshold and the threshold (40.0%)."),
        (0.4, "High risk\nAt or above the decision threshold (40.0%)."),
    ],
)
def test_the_band_in_words(bundle, base, words):
    assert words in show(bundle, example_score({}, base))


def test_without_explanation_there_is_no_table(bundle):
    assert "points" not in show(bundle, example_score({}))


def test_a_cached_answer_says_so(bundle):
    assert "result from the cache" in show(bundle, example_score({}, cached=True))


@pytest.mark.parametrize("base", [0.0, 1.0])
def test_the_bar_has_its_full_width_at_both_ends(bundle, base):
    bar = show(bundle, example_score({}, base, threshold=1.0)).splitlines()[2]
    assert bar == ("█" if base else "░") * 60 + " 100%"


def test_the_labels_of_another_model_are_announced(bundle, tmp_path):
    other = write_tiny_bundle(tmp_path, trees=3)
    text = show(other, example_score({"newer": 0.1, "late": 0.01}))
    assert "the labels come from another model" in text
    assert "newer" in text


def test_long_sentences_wrap_within_80_columns(bundle):
    lines = show(bundle, example_score(POINTS)).splitlines()
    assert max(len(line) for line in lines) <= 80
