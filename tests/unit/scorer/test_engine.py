import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.bundle import Bundle
from scorer.engine import Engine
from scorer.errors import ModelLoadError
from scorer.model_formats import PredContribsExplainer
from tests.support.tiny_model import draw_rows, train_booster

ROWS = draw_rows(1024, seed=11)


@pytest.fixture(scope="module", params=["chosen", "pred_contribs"])
def any_engine(request: pytest.FixtureRequest, tiny_bundle: Bundle) -> Engine:
    return Engine(tiny_bundle, PredContribsExplainer(tiny_bundle.model) if request.param == "pred_contribs" else None)


def test_equals_xgboost(any_engine: Engine) -> None:
    expected = train_booster().predict(xgboost.DMatrix(ROWS, nthread=1))
    assert np.abs(any_engine.score(ROWS).probability - expected).max() < 1e-6


def test_parts_add_up(any_engine: Engine) -> None:
    scores = any_engine.score(ROWS)
    total = any_engine.base_log_odds + scores.contributions.sum(axis=1)
    assert np.allclose(np.log(scores.probability / (1 - scores.probability)), total, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 1023), min_size=1, max_size=200))
def test_same_bits_whatever_stands_beside(any_engine: Engine, chosen: list[int]) -> None:
    together = any_engine.score(ROWS)
    some = any_engine.score(ROWS[chosen])
    assert np.array_equal(some.contributions, together.contributions[chosen])
    assert np.array_equal(some.probability, together.probability[chosen])
    assert np.array_equal(some.probability_contribution, together.probability_contribution[chosen])


def test_every_row_alone_has_the_bits_of_the_block(any_engine: Engine) -> None:
    together = any_engine.score(ROWS).probability
    alone = [any_engine.score(ROWS[i : i + 1]).probability[0] for i in range(len(ROWS))]
    assert alone == together.tolist()


def test_a_model_of_another_width_is_refused(tiny_bundle: Bundle) -> None:
    class Narrow:
        def explain(self, rows: np.ndarray) -> np.ndarray:
            return np.zeros((len(rows), 3))

    with pytest.raises(ModelLoadError, match="6 features"):
        Engine(tiny_bundle, Narrow())
