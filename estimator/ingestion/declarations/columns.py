"""Columns of the declaration template, and access to the cells of a row by name."""

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from estimator.core.fields import has_contact
from estimator.core.said_number import cell_readings
from estimator.core.typography import cut
from estimator.ingestion.codecarbon.columns import Columns
from estimator.ingestion.parsing import redaction, timestamps
from estimator.ingestion.parsing.delimited_text import number_or_nan
from estimator.ingestion.parsing.row_parts import MOST_COUNTED
from estimator.ingestion.reader import RowRefused

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\ufeff\u2066-\u2069]"
)  # not seen, or turning the text
LONGEST_SERVICE = 200  # characters: a name is read at a glance, and is a label of every page
_NAMES = ("service", "provider", "model", "zone", "host", "device", "method", "document")
REQUIRED = ("service", "start", "end")
COUNTS = ("requests", "input_tokens", "output_tokens", "cached_tokens", "images", "audio_s", "items")
_WHOLE = frozenset(COUNTS) - {"audio_s"}  # what is counted by ones
KEPT = ("data_gb", "network", "storage_tb", "storage")  # data moved, data kept, and by what
ENERGY = ("energy_kwh", "energy_boundary", "energy_basis", "method", "pue")
REPORTED = ("gwp_kgco2e", "water_l")
CONTEXT = "context_tokens"  # of a sender that summed it over its requests; not in the template
HEARD = "audio_h"  # hours of sound, in a table of one's own: a row a session, of which service and end may be unsaid
# The columns of such a table, as it may name them.
OWN = dict.fromkeys(("heures de son", "durée du son", "heures audio", "hours of sound", "audio hours"), HEARD) | {
    "date": "start", "jour": "start", "day": "start", "du": "start", "au": "end", "modèle": "model", "usage": "service",
    "poste": "device", "computer": "device", "fournisseur": "provider", "pays": "zone", "country": "zone",
}  # fmt: skip
_CLOCK = re.compile(r"(\d{1,5})\s*(?:h(?:eures?)?|:)\s*(?:([0-5]\d)(?::[0-5]\d)?)?", re.ASCII | re.IGNORECASE)
# A thousand TWh, more than any town will declare: one absurd row would stop the figures of all others.
MOST = dict.fromkeys(COUNTS, MOST_COUNTED) | {
    HEARD: 1e9,
    "device_hours": 1e9,
    "data_gb": 1e9,
    "storage_tb": 1e9,
    "energy_kwh": 1e12,
    "gwp_kgco2e": 1e12,
    "water_l": 1e15,
}
HARDWARE = ("device", "device_hours", "phase")
TEMPLATE = (*REQUIRED, "provider", "model", "zone", "host", *COUNTS, *HARDWARE, *KEPT, *ENERGY, *REPORTED, "document")


def understand(header: list[str]) -> Columns:
    """Column positions by name, whatever the order; of an unknown column, only the name is stored."""
    names = tuple(name.strip().strip("\ufeff").strip() for name in header)
    lowered = [name.lower() for name in names]
    if HEARD in (called := [OWN.get(name, name) for name in lowered]):
        lowered = called
    at: dict[str, int] = {}
    unknown: dict[str, None] = {}
    for place, (name, ours) in enumerate(zip(names, lowered, strict=True)):
        if ours in (*TEMPLATE, CONTEXT, HEARD) and ours not in at:
            at[ours] = place
        elif name:
            unknown[name] = None
    return Columns(
        names=names,
        at=at,
        shared=(),
        words=tuple(sorted(at.items())),
        private=(),
        unknown=tuple(unknown),
        exported=False,
        other_tool=None,
    )


def repeated(columns: Columns) -> list[str]:
    """Names of the template that the header has twice or more."""
    names = [name.lower() for name in columns.names]
    return [name for name in columns.at if names.count(name) > 1]


def is_template(columns: Columns) -> bool:
    """Whether the required columns of a declaration are present, or those of a table of hours of sound."""
    return columns.at.keys() >= set(REQUIRED) or columns.at.keys() >= {"start", HEARD}


@dataclass(frozen=True)
class Cells:
    """The cells of one row by column, trimmed. `spreadsheet`: decimal commas and day-first dates are accepted.

    A cell that cannot be read is absent, and its fault is kept: all those of a row are told at once, each by the name
    that its column is called.
    """

    texts: Mapping[str, str]
    spreadsheet: bool
    called: Mapping[str, str] = field(default_factory=dict)
    faults: dict[str, RowRefused] = field(default_factory=dict)

    def _fault(self, name: str, code: str, **facts: str) -> None:
        facts |= {"column": self.called.get(name, name)} if "column" in facts else {}
        self.faults.setdefault(name, RowRefused(code, **facts))

    def text(self, name: str) -> str:
        """The cell; empty when the file has no such column."""
        return self.texts.get(name, "")

    def check_names(self) -> None:
        """Note as faults the names that hold a character which is not seen, or which turns the text, and a service
        that is not one line of text."""
        for name in _NAMES:
            text = self.text(name)
            if _HIDDEN.search(text) or (name == "service" and len(text.splitlines()) > 1):
                self._fault(name, "hidden_character", column=name, value=ascii(cut(text))[1:-1])
        if len(self.text("service")) > LONGEST_SERVICE:
            facts = {"most": str(LONGEST_SERVICE), "value": self.text("service")[:40]}
            self._fault("service", "long_name", column="service", **facts)
        if has_contact(self.text("service")):
            self._fault("service", "contact_name", column="service")

    def number(self, name: str) -> float | None:
        """A non-negative number, None when the cell is empty or at fault."""
        text = self.text(name)
        if not text:
            return None
        if readings := cell_readings(text, "," if self.spreadsheet else ".", name in _WHOLE):
            self._fault(name, "two_readings", column=name, value=text, **readings)
            return None
        value = number_or_nan(text, self.spreadsheet)
        if math.isnan(value):
            self._fault(name, "bad_number", column=name, value=cut(text))
        elif value < 0:
            self._fault(name, "declared_negative", column=name, value=f"{value:g}")
        elif value > MOST.get(name, sys.float_info.max):
            self._fault(name, "beyond_use", field=name, value=f"{value:.4g}" if value < math.inf else cut(text))
        else:
            return value
        return None

    def hours(self, name: str) -> float | None:
        """A number of hours, or hours and minutes as 3:20 or 3 h 20 [h]; None when the cell is empty or at fault."""
        found = _CLOCK.fullmatch(self.text(name))
        return int(found[1]) + int(found[2] or 0) / 60 if found else self.number(name)

    def word(self, name: str, expected: tuple[str, ...]) -> str:
        """One of the allowed words; empty when the cell is, or is at fault."""
        text = self.text(name).lower()
        if text and text not in expected:
            self._fault(name, "declared_word", column=name, value=cut(text), expected=" | ".join(expected))
            return ""
        return text

    def moment(self, name: str) -> datetime | None:
        """A date with its time; a date alone is midnight UTC, as are the months of the ledger.
        None when the cell is at fault."""
        text = self.text(name)
        found = timestamps.parse(text if ":" in text else f"{text} 00:00", day_first=self.spreadsheet)
        if found is not None and ":" not in text:
            found = found.replace(tzinfo=UTC)
        if found is None:
            code, year = timestamps.fault(text if ":" in text else f"{text} 00:00", self.spreadsheet, "declared_date")
            self._fault(name, code, column=name, value=redaction.redacted(text), **year)
        return found
