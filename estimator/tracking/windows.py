"""Consecutive windows of one tracker: each is a run of its own, and together they cover all that was metered, once."""

import sys
from typing import Any

from estimator.tracking.codecarbon_session import Totals

_SUMS = ("duration", "emissions", "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "water_consumed")
_PARTS = ("cpu", "gpu", "ram")
_J_PER_KWH = 3.6e6


def stretch(total: Totals, before: Totals, run_id: str) -> dict[str, Any]:
    """The row between two readings of a tracker, with mean power recomputed [W]."""
    row = {**total, "run_id": run_id} | {name: total[name] - before[name] for name in _SUMS}
    row |= {f"{part}_power": power_w(row, f"{part}_energy") for part in _PARTS}
    row["emissions_rate"] = row["emissions"] / row["duration"] if row["duration"] else 0.0
    return row


def power_w(row: Totals, energy: str = "energy_consumed") -> float:
    """Mean power [W] of a row of codecarbon."""
    return float(_J_PER_KWH * row[energy] / row["duration"]) if row["duration"] else 0.0


def synchronise() -> None:
    """Wait for the GPUs to finish queued work, so that its energy is counted in this window.

    Only if this program has loaded torch and initialised CUDA; a CUDA error is the program's own,
    which will raise it again.
    """
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    try:
        if cuda is not None and cuda.is_initialized():
            for card in range(cuda.device_count()):
                cuda.synchronize(card)
    except (AttributeError, RuntimeError, ValueError):
        return
