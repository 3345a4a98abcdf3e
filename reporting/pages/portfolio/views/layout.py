"""Where the parts of the portfolio page stand, and how its tables look."""

from reporting.widgets.theme import PAGE

WORKSPACE = (
    PAGE
    + """
:host { display: grid; gap: 20px; align-items: start; grid-template-columns: minmax(280px, 3fr) minmax(0, 8fr); }
@media (max-width: 1080px) { :host { display: block; } }
"""
)

UNDER = "@media (max-width: 1080px) { :host { margin-top: 16px !important; } }"
"""Below each other, where there is no room beside."""

PAIR = """
:host { display: grid; gap: 20px; align-items: start; margin: 20px 0 0 !important;
  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
@media (max-width: 1280px) { :host { grid-template-columns: minmax(0, 1fr); gap: 16px; margin-top: 16px !important; } }
"""

TABLE = """
table { width: 100%; border-collapse: collapse; margin-top: 8px; font-size: 13.5px; }
caption { text-align: left; color: var(--muted); font-size: 13px; padding-bottom: 4px; }
th, td { padding: 7px 0 7px 12px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th { font-weight: 600; }
thead th { color: var(--muted); font-weight: 500; font-size: 12.5px; vertical-align: bottom; }
th:first-child { text-align: left; padding-left: 0; }
tbody tr:last-child > * , tfoot tr:last-child > * { border-bottom: none; }
tfoot th, tfoot td { border-top: 1px solid var(--axis); font-weight: 600; }
td .track { display: block; height: 6px; min-width: 56px; margin-top: 4px; background: var(--bone); }
td .track, td .track i { border-radius: 3px; }
td .track i { display: block; height: 100%; }
.wide td { width: 45%; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 8px; }
.note { color: var(--muted); font-size: 12.5px; margin-top: 8px; }
details { margin-top: 8px; font-size: 13px; }
summary { color: var(--accent); cursor: pointer; padding: 4px 0; width: fit-content; }
"""
