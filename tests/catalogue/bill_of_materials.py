"""What it took to make a server, summed over its parts: the tables are held against published servers with it."""

from collections.abc import Mapping
from datetime import date

from estimator.catalogue.load import load
from estimator.catalogue.selection import select_factor
from estimator.catalogue.tables import Catalogue

# indicator of the result -> quantity that every hardware subject has in the factor tables
INDICATORS = {"gwp": "machine_gwp", "adpe": "machine_adpe", "primary_energy": "machine_primary_energy"}


def compose(parts: Mapping[str, float], day: date) -> dict[str, tuple[float, float, float]]:
    """Low, central and high value of making these parts: gwp [kgCO2e], adpe [kgSbeq], primary_energy [MJ].

    `parts` maps a subject (part/…, gpu/…, machine/…) to how many of it: pieces, GB, TB or kg, as its label says.
    Lows are summed with lows and highs with highs: parts of one study err together. An indicator that one part
    lacks is absent, never zero.
    """
    found = {name: _sum(load(), quantity, parts, day) for name, quantity in INDICATORS.items()}
    return {name: total for name, total in found.items() if total is not None}


def _sum(
    catalogue: Catalogue, quantity: str, parts: Mapping[str, float], day: date
) -> tuple[float, float, float] | None:
    low = central = high = 0.0
    for part, count in parts.items():
        item = select_factor(catalogue, quantity, part, day).factor
        if item is None or item.value is None or item.low is None or item.high is None:
            return None
        low, central, high = low + count * item.low, central + count * item.value, high + count * item.high
    return (low, central, high) if parts else None
