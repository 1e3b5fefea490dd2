"""One tracker cut into windows: each is a run of its own, and together they hold all that was metered, once."""

import sys
from typing import Any

from estimator.tracking.codecarbon_session import Totals

_SUMS = ("duration", "emissions", "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "water_consumed")
_PARTS = ("cpu", "gpu", "ram")
_J_PER_KWH = 3.6e6


def stretch(total: Totals, before: Totals, run_id: str) -> dict[str, Any]:
    """The row of what was metered from one reading of a tracker to a later one, the means of power recomputed [W]."""
    row = {**total, "run_id": run_id} | {name: total[name] - before[name] for name in _SUMS}
    row |= {f"{part}_power": power_w(row, f"{part}_energy") for part in _PARTS}
    row["emissions_rate"] = row["emissions"] / row["duration"] if row["duration"] else 0.0
    return row


def power_w(row: Totals, energy: str = "energy_consumed") -> float:
    """Mean power [W] of a row of codecarbon."""
    return float(_J_PER_KWH * row[energy] / row["duration"]) if row["duration"] else 0.0


def synchronise() -> None:
    """Wait for the cards to finish what was asked of them, so that it counts where it was asked.

    Only if this program has itself loaded torch and begun to use its cards; an error of theirs is the program's own,
    and it will see it.
    """
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    try:
        if cuda is not None and cuda.is_initialized():
            for card in range(cuda.device_count()):
                cuda.synchronize(card)
    except (AttributeError, RuntimeError, ValueError):
        return
