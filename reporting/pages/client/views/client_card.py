"""The client's descriptive data, grouped as the schema groups it."""

from html import escape

from contract.schema import Feature, FeatureSchema, Language
from db.clients import Client
from presentation.values import value_text
from presentation.wording import say
from reporting.widgets.components import lines

CSS = """
.groups { display: flex; flex-direction: column; gap: 18px; margin-top: 12px; }
@media (max-width: 1180px) and (min-width: 641px) { .groups { display: block; columns: 2; column-gap: 36px; }
  section { break-inside: avoid; margin-bottom: 18px; } }
h3 { color: var(--muted); font-weight: 600; padding-bottom: 4px; margin-bottom: 4px;
  border-bottom: 1px solid var(--line); }
dl > div { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; padding: 3px 0;
  font-size: 13.5px; }
dt { color: var(--muted); }
dd { text-align: right; font-weight: 550; flex: 0 0 auto; max-width: 54%; }
dd.missing { color: var(--muted); font-weight: 400; font-style: italic; }
.note { font-size: 12.5px; color: var(--muted); font-weight: 400; }
"""


def client_card(client: Client, schema: FeatureSchema, language: Language) -> str:
    """Return every value of the client that the schema knows, in words."""
    groups: dict[str, list[Feature]] = {}
    for feature in schema:
        name = feature.group[language] if feature.group else say(language, "client.other_group")
        groups.setdefault(name, []).append(feature)
    sections = "".join(_section(name, features, client, schema, language) for name, features in groups.items())
    title = escape(say(language, "client.data"))
    return f"<h2>{title}</h2><div class='groups'>{sections}</div>"


def client_skeleton(language: Language) -> str:
    """Return the shape of the data under way."""
    title, opening = (escape(say(language, key)) for key in ("client.data", "client.opening"))
    bones = lines(34, 100, 92, 100, 42, 100, 96, 88, 100, 38, 92, 100)
    return f"<h2>{title}</h2><div role='status' aria-busy='true'><p class='unseen'>{opening}</p>{bones}</div>"


def _section(name: str, features: list[Feature], client: Client, schema: FeatureSchema, language: Language) -> str:
    unused = all(not feature.in_model for feature in features)
    note = f" <span class='note'>· {escape(say(language, 'client.sensitive'))}</span>" if unused else ""
    rows = "".join(_row(feature, client, schema, language) for feature in features)
    return f"<section><h3>{escape(name)}{note}</h3><dl>{rows}</dl></section>"


def _row(feature: Feature, client: Client, schema: FeatureSchema, language: Language) -> str:
    raw = client.attributes.get(feature.name)
    missing = raw is None
    text = value_text(feature, raw, schema, language)
    hint = f' title="{escape(feature.description[language])}"' if feature.description else ""
    return (
        f"<div{hint}><dt>{escape(feature.label[language])}</dt>"
        f"<dd{' class=missing' if missing else ''}>{escape(text)}</dd></div>"
    )
