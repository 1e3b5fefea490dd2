"""Design power of a processor by its name, from the table that codecarbon carries (MIT licence)."""

import csv
import re
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

TABLE = "codecarbon/data/hardware/cpu_power.csv"
_WATTS = re.compile(r"\d+(\.\d+)?")
_SAID_BESIDE = re.compile(r"\((r|tm|c)\)|[®™]|^.*\bgen\b|@.*|\bwith .*|\b(cpu|processor)\b|\b\d+-cores?\b")


def sheet_power(name: str) -> float | None:
    """Design power of one processor [W]; None where the table does not have it."""
    return _sheets().get(_plain(name))


@cache
def _sheets() -> dict[str, float]:
    text = Path(str(distribution("codecarbon").locate_file(TABLE))).read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if _WATTS.fullmatch(row["TDP"])]  # one has two points
    return {_plain(row["Name"]): float(row["TDP"]) for row in sorted(rows, key=lambda row: float(row["TDP"]))}


def _plain(name: str) -> str:
    """A name without marks, generation, frequency, cores and graphics."""
    return " ".join(_SAID_BESIDE.sub(" ", name.lower()).split())
