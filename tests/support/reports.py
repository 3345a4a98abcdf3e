"""The smallest report that a bundle can have: nothing was judged."""

from contract.report import GainsCurve, Report, ScoreDistribution, ShapSummary

EMPTY_REPORT = Report(
    reliability=[],
    gains_curve=GainsCurve(clients=[0, 1], defaults=[0, 1]),
    score_distribution=ScoreDistribution(edges=[0, 1], good=[0], defaults=[0]),
    fairness={},
    effects=ShapSummary(rows=0, base_log_odds=0, edges=[-1, 1], features={}),
)
