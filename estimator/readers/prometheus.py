"""The text that Prometheus exporters write: samples with their labels, and comments in which a person dates them."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

_SAMPLE = re.compile(
    r"^(?P<name>[a-zA-Z_:][\w:]*)\s*(?:\{(?P<labels>.*)\})?\s+(?P<value>[^\s{}]+)(?:\s+(?P<moment>\d{9,16}))?\s*$"
)
_LABEL = re.compile(r'([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"')
_TOLD = re.compile(r"^#\s*(since|until|service|cards)\s*[:=]?\s+(\S.*)$", re.IGNORECASE)


class Sample(NamedTuple):
    """One value of one series; `moment_s`: when it was read, in seconds since 1970, where the text says it."""

    line: int
    name: str
    labels: Mapping[str, str]
    value: float
    moment_s: float | None


def samples(text: str) -> Iterator[Sample]:
    """Each line that is a finite sample; comments, infinities and lines that cannot be read are none."""
    for line, content in enumerate(text.splitlines(), 1):
        found = _SAMPLE.match(content)
        if found is None:
            continue
        try:
            value = float(found["value"])
        except ValueError:
            continue
        if math.isfinite(value):
            labels = dict(_LABEL.findall(found["labels"] or ""))
            yield Sample(line, found["name"], labels, value, int(found["moment"]) / 1000 if found["moment"] else None)


def told(text: str) -> dict[str, str]:
    """What comments say: `# since DATE`, `# until DATE`, `# service NAME`, `# cards 2 x NAME`; the first of each."""
    said: dict[str, str] = {}
    for content in text.splitlines():
        found = _TOLD.match(content)
        if found:
            said.setdefault(found[1].lower(), found[2].strip())
    return said


def dates(text: str) -> list[tuple[int, str]]:
    """(line, date) of each comment `# until DATE`, which dates the samples under it."""
    found = ((line, _TOLD.match(content)) for line, content in enumerate(text.splitlines(), 1))
    return [(line, match[2].strip()) for line, match in found if match and match[1].lower() == "until"]


def iso(seconds: float | None) -> str | None:
    """A moment in seconds since 1970 as ISO text in UTC; None when there is none, or when it cannot be a date."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
