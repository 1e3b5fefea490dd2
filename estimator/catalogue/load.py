"""The catalogue used by every room: the shipped tables with the user's own, and the hosts that a home names."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache, partial
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator

from estimator.catalogue.added_alternatives import AddedAlternatives, with_alternatives
from estimator.catalogue.csv_tables import records, row_record, rows, rows_of
from estimator.catalogue.quality_checks import Problem, far_from, kind_of
from estimator.catalogue.schema import Factor, Quantity, Source, Subject, TableRow, Zone
from estimator.catalogue.tables import FACTOR_TABLES, Catalogue, content_hash, source
from estimator.catalogue.user_tables import with_own
from estimator.core.errors import toml_blocks
from estimator.core.home import own_tables

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")
R = TypeVar("R", bound=TableRow)
Line = tuple[str, int, str, str]  # table, line, header and text of a row
_NAMED: list[Subject] = []  # hosts of the home that this process works on


def load() -> Catalogue:
    """The tables, with the hosts that the home names.

    Returns
    -------
    Factors, models, sites, devices and sources, by id.

    Raises
    ------
    FactorsRefused : a shipped table is not as expected.
    SobriaError : own_folder_refused; OwnTablesRefused: a table of the user's own is not.
    """
    return _with_named(own_tables(), tuple(_NAMED)) if _NAMED else of_tables()


SubjectName = Annotated[str, AfterValidator(lambda read: load().named(read))]  # an alias becomes the id


def of_tables() -> Catalogue:
    """The shipped tables with the user's own, then what other packages add. FactorsRefused, own_folder_refused,
    OwnTablesRefused."""
    return _extended(own_tables())[0]


def added_alternatives() -> tuple[AddedAlternatives, ...]:
    """What other packages add to the tables. The errors of `of_tables`."""
    return _extended(own_tables())[1]


def name_hosts(hosts: Iterable[Subject]) -> None:
    """From now on, the hosts that the home of this process names are these."""
    _NAMED[:] = hosts


@cache
def shipped() -> Catalogue:
    """The shipped tables alone. FactorsRefused."""
    return _Shipped()


def far_values(factors: Iterable[Factor] | None = None) -> list[Problem]:
    """Those of these factors, or of all, that are the user's own and far from what the shipped tables have."""
    if not own_tables():
        return []
    book, known = of_tables(), _extended("")[0]
    own = (item for item in factors or book.factors if item.id in book.by_id and item.id not in known.by_id)
    return [far for item in own if (far := far_from(known, item, kind_of(book, item.subject)))]


@cache
def _extended(own: str) -> tuple[Catalogue, tuple[AddedAlternatives, ...]]:
    return with_alternatives(with_own(shipped(), own) if own else shipped())


@lru_cache(maxsize=4)
def _with_named(own: str, hosts: tuple[Subject, ...]) -> Catalogue:
    return _extended(own)[0].with_subjects(hosts)


class _Lazy(Mapping[K, V]):
    """Values made when they are first asked for, from what is kept under their keys."""

    def __init__(self, kept: Mapping[K, T], make: Callable[[T], V]) -> None:
        self._kept, self._make = kept, cache(make)

    def __getitem__(self, key: K) -> V:
        return self._make(self._kept[key])

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __iter__(self) -> Iterator[K]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


class _Shipped(Catalogue):
    """The shipped tables, each row read when it is first asked for: few commands need many. A row is one line that
    starts with its id, that of a factor then with its quantity and subject; tests read all."""

    def __init__(self) -> None:
        self.__dict__["version"] = content_hash(self._home)

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        return tuple(map(self._factor, range(len(self._lines))))

    @cached_property
    def by_id(self) -> Mapping[str, Factor]:
        return _Lazy({text.partition(",")[0]: n for n, (*_, text) in enumerate(self._lines)}, self._factor)

    @cached_property
    def by_subject(self) -> Mapping[tuple[str, str], tuple[Factor, ...]]:
        found: dict[tuple[str, str], list[int]] = {}
        for n, (*_, text) in enumerate(self._lines):
            _, quantity, subject, _ = text.split(",", 3)
            found.setdefault((quantity, subject), []).append(n)
        kept = {key: tuple(places) for key, places in found.items()}
        return _Lazy(kept, lambda places: tuple(map(self._factor, places)))

    @cached_property
    def _lines(self) -> list[Line]:
        """Table, line, header and text of each factor."""
        return [line for name in FACTOR_TABLES for line in self._lines_of(name)]

    def _lines_of(self, name: str) -> list[Line]:
        header, *told = (self._home / name).read_text("utf-8").splitlines()
        return [(name, line, header, text) for line, text in enumerate(told, 2)]

    def _by_id(self, name: str, kind: type[R]) -> Mapping[str, R]:
        return _Lazy({line[-1].partition(",")[0]: line for line in self._lines_of(name)}, partial(_record, kind))

    @cached_property
    def _factor(self) -> Callable[[int], Factor]:
        """Reads a factor by its place in the tables."""
        return cache(lambda place: _record(Factor, self._lines[place]))

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        told = toml_blocks((self._home / "sources.toml").read_text("utf-8"))
        return _Lazy(
            {key: (key, text) for key, text in told.items()}, lambda one: source(one[0], tomllib.loads(one[1]))
        )

    @cached_property
    def quantities(self) -> Mapping[str, Quantity]:
        return {q.id: q for _, q in records(self._home, "quantities.csv", Quantity)}

    @cached_property
    def subjects(self) -> Mapping[str, Subject]:
        return self._by_id("subjects.csv", Subject)

    @cached_property
    def zones(self) -> Mapping[str, Zone]:
        return self._by_id("zones.csv", Zone)

    @cached_property
    def bounds_rules(self) -> Mapping[str, Mapping[str, Any]]:
        return tomllib.loads((self._home / "bounds_rules.toml").read_text("utf-8"))

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        return {row["old"]: row["new"] for _, row in rows(self._home, "renamed.csv")}

    @property
    def _home(self) -> Traversable:
        return resources.files("factors")


def _record(kind: type[R], read: Line) -> R:
    name, line, header, text = read
    ((_, row),) = rows_of(f"{header}\n{text}")
    return row_record(kind, row, name, line)
