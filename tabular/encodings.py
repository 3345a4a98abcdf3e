"""How a text is encoded: found out from its bytes, whole or as they come."""

import codecs
import re
from dataclasses import dataclass

from tabular.errors import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ZEROS: dict[tuple[bool, ...], str] = {
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}
"""Which of the first four bytes are zero in a text without a mark → its codec: the upper bytes of Western letters."""
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_UNUSED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_HEAD_BYTES = 4
"""They hold a mark, or two characters of UTF-16, or one of UTF-32."""
_AS_LATIN1 = "tabular.latin-1"
"""Error handler of cp1252 for the five bytes that it does not use."""
codecs.register_error(_AS_LATIN1, lambda fault: (fault.object[fault.start : fault.end].decode("latin-1"), fault.end))  # type: ignore[attr-defined]
_STEP = 1 << 20
"""Bytes that are checked at a time: a file is not copied as a whole."""


@dataclass(frozen=True)
class Encoding:
    """The codec of a text, and the number of bytes before it (a byte order mark)."""

    codec: str
    mark: int = 0

    @property
    def note(self) -> str | None:
        """What a reader should know; None for UTF-8."""
        if self.codec == "utf-8":
            return None
        name = self.codec[:6].upper() if self.codec.startswith("utf-") else self.codec
        return f"read as {name}, since it is not UTF-8"


def encoding_at_start(head: bytes) -> Encoding | None:
    """Return the encoding that the first four bytes declare, or show by zeros; None where any 8-bit one may follow."""
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, len(mark))
    shown = _ZEROS.get(tuple(byte == 0 for byte in head[:_HEAD_BYTES]))
    return Encoding(shown) if shown else None


def find_encoding(content: memoryview, name: str) -> Encoding:
    """Return the encoding of a whole text: UTF-8, UTF-16, UTF-32, else cp1252.

    It is latin-1 where a byte has no meaning in cp1252. Raises TableError for a text that is mostly UTF-8, and for one
    that is not what its byte order mark says.
    """
    found = encoding_at_start(bytes(content[:_HEAD_BYTES]))
    fault = _first_fault(content, found or Encoding("utf-8"))
    if fault is None:
        return found or Encoding("utf-8")
    if found or _mostly_utf8(content):
        codec = found.codec if found else "utf-8"
        line = bytes(content[:fault]).decode(codec, "replace").count("\n") + 1
        raise TableError(f"{name}, line {line}: not {codec.upper()}, as the file is elsewhere: save it as UTF-8")
    return Encoding("latin-1" if _UNUSED_IN_CP1252.search(content) else "cp1252")


def _first_fault(view: memoryview, encoding: Encoding) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    for start in range(encoding.mark, len(view), _STEP):
        try:
            decoder.decode(view[start : start + _STEP], final=start + _STEP >= len(view))
        except UnicodeDecodeError as error:
            return max(start + error.start, 0)
    return None


def _mostly_utf8(view: memoryview) -> bool:
    beyond_ascii = sum(len(found.group()) for found in _BEYOND_ASCII.finditer(view))
    sequences = sum(len(found.group()) for found in _UTF8_SEQUENCE.finditer(view))
    return sequences * 2 > beyond_ascii


class StreamDecoder:
    """Turns a text into UTF-8 as its parts come, however it is cut.

    A text without a mark is ASCII so far, until its first other character is valid UTF-8 or is not: then all of it is
    UTF-8 or cp1252. A byte of UTF-8 that is faulty later stays as it is, for the reader of its line to refuse.
    """

    def __init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder | None = None
        self._begun = False
        self._rest = b""

    def decode(self, part: bytes) -> bytes:
        """Return what of the text is complete; an empty part ends it."""
        final = not part
        part, self._rest = self._rest + part, b""
        if not self._begun:
            if len(part) < _HEAD_BYTES and not final:
                self._rest = part
                return b""
            part = self._begin(part)
        if self._decoder is None:
            if (undecided := _undecided(part)) is not None and not final:
                part, self._rest = part[:undecided], part[undecided:]
                return part
            self._decoder = _decoder("utf-8" if _begins_as_utf8(part) else "cp1252")
        return self._decoder.decode(part, final).encode("utf-8", "surrogateescape")

    def _begin(self, part: bytes) -> bytes:
        self._begun = True
        found = encoding_at_start(part)
        if found is None:
            return part
        self._decoder = _decoder(found.codec)
        return part[found.mark :]


def _undecided(part: bytes) -> int | None:
    """Return where the first character beyond ASCII begins if its end is still to come; None if the part decides."""
    first = _BEYOND_ASCII.search(part)
    if first is None:
        return len(part)
    try:
        begun = codecs.getincrementaldecoder("utf-8")().decode(part[first.start() : first.start() + 4])
    except UnicodeDecodeError:
        return None
    return None if begun else first.start()


def _begins_as_utf8(part: bytes) -> bool:
    """Return whether the first character beyond ASCII is valid UTF-8."""
    first = _BEYOND_ASCII.search(part)
    return first is None or _UTF8_SEQUENCE.match(part, first.start()) is not None


def _decoder(codec: str) -> codecs.IncrementalDecoder:
    errors = {"utf-8": "surrogateescape", "cp1252": _AS_LATIN1}.get(codec, "replace")
    return codecs.getincrementaldecoder(codec)(errors)
