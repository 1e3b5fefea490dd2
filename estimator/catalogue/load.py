"""The catalogue used by every room: the shipped tables with the user's own."""

import os
import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from estimator.catalogue.csv_tables import records, rows
from estimator.catalogue.schema import Factor, Quantity, Source, Subject, Zone
from estimator.catalogue.tables import FACTOR_TABLES, OWN_TABLES, Catalogue, content_hash, sources
from estimator.catalogue.user_tables import with_own


def load() -> Catalogue:
    """The shipped tables with the user's own. FactorsRefused, OwnFolderRefused, OwnTablesRefused."""
    return _load(os.environ.get(OWN_TABLES, ""))


@cache
def _load(own: str) -> Catalogue:
    if own:
        return with_own(_load(""), own)
    return _Shipped()


class _Shipped(Catalogue):
    """The shipped tables, each read when it is first asked for: few commands need all."""

    def __init__(self) -> None:
        self.__dict__["version"] = content_hash(self._home)

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        there = [name for name in FACTOR_TABLES if (self._home / name).is_file()]
        return tuple(f for name in there for _, f in records(self._home, name, Factor))

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        return {s.id: s for s in sources(self._home)}

    @cached_property
    def quantities(self) -> Mapping[str, Quantity]:
        return {q.id: q for _, q in records(self._home, "quantities.csv", Quantity)}

    @cached_property
    def subjects(self) -> Mapping[str, Subject]:
        return {s.id: s for _, s in records(self._home, "subjects.csv", Subject)}

    @cached_property
    def zones(self) -> Mapping[str, Zone]:
        return {z.zone: z for _, z in records(self._home, "zones.csv", Zone)}

    @cached_property
    def bounds_rules(self) -> Mapping[str, Mapping[str, Any]]:
        return tomllib.loads((self._home / "bounds_rules.toml").read_text("utf-8"))

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        return {row["old"]: row["new"] for _, row in rows(self._home, "renamed.csv")}

    @property
    def _home(self) -> Traversable:
        return resources.files("factors")
