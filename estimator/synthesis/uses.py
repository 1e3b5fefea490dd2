"""Use cases by electricity: one by one where nobody can be recognised, small ones and unregistered runs together."""

from collections.abc import Sequence
from typing import Any

from estimator.attached import Attached
from estimator.figures import amounts, figure_named
from estimator.indicators.practice import PROOFS, proofs
from estimator.indicators.scope import Scope, of_case
from estimator.indicators.small_groups import grouped, withheld

ENERGY = figure_named("energy")


def uses(scope: Scope) -> list[dict[str, Any]]:
    """{"kind": "case", "others" or "unregistered", "id", "name", "count", "energy", "proof"}, largest first."""
    if withheld(scope):
        return []
    groups = grouped(scope)
    names = {case.id: case.name for case in scope.cases}
    found: list[dict[str, Any]] = [
        {"kind": "case", "id": id, "name": names[id], "count": 1} | _of(of_case(scope.rows, id)) for id in groups.shown
    ]
    found.sort(key=lambda row: (-(row["energy"]["central"] or 0.0), row["id"]))
    small = [row for row in scope.rows if row.id in groups.others]
    loose = of_case(scope.rows, None)
    for kind, rows, count in (("others", small, len(groups.others)), ("unregistered", loose, _services(loose))):
        if rows:
            found.append({"kind": kind, "id": "", "name": "", "count": count} | _of(rows))
    return found


def _of(rows: Sequence[Attached]) -> dict[str, Any]:
    """Electricity of some months, and its proof."""
    assert ENERGY is not None
    proof = dict.fromkeys(PROOFS, 0.0)
    for row in rows:
        for name, kwh in proofs(row.row.cell).items():
            proof[name] += kwh
    whole = sum(proof.values())
    shares = {name: kwh / whole if whole else 0.0 for name, kwh in proof.items()}
    return {"energy": amounts([row.row.cell for row in rows], [ENERGY])["energy"].as_dict(), "proof": shares}


def _services(rows: Sequence[Attached]) -> int:
    return len({row.row.service_key for row in rows})
