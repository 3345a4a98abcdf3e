"""The smallest report that a bundle can have: nothing was judged."""

from contract.report import Effects, Gain, Outcomes, Report

EMPTY_REPORT = Report(
    reliability=[],
    gain=Gain(clients=[0, 1], defaults=[0, 1]),
    outcomes=Outcomes(edges=[0, 1], good=[0], defaults=[0]),
    fairness={},
    effects=Effects(rows=0, base_log_odds=0, edges=[-1, 1], features={}),
)
