"""Each card of the model page can be written in each language, in each of its states."""

import re
from dataclasses import replace
from html import escape

import pytest
from msgspec import structs

from contract.bundle import Bundle
from contract.report import Leak, Proxy
from presentation.languages import LANGUAGES
from presentation.locale import Locale
from reporting.backend.request_monitor import RequestStats
from reporting.pages.model.dependence import dependence_html
from reporting.pages.model.fairness import fairness_html
from reporting.pages.model.importance import importance_html
from reporting.pages.model.page import model_summary_html
from reporting.pages.model.quality import (
    gain_chart_html,
    ks_chart_html,
    metrics_html,
    pd_by_outcome_html,
    reliability_diagram_html,
)
from reporting.pages.model.stability import MIN_REQUESTS, DriftLevel, baseline_counts
from reporting.pages.model.stability_card import stability_html


@pytest.fixture(params=sorted(LANGUAGES))
def locale(request) -> Locale:
    return LANGUAGES.locale(request.param)


def counted(bundle: Bundle, shift: int = 0) -> RequestStats:
    """As many requests as training rows, of the same population, or with its bins shifted."""
    counts = {name: baseline_counts(bundle.baseline.features[name]) for name in bundle.schema.model_feature_names}
    return RequestStats(True, False, MIN_REQUESTS, {name: [*c[shift:], *c[:shift]] for name, c in counts.items()})


def test_everything_that_the_bundle_reports(bundle: Bundle, locale: Locale) -> None:
    report = bundle.report
    cards = (
        model_summary_html(bundle, locale),
        metrics_html(bundle, locale),
        reliability_diagram_html(report.reliability, locale),
        gain_chart_html(bundle, locale),
        pd_by_outcome_html(report.score_distribution, bundle.metrics.threshold, locale),
        ks_chart_html(report.score_distribution, locale),
        importance_html(bundle, locale),
        dependence_html(bundle, locale),
        fairness_html(bundle, locale),
    )
    for card in cards:
        assert re.search(r"<h[23]", card)
        assert not re.search(r"[{}]", re.sub(r"<style>.*?</style>", "", card))


def test_what_deserves_a_second_look_is_said(bundle: Bundle, locale: Locale) -> None:
    first, second = bundle.schema.model_features[:2]
    report = structs.replace(bundle.report, leaks=[Leak(first.name, 0.97)], proxies=[Proxy(second.name, "SEX", 0.83)])
    doubtful = replace(bundle, report=report, metrics=structs.replace(bundle.metrics, threshold=0.0))
    summary, fairness = model_summary_html(doubtful, locale), fairness_html(doubtful, locale)
    ratio = locale.number(5)
    assert escape(locale.text("model.leak", feature=locale.label(first), auc=locale.number(0.97, 2))) in summary
    assert escape(locale.text("model.decline_all", ratio=ratio)) in summary
    assert locale.label(second) in fairness.partition(locale.text("model.proxies"))[2]
    assert 'class="warning"' not in model_summary_html(bundle, locale)
    generous = replace(bundle, metrics=structs.replace(bundle.metrics, threshold=1.0))
    assert escape(locale.text("model.approve_all", ratio=ratio)) in model_summary_html(generous, locale)


@pytest.mark.parametrize(
    ("stats", "key"),
    [
        (RequestStats(sealed=True), "model.stability_sealed"),
        (RequestStats(), "model.stability_connecting"),
        (RequestStats(connected=True, requests=3), "model.stability_progress"),
    ],
)
def test_the_stability_of_live_requests_before_there_are_enough(bundle, locale, stats: RequestStats, key: str) -> None:
    assert locale.text(key) in stability_html(bundle, stats, locale)


def test_the_stability_of_live_requests(bundle: Bundle, locale: Locale) -> None:
    levels = {level: locale.text(f"model.drift_level.{level}") for level in DriftLevel}

    same = stability_html(bundle, counted(bundle), locale)
    other = stability_html(bundle, counted(bundle, shift=5), locale)

    assert same.count(f"<td>{levels[DriftLevel.STABLE]}</td>") == len(bundle.schema.model_feature_names)
    assert f"▲ {levels[DriftLevel.SIGNIFICANT]}" in other
