"""Prometheus exposition text, parsed by prometheus_client, and the comments that date it."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics

from estimator.core.errors import SobriaError

_NAME = re.compile(r"^([a-zA-Z_:][\w:]*)[ \t{]", re.MULTILINE)
_SAMPLE = re.compile(r"^[a-zA-Z_:][\w:]*(?:\{.*\})?[ \t]+[+-]?(?:\d|Inf|NaN)[\w.+-]*(?:[ \t]+-?\d+)?$")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_TOLD = re.compile(r"^#\s*(since|until|service|model|cards)\s*[:=]?\s+(\S.*)$", re.IGNORECASE)
_EOF, _EXEMPLAR = "# EOF", " # "
_LONGEST = 65_536  # maximum length of a line: the parsing time is quadratic in it
# Errors of the parsers on an invalid line.
_UNPARSED = (ValueError, LookupError, ArithmeticError, AttributeError, TypeError)


class SeriesSample(NamedTuple):
    """One value of one series; `moment_s`: time of the reading, in seconds since 1970, when given in the text."""

    line: int
    name: str
    labels: Mapping[str, str]
    value: float
    moment_s: float | None


class _Lines(Iterator[str]):
    """Iterator over numbered lines, with the number of the last one."""

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        self._left = iter(lines)
        self.at = lines[0][0]

    def __next__(self) -> str:
        self.at, content = next(self._left)
        return content


def names(head: str) -> frozenset[str]:
    """Names of the series at line starts; the text may be truncated."""
    return frozenset(_NAME.findall(head))


def names_of_page(head: str) -> frozenset[str]:
    """The same of a page of metrics, all of whose lines are samples or comments; none of another text."""
    lines = [line.strip() for line in head.splitlines() if line.strip() and not line.startswith("#")]
    whole = lines[:-1] or lines  # the last may be cut
    return names(head) if whole and all(map(_SAMPLE.match, whole)) else frozenset()


def samples(text: str, file: str) -> Iterator[SeriesSample]:
    """Each finite sample: of OpenMetrics up to a line `# EOF`, with the first line of its family; else of
    the text format of Prometheus. Exemplars are not samples. broken_metrics, with the line invalid in both formats."""
    lines: list[tuple[int, str]] = []
    for number, content in enumerate(map(str.strip, text.split("\n")), 1):
        if content == _EOF:
            yield from _finite(_open_samples([*lines, (number, _EOF)], file))
            lines = []
        elif content and (content.startswith("# TYPE ") or not content.startswith("#")):
            if len(content) > _LONGEST:
                raise SobriaError("broken_metrics", file=file, line=number)
            lines.append((number, content))
    yield from _finite(_text_samples([line for line in lines if not line[1].startswith("#")], file))


def last_of_each(found: Iterable[SeriesSample]) -> list[SeriesSample]:
    """The last reading of each series: by time when dated, then by position in the text."""
    last: dict[tuple[str, str], SeriesSample] = {}
    for sample in found:
        key = sample.name, repr(sorted(sample.labels.items()))
        if key not in last or (sample.moment_s or 0.0) >= (last[key].moment_s or 0.0):
            last[key] = sample
    return list(last.values())


def comment_facts(text: str) -> dict[str, str]:
    """Facts in comments: `# since DATE`, `# until DATE`, `# service NAME`, `# model NAME`, `# cards 2 x NAME`; the
    first of each."""
    said: dict[str, str] = {}
    for content in text.splitlines():
        found = _TOLD.match(content)
        if found:
            said.setdefault(found[1].lower(), found[2].strip())
    return said


def dates(text: str) -> list[tuple[int, str]]:
    """(line, date) of each comment `# until DATE`, which dates the samples under it."""
    found = ((line, _TOLD.match(content)) for line, content in enumerate(text.split("\n"), 1))
    return [(line, match[2].strip()) for line, match in found if match and match[1].lower() == "until"]


def iso(seconds: float | None) -> str | None:
    """Seconds since 1970 as ISO text in UTC; None when absent or out of range."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _text_samples(lines: Sequence[tuple[int, str]], file: str) -> Iterator[SeriesSample]:
    """Without comments each line is its own family, under its written name; this format has no
    exemplars, and a line with one comes from a truncated OpenMetrics text."""
    if not lines:
        return
    for number, content in lines:
        if _EXEMPLAR in content and _EXEMPLAR in _QUOTED.sub("", content):
            raise SobriaError("broken_metrics", file=file, line=number)
    left = _Lines(lines)
    try:
        for family in parser.text_fd_to_metric_families(left):  # type: ignore[arg-type]
            yield from (_sample(left.at, found) for found in family.samples)
    except _UNPARSED as error:
        raise SobriaError("broken_metrics", file=file, line=left.at) from error


def _open_samples(lines: Sequence[tuple[int, str]], file: str) -> Iterator[SeriesSample]:
    left = _Lines(lines)
    begins = left.at
    try:
        for family in openmetrics.text_fd_to_metric_families(left):  # type: ignore[no-untyped-call]
            yield from (_sample(begins, found) for found in family.samples)
            begins = left.at
    except _UNPARSED as error:
        raise SobriaError("broken_metrics", file=file, line=left.at) from error


def _sample(line: int, found: Any) -> SeriesSample:
    moment = None if found.timestamp is None else float(found.timestamp)
    return SeriesSample(line, found.name, found.labels, float(found.value or 0), moment)


def _finite(found: Iterator[SeriesSample]) -> Iterator[SeriesSample]:
    return (sample for sample in found if math.isfinite(sample.value))
