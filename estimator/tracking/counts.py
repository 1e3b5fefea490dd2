"""Output counts of a run, from its code or from a file written by a program in any language."""

import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import TypeGuard

COUNTED = ("items", "input_tokens", "output_tokens", "cached_tokens", "requests", "images", "audio_s", "data_gb")
VARIABLE = "SOBRIA_COUNTS"
_LONGEST_LINE = 1 << 16


class RunCounts:
    """Thread-safe sums by name. A count never added is absent: unknown, not zero."""

    def __init__(self, given: Mapping[str, float] | None = None) -> None:
        self._sums = dict(given or {})
        self._lock = Lock()
        self.refused = 0

    def add(self, counts: Mapping[str, object]) -> None:
        """Add to the sums; refuses all of them if a name is not in COUNTED or a value is not a number from 0 up."""
        known = {name: value for name, value in counts.items() if name in COUNTED and _is_count(value)}
        with self._lock:
            if not counts or len(known) < len(counts):
                self.refused += 1
            else:
                self._sums |= {name: self._sums.get(name, 0.0) + value for name, value in known.items()}

    def so_far(self) -> dict[str, float]:
        """The sums."""
        with self._lock:
            return dict(self._sums)

    def begin_again(self) -> None:
        """Reset the sums for a new window."""
        with self._lock:
            self._sums = dict.fromkeys(self._sums, 0.0)


def _is_count(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


class CountsFile:
    """A file given to the tracked program by the variable SOBRIA_COUNTS, one JSON object a line, such as
    `{"requests": 1, "output_tokens": 212}`. OSError when it cannot be created."""

    def __init__(self, counts: RunCounts) -> None:
        handle, name = tempfile.mkstemp(prefix="sobria-counts-", suffix=".jsonl")
        os.close(handle)
        self.path = Path(name)
        self._counts, self._read, self._lock = counts, 0, Lock()

    def take(self, ended: bool = False) -> None:
        """Add the lines written since; an incomplete last line waits, unless the program has ended."""
        with self._lock, self.path.open("rb") as file:
            if self._read > file.seek(0, os.SEEK_END):  # the program truncated its file
                self._read = 0
            file.seek(self._read)
            while (line := file.readline(_LONGEST_LINE)) and (ended or line.endswith(b"\n") or _is_cut(line)):
                self._read += len(line)
                if line.strip():
                    self._counts.add(_object(line))

    def remove(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)


def _is_cut(line: bytes) -> bool:
    return len(line) >= _LONGEST_LINE


def _object(line: bytes) -> Mapping[str, object]:
    """The counts of a line, empty when it is not a JSON object."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
