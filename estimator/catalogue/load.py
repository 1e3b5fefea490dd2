"""The catalogue used by every room: the shipped tables with the user's own."""

import os
import tomllib
from functools import cache
from importlib import resources

from estimator.catalogue.csv_tables import records, rows
from estimator.catalogue.schema import Factor, Quantity, Subject, Zone
from estimator.catalogue.tables import FACTOR_TABLES, OWN_TABLES, Catalogue, content_hash, sources
from estimator.catalogue.user_tables import with_own


def load() -> Catalogue:
    """The shipped tables with the user's own. FactorsRefused, OwnFolderRefused, OwnTablesRefused."""
    return _load(os.environ.get(OWN_TABLES, ""))


@cache
def _load(own: str) -> Catalogue:
    if own:
        return with_own(_load(""), own)
    home = resources.files("factors")
    tables = [name for name in FACTOR_TABLES if (home / name).is_file()]
    return Catalogue(
        version=content_hash(home),
        factors=tuple(f for name in tables for _, f in records(home, name, Factor)),
        sources={s.id: s for s in sources(home)},
        quantities={q.id: q for _, q in records(home, "quantities.csv", Quantity)},
        subjects={s.id: s for _, s in records(home, "subjects.csv", Subject)},
        zones={z.zone: z for _, z in records(home, "zones.csv", Zone)},
        bounds_rules=tomllib.loads((home / "bounds_rules.toml").read_text("utf-8")),
        renamed={row["old"]: row["new"] for _, row in rows(home, "renamed.csv")},
    )
