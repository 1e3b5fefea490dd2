"""What a person may mend of rows that count: of each check that a total rests on, by what, and what it doubts."""

from collections.abc import Iterable, Mapping
from typing import Literal

from estimator.core.duckdb_engine import DuckDB

# file: corrected and imported again; check: a thing to look at, of which maybe nothing is to be mended
Mend = Literal["zone", "host", "cards", "size", "load", "file", "check"]
Part = Literal["whole", "cpu", "gpu", "ram", "made"]  # the last: a manufacture alone
OF_A_MEND: Mapping[Mend, tuple[str, ...]] = {
    "zone": (
        "no_country", "unknown_country", "supposed_place", "place_elsewhere", "two_countries", "zone_apart",
        "unknown_part",
        "zone_not_told", "zone_over_sites",
    ),
    "host": (
        "no_host", "host_not_told", "host_assumed", "host_unread", "address_not_of_provider", "address_private",
        "address_of_region", "unknown_region",
    ),
    "cards": ("card_count_unknown", "unknown_device", "waiting_not_counted"),
    "size": ("vm_size_unknown",),
    "load": ("hours_too_few",),
    "file": (
        "bad_pue", "beyond_sheet", "buckets_overlap", "came_twice", "card_not_told", "cards_by_engine",
        "cards_contradicted",
        "constant_42_5", "counter_repeated", "cpu_not_metered", "declared_twice", "declared_zero", "gpu_not_metered",
        "implausible_power", "log_cut", "mode_overruled", "no_model", "output_from_total",
        "page_cut", "period_unfinished", "power_contradicted", "ram_not_metered", "reasoning_beyond_total",
        "share_unknown", "shared_machine", "total_unexplained",
        "unknown_model", "zero_duration", "zero_energy",
    ),
    "check": ("increments_suspected", "machine_twice"),
}  # fmt: skip
AWAY = ("file", "check")  # what nothing said here mends
MENDED_BY: Mapping[str, Mend] = {code: mend for mend, codes in OF_A_MEND.items() for code in codes}
OF_A_PART: Mapping[Part, tuple[str, ...]] = {
    "cpu": ("beyond_sheet", "constant_42_5", "cpu_not_metered", "mode_overruled", "processor_power"),
    "gpu": ("gpu_not_metered", "card_power"),
    "ram": ("memory_power", "ram_not_metered"),
    "made": ("card_count_unknown", "unknown_device", "vm_size_unknown", "cards_contradicted"),
}
AT_LEAST = (  # what tells of electricity that nobody read, and that no total estimates
    "cards_only", "cpu_not_metered", "gpu_not_metered", "memory_not_read", "processor_only",
    "ram_not_metered", "shared_by_time", "waiting_not_counted", "waiting_unknown",
)  # fmt: skip
PART_OF: Mapping[str, Part] = {code: part for part, codes in OF_A_PART.items() for code in codes}


def record_mends(engine: DuckDB, alarms: Iterable[str]) -> None:
    """Table `mending`: the codes of the checks that a total rests on, each with what mends it and the part of a run
    that it doubts; the others are notices. alarms: the codes of faults that a total reads."""
    mended = {**MENDED_BY, **dict.fromkeys(alarms, "file")}
    parts: list[str] = [PART_OF.get(code, "whole") for code in mended]
    columns: dict[str, list[str]] = {"code": [*mended], "mended_by": [*mended.values()], "part": parts}
    engine.load("mending", columns, dict.fromkeys(columns, "VARCHAR"))
