"""Fit energy and time per token on the measured configurations, write the coefficients, report left-out errors."""

import argparse
import csv
import io
import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median

from estimator.assessment.evaluation import ActivityGroup, points_of
from estimator.catalogue.load import load as load_catalogue
from estimator.catalogue.schema import Factor
from estimator.workloads.inference.measurements import (
    ANY,
    MEDIA,
    PROMPTS,
    MeasuredConfiguration,
    Regression,
    TokenTables,
    load,
    read_rows,
)
from estimator.workloads.inference.serving import ModelSize, Serving, serving_factors
from scripts.fit_regression import ENERGY, TIME, fitted, refit

FILE = Path(__file__).parent.parent / "factors" / "regression.csv"
LEFT_OUT = FILE.parent / "results" / "leave_out.csv"
SOURCE = "sobria_fit"
MEDIA_ROWS = [f"{kind}_energy" for kind in MEDIA]
UNITS = {"token_energy_step": "s", "token_time_step": "s"} | dict.fromkeys(MEDIA_ROWS, "kWh")
LOCATOR = "scripts/fit_energy.py sur factors/model_energy.csv"
READ = ("mlenergy", "1/1/2/2", SOURCE, LOCATOR)  # family, quality, source and where in it
COMPUTED = {
    "sound_energy": (
        "open-asr",
        "2/2/3/3",
        "open_asr",
        "scripts/data/*.csv, vitesse de treize modèles (calculé par scripts/fit_energy.py)",
    ),
    "embedding_energy": (
        "infinity",
        "3/2/3/4",
        "infinity_bench",
        "docs/docs/benchmarking.md, tableau NVIDIA L4 : trois programmes, 1,15 million de jetons "
        "(calculé par scripts/fit_energy.py)",
    ),
}
NOTES = {
    "min_max": "Moindres carrés ; bornes : plus basse et plus haute valeur quand une architecture est retirée.",
    "p5_p95": "Mesuré sur prédit, points à 5, 50 et 95 % sur des architectures retirées.",
    "token_range": "Étendue des configurations mesurées.",
    "token_outside": "Par facteur e hors de l'étendue mesurée : dérive quand un bout de l'étendue est caché.",
    "sound": "Moyenne géométrique des modèles dont la vitesse est publiée ; bornes : plus sobre et plus gourmand.",
    "embedding": "Par milliard de paramètres. Moyenne géométrique de trois programmes, un modèle ; bornes : extrêmes.",
    "media": "Moyenne géométrique des modèles mesurés ; bornes : plus sobre et plus gourmande des configurations.",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the left-out report; with --write, write the coefficients, with and without each architecture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write them in factors/ and factors/results/")
    options = parser.parse_args(argv)
    if options.write:
        write(fitted_rows())
        write_left_out()
    report()


def bare() -> TokenTables:
    """The table without a regression, input of the fit."""
    return TokenTables(read_rows(), Regression({}, {}, 1, (1, 1)))


def left_out_rows(architecture: str) -> list[dict[str, str]]:
    """Coefficients fitted without an architecture, with nine significant figures."""
    found = refit(bare(), architecture)
    values = {f"energy_{name}": found.energy[name] for name in ENERGY} | {f"time_{n}": found.time[n] for n in TIME}
    values |= {"outside": found.outside, "active_low": found.active[0], "active_high": found.active[1]}
    return [{"architecture": architecture, "name": name, "value": f"{value:.9g}"} for name, value in values.items()]


def write_left_out() -> None:
    """The coefficients without each architecture in turn."""
    with LEFT_OUT.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, ("architecture", "name", "value"), lineterminator="\n")
        table.writeheader()
        for name in architectures(bare()):
            table.writerows(left_out_rows(name))


def architectures(table: TokenTables) -> list[str]:
    """The architectures that the fit reads."""
    rows = [r for r in table.rows if r.unit == "J/output token" and r.output_tokens and r.itl_ms]
    return sorted({r.architecture for r in rows})


def fitted_rows() -> list[dict[str, str]]:
    """Factor rows of a fit, with six significant figures."""
    table = bare()
    rows = [_row(*item) for item in fitted(refit(table))]
    for kind, unit in MEDIA.items():
        found = [r for r in table.rows if r.unit == unit]
        if found:
            size = found[0].total_params_b if kind == "embedding" else 1.0  # by billion parameters
            rows.append(_row(f"{kind}_energy", ANY, tuple(v / 3.6e6 / size for v in _ends(found)), "min_max"))
    return rows


def _ends(rows: Sequence[MeasuredConfiguration]) -> tuple[float, float, float]:
    """Least, geometric mean and most of the energy of an output of all measured models [J]."""
    low, high = min(r.energy_low_j or r.energy_j for r in rows), max(r.energy_high_j or r.energy_j for r in rows)
    return low, math.exp(sum(math.log(r.energy_j) for r in rows) / len(rows)), high


def _row(quantity: str, subject: str, ends: Sequence[float], kind: str) -> dict[str, str]:
    low, value, high = (f"{v:.6g}" for v in ends)
    special = next((n for n in ("token_range", "token_outside") if quantity.startswith(n)), kind)
    computed = quantity.removesuffix("_energy") if quantity in COMPUTED else ""
    note = NOTES[computed or ("media" if quantity in MEDIA_ROWS else special)]
    family, quality, source, locator = COMPUTED.get(quantity, READ)
    row = dict.fromkeys(Factor.model_fields, "")
    return row | {
        "id": f"{quantity}/{subject}/2026", "quantity": quantity, "subject": subject, "role": "default",
        "value": value, "low": low, "high": high, "bounds_kind": kind, "unit": UNITS.get(quantity, "1"),
        "geography": "GLOBAL", "boundary": "usage", "family": family, "source": source, "locator": locator,
        "quality": quality, "review_by": "2027-06-30", "note": note,
    }  # fmt: skip


def write(rows: Sequence[dict[str, str]]) -> None:
    """Replace the fitted rows of the table; manual rows stay in place."""
    made = {r["id"] for r in rows}
    kept = [r for r in csv.DictReader(io.StringIO(FILE.read_text("utf-8"))) if r["id"] not in made]
    with FILE.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, list(Factor.model_fields), lineterminator="\n")
        table.writeheader()
        table.writerows([*kept, *rows])
    load.cache_clear()


def serving_of(row: MeasuredConfiguration) -> Serving:
    """A measured configuration as someone would describe it who has not measured it."""
    total, active = row.total_params_b, row.active_params_b
    size = ModelSize((total, total, total), (active, active, active))
    return Serving(
        row.model, size, row.model, row.device, row.device_count, row.precision_bits, row.concurrency, task=row.task
    )


def predicted(row: MeasuredConfiguration, table: TokenTables) -> tuple[float, float, float]:
    """5, 50 and 95 % points of the energy of an output token of a measured configuration [J]."""
    output = row.output_tokens or 1.0
    prompt = table.regression.energy[PROMPTS.get(row.task, "prompt_chat")]
    bounds = serving_factors(serving_of(row), load_catalogue(), date.today(), table).bounds
    amounts = dict.fromkeys(("mean_context_tokens", "unread_requests", "unread_outputs", "unsized_outputs"), 0.0)
    amounts |= {"output_tokens": 1.0, "input_tokens": prompt / output, "context_tokens": prompt + output / 2}
    low, middle, high = points_of(ActivityGroup(amounts, bounds), ("token_energy",))
    return low * 3.6e6, middle * 3.6e6, high * 3.6e6


def report() -> None:
    """Every architecture left out in turn: inside the interval, its width, measured over predicted."""
    table = load()
    rows = [r for r in table.rows if r.unit == "J/output token" and r.output_tokens and r.itl_ms]
    widths, errors, each = [], [], []
    for name in architectures(table):
        blind = table.left_out(name)
        mine = [r for r in rows if r.architecture == name]
        found = [(predicted(r, blind), r.energy_j) for r in mine]
        inside = sum(low <= seen <= high for (low, _, high), seen in found)
        ratios = [seen / middle for (_, middle, _), seen in found]
        widths += [high / low for (low, _, high), _ in found]
        errors += [abs(math.log(ratio)) for ratio in ratios]
        each.append(inside / len(mine))
        print(f"  {name}: {inside} of {len(mine)} inside, measured over predicted {median(ratios):.2f}")
    print(f"  inside {sum(each) / len(each):.3f} by architecture, median width {median(widths):.2f}, "
          f"median error {math.exp(median(errors)):.2f}, {len(widths)} configurations")  # fmt: skip


if __name__ == "__main__":
    main()
