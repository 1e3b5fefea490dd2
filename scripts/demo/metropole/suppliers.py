"""Declarations of the invented suppliers, as files of the declaration template."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from estimator.ingestion.declarations.columns import TEMPLATE
from scripts.demo.metropole.calendar import Month, months

MIDNIGHT = "T00:00:00Z"  # these suppliers count their months in UTC


def write_declarations(said: Mapping[str, Any], folder: Path) -> None:
    """One file a supplier, from the series and the mistakes of suppliers.toml."""
    files: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for series in said["series"]:
        files[series["file"]] += _rows(series, said["document"])
    for mistake in said["mistake"]:
        files[mistake["file"]].append(mistake)
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, TEMPLATE, extrasaction="ignore", lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


def _rows(series: Mapping[str, Any], document: str) -> Iterator[Mapping[str, Any]]:
    about = {name: series[name] for name in ("service", "provider", "model", "zone", "host")}
    for month in months(series["months"], series["service"]):
        period = {"start": f"{month.start}{MIDNIGHT}", "end": f"{month.end}{MIDNIGHT}"}
        yield about | period | {"document": document.format(month=month.name)} | _counts(series, month)


def _counts(series: Mapping[str, Any], month: Month) -> dict[str, Any]:
    """Answers, tokens, services rendered and electricity of a month."""
    counted = "requests" if "requests" in series else "images"
    made = round(month.between(series[counted]) * month.busy)
    counts: dict[str, Any] = {counted: made}
    if "tokens" in series:
        counts |= {"input_tokens": made * series["tokens"][0], "output_tokens": made * series["tokens"][1]}
    if "kept" in series:
        counts["items"] = round(made * series["kept"])
    if "wh" in series:
        kwh = round(made * month.between(series["wh"]) / 1000, 1)
        counts |= {"energy_kwh": kwh, "energy_boundary": "site", "energy_basis": "measured", "pue": series["pue"]}
    if series.get("energy") == "zero":
        counts |= {"energy_kwh": 0, "energy_boundary": "site", "energy_basis": "measured"}
    return counts
