"""What other installed packages add: their entry points, each checked before it is used, or refused in words."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple, TypeVar

from estimator.core.errors import LANGUAGES, SobriaError

CONTRACT = 1
GROUPS = ("sobria.readers", "sobria.alternatives", "sobria.indicators")
T = TypeVar("T")
_REFUSED: dict[str, SobriaError] = {}  # by what was refused, in this process
_LISTENERS: list[Callable[[SobriaError], None]] = []  # who says it to a person, once


class PlugInRefused(SobriaError):
    """Something of another package is not used: what it is, and why."""

    code = "plug_in_failed"


class PlugIn(NamedTuple):
    """One entry point of a package, with the version that is installed."""

    name: str
    package: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} ({self.package} {self.version})"

    def refusal(self, code: str, **facts: object) -> PlugInRefused:
        """Why it is not used."""
        return PlugInRefused(code, plug_in=self, **facts)

    def wanted(self, declared: Mapping[str, Any], key: str, kind: type[T]) -> T:
        """What it declares under this key. PlugInRefused where it is of another type, or absent."""
        found = declared.get(key)
        if not isinstance(found, kind):
            raise self.refusal("plug_in_type", what=key, read=type(found).__name__, expected=kind.__name__)
        return found

    def label(self, declared: Mapping[str, Any], key: str = "label") -> dict[str, str]:
        """A text in both languages. PlugInRefused."""
        told = self.wanted(declared, key, dict)
        return {lang: self.wanted(told, lang, str) for lang in LANGUAGES}


def plug_ins(group: str, taken: Collection[str], make: Callable[[PlugIn, Mapping[str, Any]], T]) -> dict[str, T]:
    """What the entry points of a group declare, made ours, by their names, in the order of these.

    Parameters
    ----------
    group : one of GROUPS.
    taken : names of ours, which no other takes.
    make : what an entry point is once it was checked, from what it declares; it may raise anything.

    Returns
    -------
    Those that are sound. The others are among `refused`, each with its reason, and what is ours goes on without them.
    """
    found: dict[str, T] = {}
    for point in sorted(entry_points(group=group), key=lambda point: (point.name, point.value)):
        who = _of(point)
        try:
            if point.name in taken or point.name in found:
                raise who.refusal("plug_in_taken", name=point.name)
            with foreign(who, point.value):
                found[point.name] = make(who, _declared(who, point.load()))
        except PlugInRefused as error:
            refuse(who, error)
        except SobriaError as error:  # one of ours, that their code met
            refuse(who, who.refusal("plug_in_failed", at=point.value, kind=error.code))
    return found


def _of(point: EntryPoint) -> PlugIn:
    return PlugIn(point.name, point.dist.name if point.dist else "-", point.dist.version if point.dist else "-")


def _declared(who: PlugIn, loaded: Any) -> Mapping[str, Any]:
    """What was loaded, where it is a declaration of our contract. PlugInRefused."""
    if not isinstance(loaded, Mapping):
        raise who.refusal("plug_in_type", what=who.name, read=type(loaded).__name__, expected="dict")
    if loaded.get("contract") != CONTRACT:
        raise who.refusal("plug_in_contract", read=loaded.get("contract"), expected=CONTRACT)
    return loaded


@contextmanager
def foreign(who: PlugIn, at: str) -> Iterator[None]:
    """The code of another package, at work on something: whatever it raises, save a refusal of ours, is a PlugInRefused
    that names both."""
    try:
        yield
    except SobriaError:
        raise
    except (Exception, SystemExit) as error:
        raise who.refusal("plug_in_failed", at=at, kind=type(error).__name__) from error


def refuse(who: PlugIn, error: SobriaError) -> None:
    """Keep why something is not used, and tell it as soon as it is known, once."""
    if (key := f"{who} {error.code}") not in _REFUSED:
        _REFUSED[key] = error
        for tell in _LISTENERS:
            tell(error)


def tell_refusals(tell: Callable[[SobriaError], None]) -> None:
    """Who is told why something is not used, from now on."""
    _LISTENERS.append(tell)


def refused() -> tuple[SobriaError, ...]:
    """Why what other packages add was not used in this process, so far."""
    return tuple(_REFUSED.values())


def installed(group: str) -> list[PlugIn]:
    """Every entry point of a group, used or not."""
    return sorted(map(_of, entry_points(group=group)))
