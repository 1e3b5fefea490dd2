"""Rows of a large part that tell the same but for their name, time and electricity, summed before they are placed and
judged: what is told of the sum is what is told of each."""

from collections.abc import Mapping, Set

from estimator.catalogue.fault_rules import PARTS

METERS = (*(f"{part}_energy_kwh" for part in PARTS), "site_energy_kwh", "device_hours")
# Columns of which a sum is all that counts, once rows that read some are apart from those that read none.
SUMMED = frozenset({*METERS, "machine_hours", "duration_s", "reported_gwp_kg", "reported_water_l"})
NUMBERS = SUMMED | {"reported_pue", "resource_share", "machine_units"}  # of rows of electricity alone
_NAMES = ("row_id", "run_key", "run_id", "line")
_ENDS = {"start_us": "MIN", "end_us": "MAX", "end_month": "MAX"}


def alike_columns(types: Mapping[str, str], told: Mapping[str, str], fixed: Set[str]) -> tuple[str, str]:
    """SQL of the columns of these sums, how many rows each is of (`alike`) among them, and of what tells them apart
    beside their part. told: what all rows state, by column; fixed: columns that tell apart no two rows of a part."""
    listed, by = ["COUNT(*) AS alike"], [f"{name} > 0" for name in METERS if name not in told]
    for name, kind in types.items():
        sql = told.get(name, name)
        if name in _NAMES:
            sql = f"NULL::{kind}"
        elif name in told:
            pass
        elif name in SUMMED:
            sql = f"fsum({name})"
        elif name in _ENDS:
            sql = f"{_ENDS[name]}({name})"
        elif name in fixed:
            sql = f"ANY_VALUE({name})"
        else:
            by.append(name)
        listed.append(f"{sql} AS {name}")
    return ", ".join(listed), ", ".join(by)
