"""Fields of one record that are used: what is kept of them, what is hidden, and what tells the record apart."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from estimator.core.typography import cut
from estimator.ingestion.parsing import timestamps
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.reader import RowRefused

_LARGEST = 1e20  # above any count, and any time in nanoseconds
_NUMBER = re.compile(r"^[+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$", re.ASCII)
_SHORT = re.compile(r"^.{1,120}$")
_MOMENT = re.compile(r"^[\d:.+/ TZ-]{1,40}$")
_MOST_CARDS = 999_999
_ANY = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_VAGUE = frozenset((bool, float))  # types of values that several records may share by chance


class FieldNames(NamedTuple):
    """The fields of a format that are used: numbers, short texts, dates, and fields used but never stored. `ids`: those
    of its texts that tell records apart, used but not stored where they are not short."""

    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    moments: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every field that is used."""
        return frozenset((*self.numbers, *self.texts, *self.moments, *self.secret))


class RecordFields:
    """The used fields of one record; a value that does not fit its field is hidden."""

    def __init__(self, given: Mapping[str, Any], fields: FieldNames) -> None:
        self.kept: dict[str, str] = {}
        self._hidden: dict[str, float] = {}  # numbers that are not kept as they are written
        self.numbers = frozenset(fields.numbers)
        for names, shape in ((fields.numbers, _NUMBER), (fields.texts, _SHORT), (fields.moments, _MOMENT)):
            for name in names:
                text = _scalar(given.get(name))
                if text:
                    self.kept[name] = text if shape.match(text) and text.isprintable() else HIDDEN
                    if self.kept[name] == HIDDEN and shape is _NUMBER:
                        self._hidden[name] = _size(given[name])
        self._vague = {name for name in fields.texts if type(given.get(name)) in _VAGUE}
        self.secret = {name: text for name in fields.secret if (text := _scalar(given.get(name)))}
        for name in fields.ids:
            if self.kept.get(name) == HIDDEN != (text := _scalar(given[name])):
                self.secret[name] = text

    def text(self, name: str) -> str:
        """The text, empty when absent or redacted."""
        text = self.kept.get(name, "")
        return "" if text == HIDDEN else text

    def identified_by(self, *names: str) -> bool:
        """Whether each of these fields holds what can identify a record: a text, or a whole number."""
        return all((self.text(name) or name in self.secret) and name not in self._vague for name in names)

    def number(self, name: str) -> float | None:
        """A non-negative number, None when absent. RowRefused."""
        text = self.kept.get(name)
        if text is None:
            return None
        value = float(text) if text != HIDDEN else self._hidden[name]
        if value > _LARGEST:
            raise _beyond(name, value)
        if not value >= 0:
            raise RowRefused("bad_amount", field=name, value=cut(text))
        return value

    def counts(self, names: Mapping[str, str]) -> dict[str, float | None]:
        """The number of each field, by the name of Activity that it is given for. RowRefused."""
        return {ours: self.number(theirs) for ours, theirs in names.items()}

    def cards(self, name: str) -> float | None:
        """A card count, None when absent. RowRefused."""
        value = self.number(name)
        if value is not None and value > _MOST_CARDS:
            raise _beyond(name, value)
        return value

    def moment(self, name: str) -> datetime:
        """A date with its time. RowRefused."""
        if name not in self.kept:
            raise RowRefused("no_moment", field=name)
        found = timestamps.parse(self.text(name), day_first=False)
        if found is None:
            code, year = timestamps.fault(self.text(name), day_first=False, otherwise="bad_moment")
            raise RowRefused(code, field=name, value=cut(self.kept[name]), **year)
        return found

    def since_1970_us(self, name: str, unit_us: float = 1e6) -> int:
        """A time since 1970 in UTC, in seconds unless `unit_us` gives another unit [us]. RowRefused."""
        try:
            value = self.number(name)
        except RowRefused as refusal:
            raise RowRefused("bad_year") if refusal.code == "beyond_use" else refusal from None
        if value is None:
            raise RowRefused("no_moment", field=name)
        return round(value * unit_us)

    def told(self, names: Iterable[str]) -> Iterator[str]:
        """The values of these fields, numbers in shortest form: the identity of a record."""
        for name in names:
            text = self.secret.get(name) or self.kept.get(name)
            if text:
                yield f"{name}\x1e{_shortest(text) if name in self.numbers else text}"


def _beyond(name: str, value: float) -> RowRefused:
    """The refusal of a number above any use."""
    return RowRefused("beyond_use", field=name, value=f"{value:.4g}" if value < math.inf else "> 1e+308")


def _size(value: Any) -> float:
    """A number of any length; NaN for what is none."""
    try:
        return float(value if type(value) in (int, float) or _ANY.fullmatch(str(value).strip()) else math.nan)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _scalar(value: Any) -> str:
    """A value as text, a nested one hidden; empty for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else HIDDEN
    return value.strip() if isinstance(value, str) else HIDDEN


def _shortest(text: str) -> str:
    if text == HIDDEN or abs(value := float(text)) >= 2**53:
        return text
    return repr(value)
