"""How codecarbon came to the energy of each component, told from its version, the machine and the processor power."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from estimator.catalogue.csv_tables import rows

UNKNOWN_MODE, CONSTANT_MODE = "mode/unknown", "mode/constant"
# Of the processor: the power of one that is not known, a model without load, a reading or a model of load; of the
# memory: 3/8 W for each GB; of either: not told.
POWERS = ("fallback", "steady", "varying", "per_gb", "")
_VERSION = re.compile(r"^v?(\d+)\.(\d+)(?:\.(\d+))?")
Version = tuple[int, ...]


class VersionRule(NamedTuple):
    """A row of codecarbon_methods.csv: it holds for versions from `since` until `before`, excluded, where `field` has
    `pattern`, and for one of POWERS; empty or None, for any."""

    component: str
    since: Version | None
    before: Version | None
    field: str
    pattern: re.Pattern[str]
    power: str
    mode: str

    def holds(self, component: str, power: str, version: Version | None, read: Callable[[str], str]) -> bool:
        """Whether this row holds. A row with versions never holds where the version was not read."""
        if self.component not in ("any", component) or self.power not in ("", power):
            return False
        if (self.since or self.before) and version is None:
            return False
        if self.since and (version or ()) < self.since or self.before and (version or ()) >= self.before:
            return False
        return not self.field or bool(self.pattern.search(read(self.field)))


def modes_of(component: str, read: Callable[[str], str]) -> Mapping[str, str]:
    """The mode `mode/…` of a component for each of POWERS, from the cells of a row by name; the first row holds."""
    version = version_of(read("codecarbon_version"))
    return {
        power: next((rule.mode for rule in _rules() if rule.holds(component, power, version, read)), UNKNOWN_MODE)
        for power in POWERS
    }


def version_of(text: str) -> Version | None:
    """Its numbers, `3.0.2` as (3, 0, 2); None when it has none."""
    found = _VERSION.match(text)
    return tuple(int(part or 0) for part in found.groups()) if found else None


@cache
def _rules() -> tuple[VersionRule, ...]:
    return tuple(
        VersionRule(
            row["component"],
            version_of(row["since"]),
            version_of(row["before"]),
            row["field"],
            re.compile(row["pattern"], re.IGNORECASE),
            row["power"],
            row["mode"],
        )
        for _, row in rows(resources.files("factors"), "codecarbon_methods.csv")
    )
