"""Parts of a row: its electricity, the power it supposes, its counts, its host."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from estimator.catalogue.default_subjects import NOT_DECLARED
from estimator.ingestion.parsing import timestamps
from estimator.ingestion.reader import RowRefused

JOULES_PER_KWH = 3.6e6
MOST_W = 1e7  # upper bound of the power of one node [W]; a missing counter is sometimes written as 2⁶⁴ - 2

MOST_COUNTED = 1e15  # upper bound of a count in one row
MOST_BY_REQUEST = 1e9  # tokens: a hundred times the longest context on the market
_BY_REQUEST = frozenset({"input_tokens", "output_tokens", "cached_tokens"})
NOT_ESTIMABLE = "mode/not_estimable"
Part = tuple[Mapping[str, Any], Iterable[str]]  # fields of Activity, and checks for a person


def check_power(joules: float, seconds: float, nodes: float = 1.0) -> None:
    """RowRefused above any plausible power; an energy over less than a second is as over one."""
    lasting = max(seconds, 1.0)
    if joules > MOST_W * lasting * max(nodes, 1.0):
        raise RowRefused("impossible_power", value=f"{joules / lasting / 1000:.3g}")


def check_order(*texts: str) -> None:
    """RowRefused where one of these dates has its month first, and another may have its day first: a file has one
    order, and what another tool wrote is not guessed."""
    orders = {text: timestamps.by_order(text) for text in texts}
    day_first = next((text for text, found in orders.items() if True in found), None)
    month_first = next((text for text, found in orders.items() if [*found] == [False]), None)
    if day_first and month_first:
        start, end = sorted((day_first, month_first), key=texts.index)
        read = [" | ".join(orders[text].values()) for text in (start, end)]
        raise RowRefused("dates_order", start=start[:16], end=end[:16], start_read=read[0], end_read=read[1])


def check_begun(start_us: int) -> None:
    """RowRefused where a row begins before the first day that an estimate takes, or after today: what has not happened
    is neither read nor declared. A day is left to clocks, and to the zone of a time that says none."""
    if start_us < timestamps.FIRST_US - timestamps.DAY_US:
        raise RowRefused("before_first", start=datetime.fromtimestamp(start_us / 1e6, UTC).date().isoformat())
    _check_past(start_us)


def check_ended(start_us: int, end_us: int) -> None:
    """RowRefused where what was metered begins before the first day, or where either of its ends is after today."""
    check_begun(start_us)
    _check_past(end_us)


def _check_past(moment_us: int) -> None:
    if moment_us > timestamps.now_us() + timestamps.DAY_US:
        raise RowRefused("declared_future", start=datetime.fromtimestamp(moment_us / 1e6, UTC).date().isoformat())


def energy(*checks: str, **read: tuple[float, str]) -> Part:
    """Electricity of each component [kWh] with its mode, and the checks of its reading; zero over a run is unknown, and
    not zero."""
    if not any(kwh for kwh, _ in read.values()):
        return {"other_mode": NOT_ESTIMABLE}, ["zero_energy"]
    modes = {f"{part}_mode": mode for part, (_, mode) in read.items()}
    return modes | {f"{part}_energy_kwh": kwh for part, (kwh, _) in read.items()}, checks


def counts_only(model: str, counts: Mapping[str, float | None]) -> tuple[dict[str, Any], list[str]]:
    """Counts without energy, as fields of Activity, and checks: modelled by the build when model and output
    are known, not estimable otherwise, never zero. RowRefused when all are zero, or above any plausible use."""
    if not any(counts.values()):
        raise RowRefused("no_work")
    for name, value in counts.items():
        by_request = (value or 0.0) / (counts.get("requests") or 1.0) if name in _BY_REQUEST else 0.0
        if (value or 0.0) > MOST_COUNTED or by_request > MOST_BY_REQUEST:
            raise RowRefused("beyond_use", field=name, value=f"{value:.4g}")
    done = counts.get("output_tokens") or counts.get("images") or counts.get("audio_s")
    checks = [] if model and done else ["no_output" if model else "no_model"]
    return {**counts, "model": model or None, "other_mode": NOT_DECLARED}, checks
