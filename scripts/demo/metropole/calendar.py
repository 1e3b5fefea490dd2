"""The fixed calendar of the invented métropole: its months, their load, and trends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

SEED = 20251
JANUARY_TO_DECEMBER = (1.0, 0.99, 1.04, 0.98, 0.95, 1.05, 0.85, 0.7, 1.06, 1.08, 1.04, 0.9)


@dataclass(frozen=True)
class Month:
    """A month of a service; `done`: progress from the service's first month to its last [0 to 1]."""

    start: date
    end: date
    done: float
    busy: float

    @property
    def name(self) -> str:
        return f"{self.start:%Y-%m}"

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def between(self, ends: Sequence[float]) -> float:
        """Linear interpolation between two values, without season."""
        return ends[0] + (ends[1] - ends[0]) * self.done


def months(span: Sequence[str], name: str) -> Iterator[Month]:
    """The months from one to another, both included; `name` seeds the small variations of their owner."""
    begin, end = map(_number, span)
    random = Random(f"{SEED} {name} {span[0]}")
    for number in range(begin, end + 1):
        busy = JANUARY_TO_DECEMBER[number % 12] * random.uniform(0.96, 1.04)
        yield Month(_day(number), _day(number + 1), (number - begin) / max(end - begin, 1), busy)


def _number(month: str) -> int:
    year, number = map(int, month.split("-"))
    return year * 12 + number - 1


def _day(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
