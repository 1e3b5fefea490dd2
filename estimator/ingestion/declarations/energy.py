"""Energy of one declaration: converted to IT energy from its system boundary, with the mode of its basis."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from estimator.catalogue.default_subjects import NOT_DECLARED
from estimator.catalogue.load import load
from estimator.ingestion.declarations.columns import COUNTS, HEARD, REPORTED, Cells
from estimator.ingestion.reader import RowRefused

BOUNDARIES = ("gpu", "it", "site")
BASES = ("measured", "computed")
NOT_ESTIMABLE = "mode/not_estimable"
DONE = (*COUNTS, "device_hours", "data_gb")  # a zero beside one of these is not that of a service that did nothing
_ECOLOGITS = re.compile(r"^ecologits\W*v?(\d+)\.(\d+)", re.IGNORECASE)
_ONE_BY_ONE, _BATCHED = (0, 8), (0, 11)  # EcoLogits: last version for unbatched requests, compared by us


def energy_fields(cells: Cells) -> tuple[dict[str, Any], list[str]]:
    """(energies [kWh of IT], modes, gap and PUE as fields of Activity, checks). RowRefused.

    Undeclared energy, and a zero, are unknown and not zero: but for a service whose counts are declared and all zero,
    without gases or water. Site energy is divided once by the PUE stated with it, by which a build multiplies it again.
    Without one, as on a bill, it is kept as that of the site, which a build divides by the PUE of the host. Accelerator
    energy stays as declared: the rest of the server is added by its gap, as an estimate.
    """
    boundary, basis = cells.word("energy_boundary", BOUNDARIES), cells.word("energy_basis", BASES)
    pue, kwh = _pue(cells), cells.number("energy_kwh")
    done = [cells.hours(HEARD), *map(cells.number, DONE)]
    fields: dict[str, Any] = {"reported_pue": pue}
    unused = ["declared_pue_unused"] if pue is not None else []
    if kwh is None:
        return fields | {"other_mode": NOT_DECLARED}, ["energy_not_declared", *unused]
    idle = 0 in done and not any(map(cells.number, REPORTED))
    if kwh == 0 and (any(done) or not idle):
        unused = ["declared_pue_zero"] if unused and boundary == "site" else unused
        return fields | {"other_mode": NOT_ESTIMABLE}, ["declared_zero" if any(done) else "zero_energy", *unused]
    if not _situated(cells, {"energy_boundary": (boundary, BOUNDARIES), "energy_basis": (basis, BASES)}):
        return fields, []
    mode, checks = _mode(basis, cells.text("method"))
    if boundary == "site":
        if pue is None and "pue" in cells.faults:
            return fields, checks
        if pue is None:
            return fields | {"site_energy_kwh": kwh, "other_mode": mode}, [*checks, "declared_site_split"]
        kwh /= pue
        checks.append("declared_site")
    else:
        checks += unused
    if boundary == "gpu":
        return fields | {"gpu_energy_kwh": kwh, "gpu_mode": mode, "gap": "gap/declared-gpu"}, checks
    return fields | {"other_energy_kwh": kwh, "other_mode": mode}, checks


def _situated(cells: Cells, words: Mapping[str, tuple[str, Sequence[str]]]) -> bool:
    """Whether the words that situate the energy are read; False where a cell is at fault, and told. RowRefused."""
    for name, (word, expected) in words.items():
        if not word and name not in cells.faults:
            raise RowRefused("declared_without", column=name, expected=" | ".join(expected))
    return all(word for word, _ in words.values())


def _pue(cells: Cells) -> float | None:
    pue, known = cells.number("pue"), load().quantities["pue"]
    if pue is not None and not known.floor <= pue <= known.ceiling:
        raise RowRefused("declared_pue", value=f"{pue:g}", low=f"{known.floor:g}", high=f"{known.ceiling:g}")
    return pue


def _mode(basis: str, method: str) -> tuple[str, list[str]]:
    """Metered by the supplier: declared; modelled by the supplier: estimated, graded by what is known of the model."""
    if basis == "measured":
        return "mode/declared", []
    if not method:
        raise RowRefused("computed_without_method")
    found = _ECOLOGITS.match(method)
    version = (int(found[1]), int(found[2])) if found else None
    if version and version >= _BATCHED:
        return "mode/supplier_model", []
    if version and version <= _ONE_BY_ONE:
        return "mode/supplier_ecologits_old", ["old_ecologits"]
    return "mode/supplier_other", ["unknown_model_of_supplier"]
