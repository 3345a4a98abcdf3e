"""Dates, groups, weights and a hold-out file, from the command line to the model card."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from contract.active_model import active_bundle_path
from contract.bundle import load_bundle
from stack.cli import app

ROWS = 400


def loans(seed):
    rng = np.random.default_rng(seed)
    income = rng.lognormal(10, 0.5, ROWS).round()
    days = rng.integers(0, 700, ROWS)
    return pd.DataFrame(
        {
            "holder": [f"H{number}" for number in rng.integers(0, 150, ROWS)],
            "signed": [f"{day:%d/%m/%Y}" for day in pd.Timestamp("2022-01-01") + pd.to_timedelta(days, "D")],
            "times": rng.integers(1, 4, ROWS),
            "income": income,
            "debt": rng.lognormal(8, 1, ROWS).round(),
            "default": (rng.random(ROWS) < 1 / (1 + (income / 20_000) ** 2)).astype(int),
        }
    )


@pytest.fixture
def train(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    loans(1).to_csv("loans.csv", index=False)
    loans(2).to_csv("later.csv", index=False)

    def run(*options):
        fixed = ["--data", "loans.csv", "--target", "default", "--output", "models", "--trees", "5"]
        return CliRunner().invoke(app, ["train", *fixed, *options])

    return run


def test_all_of_them_together(train, tmp_path):
    named = ("--date", "signed", "--groups", "holder", "--weight", "times", "--holdout", "later.csv")
    done = train(*named)
    assert done.exit_code == 0, done.output
    bundle = load_bundle(active_bundle_path(tmp_path / "models"))
    assert bundle.schema.model_feature_names == ("income", "debt")
    assert 0.5 < bundle.metrics.holdout["roc_auc"] < 1
    assert bundle.metrics.rows == ROWS
    assert sum(bundle.baseline.probability.counts) < ROWS  # the first period only teaches
    card = (bundle.path / "card.md").read_text()
    assert "Out-of-time validation over 5 periods" in card
    assert "with the rows of one group in one fold" in card
    assert "Hold-out" in card


def test_without_them_nothing_is_said(train, tmp_path):
    assert train().exit_code == 0
    assert load_bundle(active_bundle_path(tmp_path / "models")).metrics.holdout is None


@pytest.mark.parametrize("option", ["--date", "--groups", "--weight"])
def test_a_column_that_is_not_there(train, option, tmp_path):
    done = train(option, "nowhere")
    assert done.exit_code != 0
    assert "nowhere" in str(done.exception or done.output)
    assert not (tmp_path / "models").exists()
