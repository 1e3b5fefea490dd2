"""The bytes of lines of JSON, many places of which are read at once; those of which the escapes are hidden."""

from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa

LONG = 4_096  # bytes of a text beyond which each is looked at by itself: few are in a block
_OTHER, _END = ord("_"), ord("\n")
_NEAR = 1 << 16
_PIECE = 1 << 20  # of lines, whose escapes are found together: it stays near the processor [B]
_SLASH, _QUOTE, _U = b'\\"u'
_FOUR = 0x01010101  # truths
_ESCAPED, _DIGITS = np.zeros((2, 256), bool)
_ESCAPED[[*b'"\\/bfnrtu']] = True
_DIGITS[[*b"0123456789abcdefABCDEF"]] = True


def are_marks(said: np.ndarray) -> np.ndarray:
    """Which of these bytes are quotes, 34, or control characters, below 32."""
    marks: np.ndarray = (said ^ 2) < 33
    return marks


def line_ends(text: bytes, most: int | None = None) -> np.ndarray | None:
    """Where lines end in these bytes; None where they are more than `most`. Some bytes are looked at, then others: what
    is made of them stays near the processor."""
    said, are_ends = np.frombuffer(text, np.uint8), np.empty(_NEAR, bool)
    found, count = [np.empty(0, np.int64)], 0
    for start in range(0, len(said), _NEAR):
        some = said[start : start + _NEAR]
        found.append(np.flatnonzero(np.equal(some, _END, out=are_ends[: len(some)])) + start)
        count += len(found[-1])
        if most is not None and count > most:
            return None
    return np.concatenate(found)


class Bytes:
    """Whole lines. What is read of several places at once is in their order."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    def read(self, starts: np.ndarray, size: int) -> np.ndarray:
        """So many bytes from each of these places, zeros beyond the last line: a row each."""
        whole = np.searchsorted(starts, len(self.text) - size, side="right")
        read = np.ndarray((max(0, len(self.text) - size + 1),), f"V{size}", self.text, strides=(1,))
        rows = read[starts[:whole]]
        if whole < len(starts):
            last = [self.text[start : start + size].ljust(size, b"\0") for start in starts[whole:].tolist()]
            rows = np.concatenate([rows, np.frombuffer(b"".join(last), f"V{size}")])
        found: np.ndarray = rows.view(np.uint8).reshape(-1, size)
        return found

    def say(self, text: bytes, starts: np.ndarray) -> np.ndarray:
        """Whether this text stands at each of these places."""
        found = self.read(starts, len(text)) if text else np.empty((len(starts), 0), np.uint8)
        said, size = pa.py_buffer(found), len(text)
        if found[:1].tobytes() == text and said.slice(size).equals(said.slice(0, len(said) - size)):
            return np.ones(len(starts), bool)
        alike: np.ndarray = np.all(found == np.frombuffer(text, np.uint8), axis=1)
        return alike

    @cached_property
    def _controls(self) -> np.ndarray:
        """Where control characters are, the ends of lines among them."""
        return np.flatnonzero(np.frombuffer(self.text, np.uint8) < ord(" "))

    def marks(self, starts: np.ndarray, size: int) -> np.ndarray:
        """Where the first mark stands from each of these places on; the end of a line is one."""
        if size > LONG:
            quotes = np.array([self.text.find(b'"', start) for start in starts.tolist()], np.int64)
            ends: np.ndarray = self._controls[np.searchsorted(self._controls, starts)]
            return np.where((quotes < 0) | (quotes > ends), ends, quotes)
        marks = are_marks(self.read(starts, size))
        places = marks.argmax(axis=1)
        found: np.ndarray = starts + places
        further = np.flatnonzero(places == 0)
        further = further[~marks[further, 0]]
        if len(further):
            found[further] = self.marks(starts[further] + size, 2 * size)
        return found


class Escapes(NamedTuple):
    """Lines, in which a quote that is escaped is no mark; in each of them, how many backslashes there are, and how many
    escapes that JSON does not have, or that are half of a character."""

    hidden: bytes
    slashes: np.ndarray
    faults: np.ndarray


def escapes_in(text: bytes, ends: np.ndarray) -> Escapes:
    """Those of whole lines, some lines at a time. ends: of the lines."""
    cuts = [0, *np.unique(ends[np.searchsorted(ends[:-1], np.arange(_PIECE, len(text), _PIECE))] + 1), len(text)]
    pieces, slashes, faults = [], np.zeros(len(ends), np.int64), np.zeros(len(ends), np.int64)
    for start, end in pairwise(cuts):
        piece = np.frombuffer(text, np.uint8, end - start, start)
        found = np.flatnonzero(piece == _SLASH)
        escaped = _starts(found)
        pieces.append(_hidden(piece, escaped))
        for counts, places in ((slashes, found), (faults, escaped[~_are_sound(piece, escaped)])):
            counts += np.diff(np.searchsorted(places + start, ends), prepend=0)
    return Escapes(b"".join(pieces), slashes, faults)


def _starts(slashes: np.ndarray) -> np.ndarray:
    """Where escapes start, by the places of all backslashes: those of a row are two by two."""
    rows = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
    if len(rows) == len(slashes):
        return slashes
    rank = np.arange(len(slashes)) - np.repeat(rows, np.diff(rows, append=len(slashes)))
    starts: np.ndarray = slashes[rank % 2 == 0]
    return starts


def _hidden(said: np.ndarray, starts: np.ndarray) -> bytes:
    """These bytes, in which no quote is escaped. starts: of the escapes."""
    hidden = said.copy()
    hidden[starts[said[starts + 1] == _QUOTE] + 1] = _OTHER
    return hidden.tobytes()


def _are_sound(said: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Which of these escapes JSON has, and are of a whole character."""
    after = said[starts + 1]
    of_digits = after == _U
    sound: np.ndarray = _ESCAPED[after]
    sound[of_digits] = _are_characters(said, starts[of_digits])
    return sound


def _are_characters(said: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Whether the escapes by four digits that start there are of a character, or of both halves of one."""
    digits = Bytes(said.tobytes()).read(starts + 2, 4)
    half = (digits[:, 0] | 32 == ord("d")) & (digits[:, 1] > ord("7"))
    second = half & (digits[:, 1] | 32 > ord("b"))
    first = half & ~second
    paired = (np.diff(starts) == 6) & first[:-1] & second[1:]
    whole = np.append(paired, False) | np.append(False, paired)
    found: np.ndarray = (_DIGITS[digits].view("<u4")[:, 0] == _FOUR) & (whole | ~half)
    return found
