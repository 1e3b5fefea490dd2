"""Fit energy and time per token on the measured configurations, write the coefficients, report left-out errors."""

import argparse
import csv
import io
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from estimator.catalogue.schema import Factor
from estimator.workloads.inference.measurements import ANY, TokenTables, fitted, load, refit
from estimator.workloads.inference.regression import MeasuredConfiguration, Regression
from estimator.workloads.inference.token_energy import SizeBounds, TokenRequest, token_energy

FILE = Path(__file__).parent.parent / "factors" / "regression.csv"
SOURCE = "sobria_fit"
UNITS = {"token_energy_step": "s", "token_time_step": "s", "image_energy": "kWh", "video_energy": "kWh"}
LOCATOR = "scripts/fit_energy.py sur factors/model_energy.csv"
NOTES = {
    "min_max": "Moindres carrés ; bornes : plus basse et plus haute valeur quand une architecture est retirée.",
    "p5_p95": "Mesuré sur prédit, points à 5, 50 et 95 % sur des architectures retirées.",
    "token_range": "Étendue des configurations mesurées.",
    "token_outside": "Par facteur e hors de l'étendue mesurée : dérive quand un bout de l'étendue est caché.",
    "media": "Moyenne géométrique des modèles mesurés ; bornes : plus sobre et plus gourmande des configurations.",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the left-out report; with --write, write the coefficients; with --leave-out, print those without it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write factors/regression.csv")
    parser.add_argument("--leave-out", metavar="ARCHITECTURE", help="print the coefficients without it")
    options = parser.parse_args(argv)
    rows = fitted_rows(options.leave_out)
    if options.leave_out:
        for row in rows:
            print(f"{row['id']}: {row['value']} ({row['low']} - {row['high']})")
        return
    if options.write:
        write(rows)
    report()


def bare() -> TokenTables:
    """The table without a regression, input of the fit."""
    from estimator.workloads.inference.measurements import read_factors, read_rows

    nothing = Regression({}, {}, (1, 1, 1), (1, 1, 1), (1, 1, 1), 1, 1, {}, {})
    return TokenTables(read_factors(), read_rows(), nothing)


def fitted_rows(leave_out: str | None = None) -> list[dict[str, str]]:
    """Factor rows of a fit, with six significant figures."""
    table = bare()
    rows = [_row(*item) for item in fitted(refit(table, leave_out))]
    for kind in ("image", "video"):
        found = [r for r in table.rows if r.unit == f"J/{kind}"]
        middle = math.exp(sum(math.log(r.energy_j) for r in found) / len(found))
        ends = (
            min(r.energy_low_j or r.energy_j for r in found),
            middle,
            max(r.energy_high_j or r.energy_j for r in found),
        )
        rows.append(_row(f"{kind}_energy", ANY, tuple(v / 3.6e6 for v in ends), "min_max"))
    return rows


def _row(quantity: str, subject: str, ends: Sequence[float], kind: str) -> dict[str, str]:
    low, value, high = (f"{v:.6g}" for v in ends)
    special = next((n for n in ("token_range", "token_outside") if quantity.startswith(n)), kind)
    note = NOTES["media" if quantity in ("image_energy", "video_energy") else special]
    row = dict.fromkeys(Factor.model_fields, "")
    return row | {
        "id": f"{quantity}/{subject}/2026", "quantity": quantity, "subject": subject, "role": "default",
        "value": value, "low": low, "high": high, "bounds_kind": kind, "unit": UNITS.get(quantity, "1"),
        "geography": "GLOBAL", "boundary": "use", "family": "mlenergy", "source": SOURCE, "locator": LOCATOR,
        "quality": "1/1/2/2", "review_by": "2027-06-30", "note": note,
    }  # fmt: skip


def write(rows: Sequence[dict[str, str]]) -> None:
    """Replace the fitted rows of the table; manual rows stay in place."""
    kept = [r for r in csv.DictReader(io.StringIO(FILE.read_text("utf-8"))) if r["locator"] != LOCATOR]
    with FILE.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, list(Factor.model_fields), lineterminator="\n")
        table.writeheader()
        table.writerows([*kept, *rows])
    load.cache_clear()


def request_of(row: MeasuredConfiguration, known: bool = True) -> TokenRequest:
    """The request of a measured configuration, by a user without its measurement."""
    return TokenRequest(
        model=row.model,
        total_params=SizeBounds(central=row.total_params_b),
        active_params=SizeBounds(central=row.active_params_b),
        device=row.device,
        device_count=row.device_count,
        precision_bits=row.precision_bits,
        concurrency=row.concurrency if known else None,
        output_tokens=row.output_tokens,
        task=row.task,
    )


def left_out(table: TokenTables, known: bool = True) -> dict[str, list[tuple[bool, float, float]]]:
    """Leave-one-architecture-out: inside, high over low, measured over predicted."""
    found: dict[str, list[tuple[bool, float, float]]] = {}
    for name in sorted({r.architecture for r in table.rows if r.unit == "J/output token"}):
        blind = table.left_out(name)
        for row in (r for r in table.rows if r.architecture == name):
            said = token_energy(request_of(row, known), blind)
            inside = said.low <= row.energy_j <= said.high
            found.setdefault(name, []).append((inside, said.high / said.low, row.energy_j / said.central))
    return found


def share(found: dict[str, list[tuple[bool, float, float]]]) -> float:
    """Share inside the interval, every configuration with equal weight."""
    flat = [inside for items in found.values() for inside, _, _ in items]
    return sum(flat) / len(flat)


def report() -> None:
    """Leave-one-architecture-out, with and without the number of concurrent requests."""
    table = load()
    for known in (True, False):
        found = left_out(table, known)
        widths = [w for items in found.values() for _, w, _ in items]
        errors = [abs(math.log(e)) for items in found.values() for _, _, e in items]
        print(f"requests in flight {'known' if known else 'unknown'}:")
        for name, items in found.items():
            inside = sum(i for i, _, _ in items)
            print(
                f"  {name}: {inside} of {len(items)} inside, measured over predicted {median(e for *_, e in items):.2f}"
            )
        each = sum(sum(i for i, _, _ in v) / len(v) for v in found.values()) / len(found)
        print(f"  inside {share(found):.3f} (by architecture {each:.3f}), median width {median(widths):.2f}, "
              f"median error {math.exp(median(errors)):.2f}, {len(widths)} configurations")  # fmt: skip
    print("interpolation between neighbours:", *(f"{v:.2f}" for v in interpolation(table)))


def interpolation(table: TokenTables) -> tuple[float, float, float]:
    """Measured over interpolated, each inner measurement left out in turn: 5, 50 and 95 %."""
    import numpy as np

    ratios = []
    for row in (r for r in table.rows if r.unit == "J/output token"):
        hidden = replace(table, rows=tuple(r for r in table.rows if r.id != row.id))
        said = token_energy(request_of(row), hidden)
        if said.method == "measured":
            ratios.append(row.energy_j / said.central)
    low, middle, high = np.quantile(ratios, (0.05, 0.5, 0.95))
    return float(low), float(middle), float(high)


if __name__ == "__main__":
    main()
