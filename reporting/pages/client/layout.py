"""Where the parts of the client page stand."""

from reporting.widgets.theme import PAGE

WORKSPACE = (
    PAGE
    + """
:host { display: grid; gap: 20px; align-items: start; grid-template-columns: minmax(0, 34fr) minmax(0, 66fr); }
@media (max-width: 1180px) { :host { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } }
@media (max-width: 860px) { :host { display: block; } }
"""
)

CLIENT = """
:host { display: grid; gap: 20px; align-items: start;
  grid-template: "head head" "result data" / minmax(0, 1fr) minmax(250px, 300px); }
@media (max-width: 1180px) { :host { grid-template: "head" "result" "data" / minmax(0, 1fr); } }
"""
