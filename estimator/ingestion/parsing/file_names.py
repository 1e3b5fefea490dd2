"""Names of the files of a folder: those that are looked at, and those that a rotation gives."""

import re

TABLE = re.compile(r"(\.csv|\.csv\.bak|\.csv_\d+\.bak|^emissions.*\.bak)$", re.IGNORECASE)
TEXT = re.compile(r"\.(json|jsonl|ndjson|prom|psv|log|txt)$", re.IGNORECASE)  # used if a reader recognises it
_ROTATED = re.compile(r"[.-]\d{1,14}([-_T]\d{1,10}){0,3}$")  # .1, -20261115, -20261115-1794700800, .2026-11-15_00


def unrotated(name: str) -> str:
    """The name that a log had before its rotation added a number or a date to it; any other name as it is."""
    before = _ROTATED.sub("", name)
    return before if TABLE.search(before) or TEXT.search(before) else name
