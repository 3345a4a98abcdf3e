"""The letter as HTML for screen and printer, and as PDF, tagged for screen readers (PDF/UA-1, ISO 14289-1).

Any text can be shown, see letter_text; a character that no font has is replaced in the PDF, which then says so. Neither
loads anything from a host. Both are made in memory; the PDF of one letter has the same bytes each time.
"""

import logging
import threading
import unicodedata
from dataclasses import replace
from datetime import datetime
from html import escape
from pathlib import Path

import msgspec
import typst

from reporting.pages.client.tools.letter import ClientLetter, Section
from reporting.pages.client.tools.letter_fonts import letter_fonts, missing_characters
from reporting.pages.client.tools.letter_text import (
    breakable,
    characters_of,
    printable,
    replace_missing,
    with_texts,
)

log = logging.getLogger(__name__)

_HERE = Path(__file__).parent

_LETTER_CSS = """
@page { size: A4; margin: 13mm 20mm; }
html { background: #fff; color: #17212e; }
body { font: 10.5pt/1.45 Georgia, "Libertinus Serif", "Liberation Serif", "Times New Roman", serif; margin: 0; }
@media screen { body { max-width: 170mm; margin: 0 auto; padding: 14mm 8mm; } }
header { border-bottom: 1.5pt solid #1d4f91; padding-bottom: 3mm; margin-bottom: 5mm; }
header p { color: #566273; margin: 0; }
h1 { font-size: 17pt; line-height: 1.25; margin: 1mm 0 0; }
h2 { font-size: 11pt; margin: 4mm 0 1mm; }
p, li, h1, h2 { overflow-wrap: anywhere; }
p { margin: 0 0 1.5mm; }
ul { margin: 0 0 1.5mm; padding-left: 4.5mm; }
li { margin-bottom: .8mm; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .8mm 6mm; margin: 3mm 0; }
dt { color: #566273; }
dd { margin: 0; overflow-wrap: anywhere; }
.two-columns { display: grid; grid-template-columns: 1fr 1fr; gap: 0 8mm; }
.draft { border: 1pt solid #b3541e; color: #8a3f14; padding: 1.5mm 3mm; margin-bottom: 4mm; }
.across { position: fixed; inset: 0; display: flex; align-items: center; justify-content: center; pointer-events: none;
  font-size: 84pt; letter-spacing: .08em; text-transform: uppercase; color: #b3541e; opacity: .13; }
.across { transform: rotate(-35deg); }
section { break-inside: avoid; }
footer { border-top: .5pt solid #9aa5b4; color: #566273; font-size: 9pt; margin-top: 5mm; padding-top: 2mm; }
/* One page: small sizes, and fonts that are narrow everywhere. The PDF chooses its own. */
@media print {
  body { font: 9.5pt/1.25 "Times New Roman", "Liberation Serif", "Libertinus Serif", serif; }
  header { padding-bottom: 1.5mm; margin-bottom: 2.5mm; }
  h1 { font-size: 15pt; }
  h2 { font-size: 10.5pt; margin: 2.8mm 0 .8mm; }
  p, ul { margin-bottom: 1mm; }
  li { margin-bottom: .3mm; }
  dl { gap: .4mm 6mm; margin: 2mm 0; }
  .draft { padding: 1mm 2mm; margin-bottom: 2mm; }
  footer { font-size: 8.5pt; margin-top: 2.5mm; padding-top: 1.5mm; }
}
@media screen and (max-width: 520px) { .two-columns, dl { grid-template-columns: 1fr; } dt { margin-top: 1.5mm; } }
"""


def letter_html(letter: ClientLetter) -> str:
    """Return the whole document. Its policy forbids scripts and every request."""
    letter = with_texts(letter, printable)
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in letter.facts)
    change = _section(letter.change) if letter.change else ""
    return (
        f'<!doctype html><html lang="{letter.language}"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="viewport" content="width=device-width"><title>{escape(letter.title)}</title>'
        f"<style>{_LETTER_CSS}</style></head><body>"
        f"{_draft(letter)}<header><p>{escape(letter.bank)}</p><h1>{escape(letter.title)}</h1></header>"
        f"<main><p>{escape(letter.introduction)}</p><dl>{facts}</dl><p>{escape(letter.logic)}</p>"
        f'<div class="two-columns">{_section(letter.raises)}{_section(letter.lowers)}</div>'
        f"{change}{_section(letter.data)}{_section(letter.rights)}</main>"
        f"<footer>{escape(letter.footer)}</footer></body></html>"
    )


def _draft(letter: ClientLetter) -> str:
    if letter.draft is None:
        return ""
    mark = f'<div class="across" aria-hidden="true">{escape(letter.draft_mark)}</div>'
    return f'{mark}<p class="draft">{escape(letter.draft)}</p>'


def _section(section: Section) -> str:
    above, below = ("".join(f"<p>{escape(text)}</p>" for text in texts) for texts in (section.above, section.below))
    points = "".join(f"<li>{escape(point)}</li>" for point in section.items)
    listed = f"<ul>{points}</ul>" if points else ""
    return f"<section><h2>{escape(section.heading)}</h2>{above}{listed}{below}</section>"


_SOURCE = (_HERE / "letter.typ").read_bytes()

CACHE_GENERATIONS = 10
"""The typesetter remembers parts of a document until this many documents later, to be fast with the next."""

_compile_lock = threading.Lock()


def letter_pdf(letter: ClientLetter, made: datetime, fonts_folder: Path | None = None) -> bytes:
    """Return the letter as one PDF file, dated `made`. The typesetter's cache is cleared before this returns.

    `fonts_folder`: more fonts. Raises OSError if it cannot be read, and typst.TypstError.
    """
    fonts = letter_fonts(fonts_folder)
    with _compile_lock:
        try:
            data = msgspec.json.encode(_displayable(letter, fonts)).decode()
            return _typeset(_SOURCE, {"letter": data}, made, fonts)
        except typst.TypstError as error:
            before, _, rest = error.message.partition("`")  # between backquotes stands what the letter says
            log.error("a letter could not be typeset: %s…%s", before, rest.rpartition("`")[2])
            raise
        finally:
            for run in range(CACHE_GENERATIONS + 1):
                _typeset(b'#set document(title: "-")\n#%d' % run, {}, made, fonts)


def _displayable(letter: ClientLetter, fonts: typst.Fonts) -> ClientLetter:
    """Return the letter with a replacement for each character that no font has, and a note if there is any."""
    letter = with_texts(letter, printable)
    missing = missing_characters(characters_of(letter), fonts)
    if not missing:
        return with_texts(replace(letter, replaced=""), breakable)
    scripts = sorted({unicodedata.name(character, "UNNAMED").split(" ")[0] for character in missing})
    log.warning(
        "a letter shows %d characters as □, since no font has them (%s); put one in the folder of "
        "NEOSCORE_LETTER_FONTS",
        len(missing),
        ", ".join(scripts[:5]),
    )
    note = letter.replaced
    return replace(with_texts(letter, lambda text: breakable(replace_missing(text, missing))), replaced=note)


def _typeset(source: bytes, inputs: dict[str, str], made: datetime, fonts: typst.Fonts) -> bytes:
    second = made.replace(microsecond=0)  # the resolution of PDF, and all that the typesetter takes
    pdf = typst.compile(  # type: ignore[call-overload]  # its stub wants the root in the same type as the source
        source, root=_HERE, font_paths=fonts, sys_inputs=inputs, pdf_standards="ua-1", timestamp=second
    )
    if not isinstance(pdf, bytes):
        raise TypeError("one document makes one file")
    return pdf
