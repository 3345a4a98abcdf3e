"""The group of clients nearest to the scored one, and its HTML. No I/O.

Near means near in the model's own terms: the Euclidean distance between contributions in log-odds. Two clients may
differ in what does not count for the score, and still be neighbours.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.blocks import ResultInfo
from contract.codes import Band, Status
from contract.disclosure import MIN_GROUP_SIZE
from contract.messages import Scored
from contract.schema import FeatureSchema
from presentation.factors import round_to_sum
from presentation.locale import Locale
from presentation.reasons import split_reason
from reporting.problems import ScoreFailure

NEIGHBOUR_COUNT = 50
"""Clients in the group: enough for a stable median, few enough to be alike."""

REASONS_PER_CLIENT = 3
"""Reasons of each client that count for the group: its main ones."""

REASONS_SHOWN = 3


@dataclass(frozen=True)
class SharedReason:
    """A reason code that many have among their main reasons."""

    code: str
    share: float


@dataclass(frozen=True)
class SimilarClientsSummary:
    """The nearest clients as a group. Nothing in it belongs to one of them."""

    count: int
    median: float
    """PD."""
    quartiles: tuple[float, float]
    """First and third quartile of the PDs."""
    bands: Mapping[Band, int]
    reasons: tuple[SharedReason, ...]


@dataclass(frozen=True)
class GroupTooSmall:
    """Fewer than MIN_GROUP_SIZE clients came back with a score."""


def summarize_nearest(
    scored: Scored, info: ResultInfo, answers: pa.RecordBatch
) -> SimilarClientsSummary | GroupTooSmall:
    """Summarize the clients of a result block that are nearest to the scored one."""
    others = answers.filter(
        pc.and_(
            pc.equal(answers.column("status"), str(Status.SCORED)),
            pc.not_equal(answers.column("client_ref"), scored.client_ref),
        )
    )
    if others.num_rows < MIN_GROUP_SIZE:
        return GroupTooSmall()
    order = np.argsort(_distances(scored, info, others), kind="stable")[:NEIGHBOUR_COUNT]
    return _describe(others.take(pa.array(order)))


def _distances(scored: Scored, info: ResultInfo, others: pa.RecordBatch) -> NDArray[np.float64]:
    mine = {part.feature: part.log_odds for part in scored.contributions}
    theirs = others.column("log_odds").flatten().to_numpy(zero_copy_only=False).reshape(others.num_rows, -1)
    distances: NDArray[np.float64] = np.linalg.norm(theirs - np.array([mine[name] for name in info.features]), axis=1)
    return distances


def _describe(group: pa.RecordBatch) -> SimilarClientsSummary:
    low, median, high = np.quantile(group.column("probability").to_numpy(zero_copy_only=False), (0.25, 0.5, 0.75))
    bands = Counter(group.column("band").to_pylist())
    reasons = Counter(code for codes in group.column("reasons").to_pylist() for code in codes[:REASONS_PER_CLIENT])
    return SimilarClientsSummary(
        count=group.num_rows,
        median=float(median),
        quartiles=(float(low), float(high)),
        bands={band: bands[str(band)] for band in Band},
        reasons=tuple(SharedReason(code, count / group.num_rows) for code, count in reasons.most_common(REASONS_SHOWN)),
    )


SIMILAR_CLIENTS_CSS = """
.lead { margin: 4px 0 0; }
.spread { margin: 12px 0 0; }
.spread .line { position: relative; height: 44px; margin: 0 6px; }
.line i { position: absolute; }
.line .ground { left: 0; right: 0; top: 21px; border-top: 2px solid var(--line); }
.line .middle { top: 13px; height: 18px; border-radius: 4px; background: var(--accent); opacity: .35; min-width: 3px; }
.line .median { top: 9px; height: 26px; border-left: 3px solid var(--accent); margin-left: -1.5px; }
.line .threshold { top: 2px; bottom: 2px; border-left: 2px dashed var(--muted); margin-left: -1px; }
.line .this-client { top: 15px; width: 14px; height: 14px; margin-left: -7px; border-radius: 50%;
  background: var(--panel);
  border: 3px solid var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 20px; font-size: 13px; color: var(--muted); }
.legend span { display: inline-flex; align-items: center; }
.legend i { display: inline-block; margin-right: 7px; }
.legend .this-client { width: 11px; height: 11px; border: 2.5px solid var(--ink); border-radius: 50%; }
.legend .median { height: 14px; border-left: 3px solid var(--accent); }
.legend .middle { width: 16px; height: 12px; border-radius: 3px; background: var(--accent); opacity: .35; }
.legend .threshold { height: 14px; border-left: 2px dashed var(--muted); }
h3 { margin-top: 16px; }
.bands { display: flex; gap: 3px; height: 14px; margin: 6px 0; }
.bands i { border-radius: 3px; min-width: 3px; }
.legend .dot { width: 10px; height: 10px; border-radius: 50%; }
.shared { list-style: none; }
.shared li { display: flex; justify-content: space-between; gap: 16px; padding: 5px 0;
  border-bottom: 1px solid var(--line); }
.shared li:last-child { border: 0; }
.shared b { font-weight: 600; white-space: nowrap; }
.shared i { font-style: normal; font-size: 10px; margin-right: 8px; }
.raises i { color: var(--raises); } .lowers i { color: var(--lowers); }
"""

AXIS_OVERHANG = 1.08
"""The line ends a little beyond its last mark."""


def announcement(outcome: SimilarClientsSummary | GroupTooSmall | ScoreFailure) -> tuple[str, dict[str, str]]:
    """Return the message that screen readers read out, and its values. They read a failure by itself, as an alert."""
    match outcome:
        case SimilarClientsSummary():
            return "similar.ready", {}
        case GroupTooSmall():
            return "similar.too_few", {"least": str(MIN_GROUP_SIZE)}
        case ScoreFailure():
            return "", {}


def group_html(group: SimilarClientsSummary, scored: Scored, schema: FeatureSchema, locale: Locale) -> str:
    """Return the group as text and pictures; the text contains everything that the pictures show."""
    low, high = (locale.percent(share) for share in group.quartiles)
    lead = locale.text("similar.lead", count=group.count, median=locale.percent(group.median))
    return (
        f"<p class='lead'><strong>{escape(lead)}</strong></p>"
        f"{_spread_html(group, scored, locale, escape(locale.text('similar.middle', low=low, high=high)))}"
        f"<h3>{escape(locale.text('similar.bands'))}</h3>{_bands_html(group, locale)}"
        f"<h3>{escape(locale.text('similar.reasons'))}</h3>"
        f"<ul class='shared'>{''.join(_reason_html(reason, schema, locale) for reason in group.reasons)}</ul>"
    )


def _spread_html(group: SimilarClientsSummary, scored: Scored, locale: Locale, middle: str) -> str:
    low, high = group.quartiles
    end = max(scored.probability, scored.threshold, high) * AXIS_OVERHANG
    marks = {"median": group.median, "threshold": scored.threshold, "this-client": scored.probability}
    drawn = "".join(f"<i class='{name}' style='left:{100 * at / end:.2f}%'></i>" for name, at in marks.items())
    box = f"<i class='middle' style='left:{100 * low / end:.2f}%;width:{100 * (high - low) / end:.2f}%'></i>"
    words = {
        "this-client": locale.text("similar.this_client", pd=locale.percent(scored.probability)),
        "median": locale.text("similar.median", pd=locale.percent(group.median)),
        "middle": middle,
        "threshold": locale.text("gauge.threshold", threshold=locale.percent(scored.threshold)),
    }
    keys = "".join(f"<span><i class='{name}' aria-hidden='true'></i>{text}</span>" for name, text in words.items())
    return (
        f"<div class='spread'><div class='line' aria-hidden='true'><i class='ground'></i>{box}{drawn}</div>"
        f"<div class='legend'>{keys}</div></div>"
    )


def _bands_html(group: SimilarClientsSummary, locale: Locale) -> str:
    shares = round_to_sum([100 * group.bands[band] / group.count for band in Band], 100)
    filled = [(band, share) for band, share in zip(Band, shares, strict=True) if share]
    bars = "".join(f"<i style='flex:{share};background:var(--{band})'></i>" for band, share in filled)
    keys = "".join(
        f"<span><i class='dot' style='background:var(--{band})' aria-hidden='true'></i>"
        f"{escape(locale.text(f'band.{band}'))} {locale.percent(share / 100, 0)}</span>"
        for band, share in filled
    )
    return f"<div class='bands' aria-hidden='true'>{bars}</div><div class='legend'>{keys}</div>"


def _reason_html(reason: SharedReason, schema: FeatureSchema, locale: Locale) -> str:
    name, direction = split_reason(reason.code)
    feature = schema.by_name.get(name)
    text = locale.reason(feature, direction, schema) if feature else name
    share = locale.text("similar.share", share=locale.percent(reason.share, 0))
    return (
        f"<li class='{direction}'><span><i aria-hidden='true'>{'▲' if direction == 'raises' else '▼'}</i>"
        f"{escape(text)}</span><b>{escape(share)}</b></li>"
    )
