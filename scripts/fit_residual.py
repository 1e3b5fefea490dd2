"""Standard deviations of the residual of energy per token, by restricted likelihood on the measured configurations and
the regression that ships: `python -m scripts.fit_residual [--write]`; the lengths stay."""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from estimator.workloads.inference.measurements import REFERENCE, SECOND, load
from estimator.workloads.inference.residual import components
from scripts.fit_energy import architectures, bare
from scripts.fit_regression import ENERGY, _errors, _predict, _slopes, sample

FILE = Path(__file__).parent.parent / "factors" / "residual_components.csv"
LEFT_OUT = FILE.parent / "results" / "leave_out_residual.csv"
OUTLIER = "Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8"  # one row, four times its twin at 16 bits: doubles the bits
WEAK = 0.7  # standard deviation of the logarithm of a coefficient before the fit
STEPS = 330
Array = NDArray[np.float64]


def fitted(architecture: str | None = None) -> dict[str, float]:
    """The standard deviation of each component [log], on all architectures or all but one."""
    table = load()
    specs = {device: found[0] for device in (REFERENCE, SECOND) if (found := table.sheet(device))}
    rows = [
        r
        for r in table.rows
        if r.unit == "J/output token" and r.output_tokens and r.itl_ms and r.device in specs and r.model != OUTLIER
        if r.architecture != architecture
    ]
    data = sample(rows, specs, REFERENCE)
    k = {"prefill": table.value("token_energy_prefill"), "prompt_chat": table.value("token_prompt_chat")}
    k |= table.regression.energy
    by_name = _slopes(data, k, _predict(data, k)[1])
    seen = np.column_stack([_errors(data, data.energy, k), *(by_name[name] for name in (*ENERGY, "prefill"))])
    gap = np.log(data.load.concurrency)[:, None] - np.log(data.load.concurrency)[None, :]

    def same(*names: str) -> Array:
        keys = np.array(["|".join(str(getattr(r, name)) for name in names) for r in rows])
        return np.asarray(keys[:, None] == keys[None, :], dtype=float)

    def near(name: str) -> Array:
        return np.asarray(np.exp(-0.5 * (gap / components()[name][1]) ** 2))

    place = ("model", "task", "device", "precision_bits", "device_count")
    parts = {
        "shared_flight": near("shared_flight"),
        "shared_type": same("arch") * near("shared_type"),
        "shared_cell": same("device", "precision_bits"),
        "architecture_flight": same("architecture") * near("architecture_flight"),
        "architecture_bits": same("architecture", "precision_bits"),
        "architecture_task": same("architecture", "task"),
        "model": same("model"),
        "configuration": same(*place) * near("configuration"),
        "repeat": np.eye(len(rows)),
    }
    start = np.log([components()[name][0] for name in parts])
    best = _least(lambda h: _loss(np.exp(2 * h), list(parts.values()), seen), start)
    return dict(zip(parts, np.exp(best).tolist(), strict=True))


def _loss(variances: Array, parts: list[Array], seen: Array) -> float:
    """−2 × the restricted logarithm of the likelihood, the coefficients being integrated out."""
    try:
        root = np.linalg.cholesky(sum(v * part for v, part in zip(variances, parts, strict=True)))
    except np.linalg.LinAlgError:
        return 1e9
    white = np.linalg.solve(root, seen)
    y, slopes = white[:, 0], white[:, 1:]
    inner = slopes.T @ slopes + np.eye(slopes.shape[1]) / WEAK**2
    side = slopes.T @ y
    spread = 2 * np.log(np.diag(root)).sum() + np.linalg.slogdet(inner)[1]
    return float(spread + y @ y - side @ np.linalg.solve(inner, side))


def _least(loss: Callable[[Array], float], start: Array) -> Array:
    """Where a function is least, by Nelder and Mead."""
    simplex = [start, *(start + 0.4 * e for e in np.eye(len(start)))]
    value = [loss(point) for point in simplex]
    for _ in range(STEPS):
        order = np.argsort(value)
        simplex, value = [simplex[i] for i in order], [value[i] for i in order]
        middle = np.mean(simplex[:-1], axis=0)
        for factor in (1.0, 2.0, -0.5):
            tried = middle + factor * (middle - simplex[-1])
            got = loss(tried)
            if got < value[-1]:
                simplex[-1], value[-1] = tried, got
                break
        else:
            simplex = [simplex[0], *(simplex[0] + 0.5 * (point - simplex[0]) for point in simplex[1:])]
            value = [value[0], *(loss(point) for point in simplex[1:])]
    return simplex[int(np.argmin(value))]


def main() -> None:
    """Print the components beside those that ship; with --write, write them, and those without each architecture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    found = fitted()
    for name, sd in found.items():
        print(f"{name}: {components()[name][0]:.3f} -> {sd:.3f}")
    if asked.write:
        with FILE.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        _write(FILE, [row | {"sd": f"{found[row['component']]:.3g}"} for row in rows])
        each = {name: fitted(name) for name in architectures(bare())}
        told = [(name, component, sd) for name, parts in each.items() for component, sd in parts.items()]
        _write(LEFT_OUT, [{"architecture": a, "component": c, "sd": f"{sd:.3g}"} for a, c, sd in told])


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    main()
