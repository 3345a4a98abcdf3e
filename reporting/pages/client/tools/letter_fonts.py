"""The fonts of the letter as PDF: those that come with the typesetter, then those of NEOSCORE_LETTER_FONTS."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import msgspec
import typst

from contract.schema import LocalizedText
from contract.settings.letters import LetterSettings
from reporting.pages.client.tools.letter_text import printable

NO_CHARACTER = "\U0010fffd"
"""The last code point for private use: what stands for it stands for every character that no font has."""

_PROBE = (
    b'#set page(width: auto, height: auto, margin: 1pt)\n#set text(font: "Libertinus Serif")\n'
    b"#for character in json(bytes(sys.inputs.characters)) { block(box(character)) }"
)
"""Each character in a block of its own."""

_BLOCK = re.compile(r'<g transform="translate\(1 [0-9.]+\)">')

_GLYPH = re.compile(r'xlink:href="#([^"]+)"')


@cache
def letter_fonts(folder: Path | None) -> typst.Fonts:
    """Return the fonts, and no others of the machine: the letter looks the same on every one.

    Reads the folder once. Raises OSError if it cannot be read.
    """
    if folder is None:
        return typst.Fonts(include_system_fonts=False)
    next(folder.iterdir(), None)  # the typesetter would say nothing of a folder that is not there
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


def missing_characters(characters: Collection[str], fonts: typst.Fonts) -> frozenset[str]:
    """Return those of the characters that no font has."""
    asked = sorted(character for character in characters if not character.isascii())
    if not asked:
        return frozenset()
    listed = msgspec.json.encode([NO_CHARACTER, *asked]).decode()
    drawn = typst.compile(_PROBE, font_paths=fonts, sys_inputs={"characters": listed}, format="svg")
    if not isinstance(drawn, bytes):
        raise TypeError("a page of no fixed size is one page")
    none, *glyphs = (set(_GLYPH.findall(block)) for block in _BLOCK.split(drawn.decode())[1:])
    return frozenset(character for character, found in zip(asked, glyphs, strict=True) if found & none)


def letter_settings_warnings(config: LetterSettings) -> Iterator[str]:
    """Say what letters cannot show of what the bank says of itself. Raises OSError like letter_fonts."""
    fonts = letter_fonts(config.letter_fonts)
    for name in LetterSettings.model_fields:
        found = getattr(config, name)
        text = " ".join(found.values()) if isinstance(found, LocalizedText) else found
        if not isinstance(text, str):
            continue
        shown, variable = printable(text), f"NEOSCORE_{name.upper()}"
        if shown != text:
            yield f"{variable} holds control characters, which letters leave out"
        if missing := missing_characters(frozenset(shown), fonts):
            yield (
                f"{variable} holds {len(missing)} characters that no font has: letters as PDF show □; put a font in a "
                "folder and name it in NEOSCORE_LETTER_FONTS"
            )
