"""UBJSON (https://ubjson.org), as far as XGBoost writes it: read without trusting any length, depth or type in it."""

from typing import Any

import numpy as np

from scorer.errors import ModelLoadError

MAX_DEPTH = 32
"""XGBoost's own files are nested 9 deep."""

_NUMBERS = {b"i": ">i1", b"U": ">u1", b"I": ">i2", b"l": ">i4", b"L": ">i8", b"d": ">f4", b"D": ">f8"}

_CONSTANTS: dict[bytes, bool | None] = {b"Z": None, b"T": True, b"F": False}


def decode_ubjson(content: bytes) -> Any:
    """Return the value in the file; an array of numbers of one kind comes as a NumPy array.

    Memory is some times the size of the file at most. Raises ModelLoadError that names the place.
    """
    return _Reader(content).document()


class _Reader:
    """One file on its way to a value."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def document(self) -> Any:
        value = self._value(self._take(1), 0)
        if self._at != len(self._content):
            raise self._error("something follows the end of the model")
        return value

    def _value(self, kind: bytes, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self._error(f"nested more than {MAX_DEPTH} deep")
        if kind == b"{":
            return self._object(depth + 1)
        if kind == b"[":
            return self._array(depth + 1)
        if kind == b"S":
            return self._text(self._take(1))
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        return self._numbers(kind, 1)[0].item()

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (kind := self._take(1)) != b"}":
            name = self._text(kind)
            if name in found:  # readers differ in which of two they take
                raise self._error("a name appears twice")
            found[name] = self._value(self._take(1), depth)
        return found

    def _array(self, depth: int) -> Any:
        kind = self._take(1)
        if kind == b"$":
            kind, mark = self._take(1), self._take(1)
            if mark != b"#":
                raise self._error("an array of one kind has no length")
            return self._numbers(kind, self._length(self._take(1)))
        if kind == b"#":
            return [self._value(self._take(1), depth) for _ in range(self._length(self._take(1)))]
        found = []
        while kind != b"]":
            found.append(self._value(kind, depth))
            kind = self._take(1)
        return found

    def _text(self, kind: bytes) -> str:
        try:
            return self._take(self._length(kind)).decode()
        except UnicodeDecodeError:
            raise self._error("a text is not UTF-8") from None

    def _length(self, kind: bytes) -> int:
        """Return a length. Anything counted has at least one byte, so that a length beyond the end is refused here."""
        length = self._numbers(kind, 1)[0].item()
        if not isinstance(length, int) or not 0 <= length <= len(self._content) - self._at:
            raise self._error("a length leads beyond the end of the file")
        return length

    def _numbers(self, kind: bytes, count: int) -> np.ndarray[Any, Any]:
        if kind not in _NUMBERS:
            raise self._error("a value of an unknown kind")
        stored = np.dtype(_NUMBERS[kind])
        return np.frombuffer(self._take(stored.itemsize * count), stored).astype(stored.newbyteorder("="))

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._content):
            raise self._error("the file ends too early")
        taken, self._at = self._content[self._at : end], end
        return taken

    def _error(self, what: str) -> ModelLoadError:
        return ModelLoadError(f"the model's file is damaged near byte {self._at:,}: {what}")
