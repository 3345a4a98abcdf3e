"""The gauge as SVG: a half circle from green to red, the decision threshold, the client's place, the PD in digits."""

import math
from html import escape

from contract.messages import Scored
from presentation.locale import Locale

RADIUS, WIDTH = 130.0, 22.0
CENTRE_X, CENTRE_Y = 220.0, 166.0
BAND_GAP = 0.006
"""White between the bands, as a share of the half circle."""

GAUGE_CSS = """
svg.gauge { display: block; width: 100%; max-width: 440px; height: auto; margin: 0 auto; overflow: visible; }
.gauge text { font-family: inherit; }
"""


def gauge_html(scored: Scored, locale: Locale) -> str:
    """Return the gauge. What it shows is also its text equivalent."""
    threshold = locale.percent(scored.threshold)
    pd = locale.percent(scored.probability)
    band = locale.text(f"band.{scored.band}")
    alt = locale.text("gauge.alt", pd=pd, band=band, threshold=threshold)
    return (
        f'<svg class="gauge" viewBox="0 0 440 194" role="img" aria-label="{escape(alt)}">'
        f"{_bands(scored.threshold)}"
        f"{_threshold(scored.threshold, locale.text('gauge.threshold', threshold=threshold))}"
        f"{_marker(scored.probability, scored.band)}"
        f'<text x="{CENTRE_X}" y="{CENTRE_Y - 22}" text-anchor="middle" font-size="46" font-weight="650" '
        f'letter-spacing="-1" fill="var(--ink)" data-testid="pd">{escape(pd)}</text>'
        f'<text x="{CENTRE_X}" y="{CENTRE_Y + 4}" text-anchor="middle" font-size="13.5" fill="var(--muted)">'
        f"{escape(locale.text('gauge.title'))}</text>"
        f"{_scale(locale)}</svg>"
    )


def _bands(threshold: float) -> str:
    edges = (("low", 0.0, threshold / 2), ("medium", threshold / 2, threshold), ("high", threshold, 1.0))
    return "".join(_arc(start, end, f"var(--{band})") for band, start, end in edges if end - start > BAND_GAP)


def _arc(start: float, end: float, colour: str) -> str:
    start, end = start + BAND_GAP / 2 * (start > 0), end - BAND_GAP / 2 * (end < 1)
    (x0, y0), (x1, y1) = _at(start, RADIUS), _at(end, RADIUS)
    return (
        f'<path d="M{x0:.2f} {y0:.2f} A{RADIUS} {RADIUS} 0 0 1 {x1:.2f} {y1:.2f}" fill="none" '
        f'stroke="{colour}" stroke-width="{WIDTH}"/>'
    )


def _threshold(threshold: float, label: str) -> str:
    (x0, y0), (x1, y1) = _at(threshold, RADIUS - WIDTH / 2 - 5), _at(threshold, RADIUS + WIDTH / 2 + 7)
    x, y = _at(threshold, RADIUS + WIDTH / 2 + 14)
    anchor = "end" if threshold < 0.45 else "start" if threshold > 0.55 else "middle"
    return (
        f'<line x1="{x0:.2f}" y1="{y0:.2f}" x2="{x1:.2f}" y2="{y1:.2f}" stroke="var(--ink)" stroke-width="2.5" '
        f'stroke-linecap="round"/><text x="{x:.2f}" y="{y + 2:.2f}" text-anchor="{anchor}" font-size="13" '
        f'font-weight="600" fill="var(--ink)">{escape(label)}</text>'
    )


def _marker(probability: float, band: str) -> str:
    x, y = _at(probability, RADIUS)
    at = f'cx="{x:.2f}" cy="{y:.2f}"'
    ring = f'<circle {at} r="14" fill="var(--panel)" stroke="var(--ink)" stroke-width="2.5"/>'
    return f'{ring}<circle {at} r="7" fill="var(--{band})"/>'


def _scale(locale: Locale) -> str:
    ends = ((0, CENTRE_X - RADIUS), (1, CENTRE_X + RADIUS))
    return "".join(
        f'<text x="{x}" y="{CENTRE_Y + 22}" text-anchor="middle" font-size="12.5" fill="var(--muted)">'
        f"{escape(locale.percent(share, 0))}</text>"
        for share, x in ends
    )


def _at(share: float, radius: float) -> tuple[float, float]:
    angle = math.pi * (1 - share)
    return CENTRE_X + radius * math.cos(angle), CENTRE_Y - radius * math.sin(angle)
