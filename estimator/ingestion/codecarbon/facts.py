"""Facts shared by most rows of a codecarbon file: place and hardware of the run, resolved once and cached."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from estimator.catalogue.default_subjects import CARD_MACHINE, RACK, THREAD_MACHINES, machine_at
from estimator.catalogue.load import load
from estimator.catalogue.physical_limits import cards_most, processors_most
from estimator.catalogue.processors import sheet_power
from estimator.catalogue.resolver import Computer, ComputerRead, PlaceRead, Places
from estimator.ingestion.codecarbon.methods import CONSTANT_MODE, modes_of
from estimator.ingestion.codecarbon.place import Coordinates, ResolvedPlace, find, off_the_globe, timezone_of
from estimator.ingestion.parsing.delimited_text import number_or_nan
from estimator.ingestion.reader import ReadingContext, RowRefused
from estimator.ingestion.sidecar import Sidecar, idle_drift, machine_units
from estimator.ledger.rows import TimeBasis

ABSENT = "mode/none"
COUNTED = ("cpu_count", "gpu_count")
PLACED = ("country_iso_code", "country_name", "region", "cloud_provider", "cloud_region")  # in the order of PlaceRead
METERED = ("cpu", "gpu", "ram")
DESK = "class/desk"
FEWEST_THREADS = 8  # of a server: the smallest EPYC and Xeon of servers have four cores of two threads
_PORT = re.compile(r"node|js|port|rust|java", re.IGNORECASE)
_SCOPES = {"machine": "machine", "process": "process"}
_OF_A_RUN = ("items", "input_tokens", "output_tokens", "cached_tokens", "requests", "images", "audio_s", "data_gb")
_OF_ANY_ROW = ("machine_id", "model", "precision", "concurrency", "latency_s")


@dataclass(frozen=True)
class RowFacts:
    """Fields of Activity shared by these rows, and the inputs to interpret the energies of each row."""

    fields: Mapping[str, Any]
    checks: tuple[str, ...]
    zone: ZoneInfo
    basis: TimeBasis
    pue: float
    sheet_w: float | None  # of one processor [W]; None where unknown
    processors_most: float  # that these processors can draw, by their sheet [kWh/h]; NaN where unknown
    memory_gb: float  # NaN where unknown
    by_thread: tuple[float, float]  # power written where each thread is a processor [W], NaN elsewhere; threads
    cards: int | None
    machine_of_card: str | None  # where the energy of a card says that there is one
    hardware: Mapping[str, bool]
    modes: Mapping[str, str | None]  # as the sidecar says
    methods: Mapping[str, Mapping[str, str]]  # as told from the row, by component and kind of processor power
    gap: str | None
    of_run: Mapping[str, Any] = field(default_factory=dict)


def facts_of(
    read: Callable[[str], str], coordinates: Coordinates | None, context: ReadingContext, sidecar: Sidecar | None
) -> RowFacts:
    """Facts of the rows with these shared cells, by name in `read`. RowRefused for a PUE that cannot be removed."""
    side = sidecar or Sidecar()
    places = context.places
    place = PlaceRead(*map(read, PLACED))
    computer = places.recognise(ComputerRead(*(read(name) for name in ComputerRead._fields)))
    unread = off_the_globe(coordinates) or any(read(name) and _count(read(name)) is None for name in COUNTED)
    zone, place_checks = ResolvedPlace(side.zone, ()) if side.zone else find(place, coordinates, places)
    named = side.host or places.resolve_host(place.cloud_provider, place.cloud_region)
    place_checks = (*place_checks, *(["host_unread"] if place.cloud_provider and not named else []))
    host = named or computer.host
    pue, pue_checks = _pue(read("pue"))
    device = _device(read, places, computer, side)
    scope = side.scope if side.scope != "unknown" else _SCOPES.get(read("tracking_mode").lower(), "unknown")
    whole = 1.0 if scope == "machine" else None
    clock, basis, clock_checks = _clock(context, zone, coordinates, sidecar)
    machine, units, machine_checks = _machine(side, computer, _count(read("cpu_count")), device.cards)
    fields = {
        "service_key": read("project_name"),
        "tool_version": read("codecarbon_version") or None,
        "zone": zone,
        "zone_as_read": _zone_as_read(place, place_checks),
        "host": host,
        "machine": machine,
        "machine_units": units,
        "device": device.subject,
        "device_as_read": read("gpu_model") or None,
        "device_count": device.cards,
        "scope": scope,
        "resource_share": whole if side.resource_share is None else side.resource_share,
        "reported_pue": pue if read("pue") else None,
        **{name: getattr(side, name) for name in _OF_ANY_ROW},
    }
    return RowFacts(
        fields=fields,
        checks=(
            *pue_checks,
            *place_checks,
            *clock_checks,
            *(["cards_contradicted"] if device.contradicted else []),
            *machine_checks,
            *(["cells_unread"] if unread or device.count_unread else []),
            *_checks(read, named or (host if host == DESK else None), device.read_but_unknown, side),
        ),
        zone=ZoneInfo(clock),
        basis=basis,
        pue=pue,
        sheet_w=sheet_power(read("cpu_model")),
        processors_most=processors_most(load(), machine, read("cpu_model")),
        memory_gb=number_or_nan(read("ram_total_size")),
        by_thread=_by_thread(read),
        cards=device.cards,
        machine_of_card=machine_at(host) if machine == RACK and not side.machine and not read("gpu_model") else machine,
        hardware={
            "cpu": bool(read("cpu_model") or read("cpu_count")),
            "gpu": bool(device.cards) or (bool(read("gpu_model")) and not computer.integrated),
            "ram": bool(read("ram_total_size")),
        },
        modes=side.modes.model_dump(),
        methods={name: modes_of(name, read) for name in METERED},
        gap=side.gap,
        of_run={name: getattr(side, name) for name in _OF_A_RUN} if side.run_id else {},
    )


@dataclass(frozen=True)
class _Device:
    subject: str | None
    cards: int | None
    read_but_unknown: bool
    contradicted: bool
    count_unread: bool


def _device(read: Callable[[str], str], places: Places, computer: Computer, side: Sidecar) -> _Device:
    model = read("gpu_model")
    subject, count = places.resolve_device(model)
    cards, most = _count(read("gpu_count")), cards_most(load())
    contradicted = None not in (cards, count) and cards != count and " x " in model and "," not in model
    told = [number for number in (cards, count) if number is not None]
    cards = next((number for number in told if number <= most), None)
    if computer.integrated:  # built into the computer: as a device, its manufacture would be counted twice
        subject, cards = None, 0
    subject = side.device or subject
    cards = side.device_count if side.device_count is not None else cards
    unknown = bool(model) and subject is None and not computer.integrated
    return _Device(subject, cards, unknown, contradicted, any(number > most for number in told))


def _machine(
    side: Sidecar, computer: Computer, threads: int | None, cards: int | None
) -> tuple[str | None, float | None, list[str]]:
    """The kind of computer, the threads or cards of a virtual machine, and checks: never a server for a part of it."""
    machine, threads_held = side.machine or computer.machine, side.vcpus or threads or None
    if computer.machine == machine == RACK and threads_held and threads_held < FEWEST_THREADS:
        machine = "machine/vm-any"
    if machine in THREAD_MACHINES and cards:
        machine = CARD_MACHINE
    units = machine_units(machine, threads_held, cards)
    unsized = units is None and machine in (*THREAD_MACHINES, CARD_MACHINE)
    return (None, None, ["vm_size_unknown"]) if unsized else (machine, units, [])


def _count(text: str) -> int | None:
    number = number_or_nan(text)
    return int(number) if 0 <= number < 1e6 else None


def _pue(text: str) -> tuple[float, list[str]]:
    if not text:
        return 1.0, []
    pue = number_or_nan(text)
    if not (math.isfinite(pue) and pue > 0):
        raise RowRefused("bad_pue", value=text[:40])
    return pue, ["pue_undone"] if pue != 1 else []


def _clock(
    context: ReadingContext, zone: str | None, coordinates: Coordinates | None, sidecar: Sidecar | None
) -> tuple[str, TimeBasis, list[str]]:
    if sidecar and sidecar.timezone:
        return sidecar.timezone, "sidecar", []
    if context.option_timezone:
        return context.option_timezone, "option", []
    home = context.home_timezone
    checks = ["several_timezones"] if context.places.several_timezones(zone, home) else []
    country = timezone_of(zone, coordinates, context.places)
    return (country, "country", checks) if country else (home, "home", checks)


def _by_thread(read: Callable[[str], str]) -> tuple[float, float]:
    """Half the power of the sheet, once a thread [W], of a version that does so, NaN of another; and the threads."""
    threads = _count(read("cpu_count")) or 1
    held = threads > 1 and modes_of("cpu_by_thread", read)["steady"] == CONSTANT_MODE
    return (sheet_power(read("cpu_model")) or math.nan) / 2 * threads if held else math.nan, threads


def _zone_as_read(place: PlaceRead, checks: tuple[str, ...]) -> str | None:
    """Country and region; the region of a provider too where no table has it."""
    cloud = f"{place.cloud_provider}:{place.cloud_region}" if {"unknown_region", "host_unread"} & {*checks} else ""
    return "/".join(filter(None, (place.country_iso or place.country_name, place.region, cloud))) or None


def _checks(read: Callable[[str], str], host: str | None, card_unknown: bool, side: Sidecar) -> list[str]:
    found = {
        "no_host": host is None and not read("cloud_provider"),
        "unknown_device": card_unknown,
        "port_not_codecarbon": bool(_PORT.search(read("codecarbon_version"))),
        "failed_run": side.exit_code not in (None, 0) and side.stopped_by is None,
        "budget_reached": side.stopped_by == "budget",
        "idle_drift": idle_drift(side),
        "shared_machine": side.scope == "machine" and (side.resource_share or 1.0) < 1,
        "share_unknown": side.allocated_by is not None and side.resource_share is None,
    }
    return [code for code, holds in found.items() if holds]
