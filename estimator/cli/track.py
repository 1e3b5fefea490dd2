"""`sobria track`: run a command, measured."""

import re
from typing import Annotated

import typer

from estimator.cli.usage import check_reading
from estimator.core.errors import SobriaError
from estimator.tracking.overhead import since_start

_KWH = {"wh": 1e-3, "kwh": 1.0, "mwh": 1e3}
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "j": 86400.0}


def track(
    context: typer.Context,
    command: Annotated[list[str], typer.Argument(help="command", metavar="-- COMMAND")],
    use_case: Annotated[str | None, typer.Option(help="use_case")] = None,
    project: Annotated[str | None, typer.Option(help="project")] = None,
    zone: Annotated[str, typer.Option(help="zone")] = "",
    host: Annotated[str | None, typer.Option(help="host")] = None,
    items: Annotated[float | None, typer.Option(help="items", min=0)] = None,
    sampling: Annotated[float, typer.Option(help="sampling", min=0.1)] = 5.0,
    idle: Annotated[float | None, typer.Option(help="idle", min=1)] = None,
    window: Annotated[str | None, typer.Option(help="window", metavar="90s|15min|1h|1d")] = None,
    stop_at: Annotated[str | None, typer.Option(help="stop_at", metavar="500Wh|2kWh")] = None,
) -> None:
    from estimator.catalogue.resolver import zone_named
    from estimator.tracking.run_command import run_command
    from estimator.tracking.tracker import TrackOptions

    if window and items is not None:
        raise SobriaError("items_of_windows")
    options = TrackOptions(
        home=context.obj["home"],
        lang=context.obj["lang"],
        use_case=use_case,
        project=project,
        zone=zone_named(zone) if zone else "",
        host=host,
        items=items,
        sampling_s=sampling,
        idle_s=idle,
        window_s=seconds_of(window, sampling) if window else None,
    )
    budget = None if stop_at is None else kwh_of(stop_at)
    raise typer.Exit(run_command(command, options, before=since_start(), stop_at_kwh=budget))


def seconds_of(text: str, sampling_s: float) -> float:
    """A duration such as 90s, 15min, 1h or 1d [s]. bad_window, Usage."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|min|h|d|j)", text.strip().lower())
    check_reading("--window", found[1] if found else "")
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if seconds < max(sampling_s, 1.0):
        raise SobriaError("bad_window", text=text, sampling=f"{max(sampling_s, 1.0):g}")
    return seconds


def kwh_of(text: str) -> float:
    """An amount of electricity such as 500Wh, 2kWh or 1,5 MWh [kWh]. SobriaError bad_budget, of mWh too, which is
    a thousandth of a Wh or, written by mistake, a million of them; Usage."""
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?) ?(M?wh|kwh)", text.strip(), re.IGNORECASE)
    check_reading("--stop-at", found[1] if found else "")
    kwh = float(found[1].replace(",", ".")) * _KWH[found[2].lower()] if found and found[2][0] != "m" else 0.0
    if not kwh:
        raise SobriaError("bad_budget", text=text)
    return kwh
