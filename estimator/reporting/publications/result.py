"""The files of a report, and what it had to leave out."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ReportFiles:
    """files: name → text, the name "" standing for the file asked; left_out: sentences that say what is not in them."""

    files: Mapping[str, str]
    left_out: tuple[str, ...] = ()
