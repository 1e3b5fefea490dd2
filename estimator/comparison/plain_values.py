"""A scenario as plain values, part by part: what a form or a file sets in it, and what then says nothing."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from estimator.core.said_number import SaidNumber, bare_number, readings_told

NEEDED = {"quality": "value", "measured": "service"}  # a part that is nothing without one of its fields


def set_at(values: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set a value at a path; nothing typed removes it, and what it leaves empty."""
    first, *rest = path
    if rest:
        inner = dict(values.get(first, {}))
        set_at(inner, rest, value)
        value = inner
    if value in (None, "", {}):
        values.pop(first, None)
    else:
        values[first] = value


def tidy(values: dict[str, Any]) -> None:
    """Leave out what says nothing without another field that is empty."""
    for part, needed in NEEDED.items():
        if needed not in values.get(part, {}):
            values.pop(part, None)
    if not values.get("people", {}).keys() & {"screen_minutes", "work_minutes"}:
        values.pop("people", None)
    if "measured" in values:
        for part in ("use", "alternative", "fine_tuning"):
            values.pop(part, None)
    use = values.get("use", {})
    for name, needed in (("wue_basis", "wue"), ("network", "data_gb")):
        if needed not in use:
            use.pop(name, None)
    if "fine_tuning" in values:
        values["fine_tuning"] = {name: use[name] for name in ("host", "zone") if name in use} | values["fine_tuning"]


def follows_work(option: dict[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether the minutes of a screen, which were those of work, are no more, now that those of work are others; they
    are then left out."""
    now, was = option.get("people", {}), before.get("work_minutes")
    if was is None or not now.get("screen_minutes") == before.get("screen_minutes") == was != now.get("work_minutes"):
        return False
    set_at(option, ["people", "screen_minutes"], None)
    return True


def typed_number(text: str, whole: bool = False) -> float | None:
    """« 1 200,5 », « 94 % »; None for an empty text. ValueError: no number, of two readings, too large for one, or no
    whole one."""
    if not text.strip():
        return None
    found = float(bare_number(text, 0.01))
    if readings_told(text) or not isfinite(found) or (whole and found % 1):
        raise ValueError(text)
    return SaidNumber(found, text)
