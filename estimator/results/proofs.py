"""What the electricity of a group rests on, and how an impact of several is shared by it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from estimator.assessment.evaluation import ActivityGroup, read_of_components
from estimator.assessment.impacts import ImpactIndicator, applies_to, figure_named, is_counted, known_result
from estimator.catalogue.load import load
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import say
from estimator.core.proof_shares import parts_of_whole, proof_words
from estimator.ledger.rows import COMPONENTS

if TYPE_CHECKING:
    from estimator.core.duckdb_engine import DuckDB

NO_PROOF = "none"  # electricity that is not known, or nothing read
ELECTRICITY = ("energy", "it_energy")  # impacts that are one


def proofs(group: ActivityGroup) -> dict[str, float]:
    """IT electricity of a group by proof [kWh]: each component by its mode; gaps and what is modelled are estimated."""
    found: dict[str, float] = {}
    values = group.values
    if values.get("billed_it_energy") is not None:
        found[_proof("other", group)] = values["billed_it_energy"]
    elif values.get("measured_energy") is not None:
        for name in COMPONENTS:
            kwh = (values.get(f"{name}_energy") or 0.0) * (values.get(f"{name}_reading_ratio") or 0.0)
            proof = _proof(name, group)
            found[proof] = found.get(proof, 0.0) + kwh
        found["estimated"] = found.get("estimated", 0.0) + (values.get("unmetered_energy") or 0.0)
    else:
        found["estimated"] = float(values.get("it_energy") or 0.0)
    return {name: kwh for name, kwh in found.items() if kwh}


def _proof(component: str, group: ActivityGroup) -> str:
    return load().subjects[group.bounds[f"{component}_reading_ratio"].subject].proof or "unknown"


def shares_by_proof(group: ActivityGroup) -> dict[str, float]:
    """The share of a group's IT electricity that rests on each proof [1]: every impact of the group is shared so."""
    kwh = proofs(group)
    whole = sum(kwh.values())
    return {proof: part / whole for proof, part in kwh.items()} if whole else {NO_PROOF: 1.0}


def read_by_proof(group: ActivityGroup) -> dict[str, float]:
    """What was read of a group, before any factor, by the proof of each component [kWh]; of no proof where its
    electricity is not known."""
    known, found = bool(proofs(group)), dict[str, float]()
    for component, kwh in read_of_components(group).items():
        if kwh:
            proof = _proof(component, group) if known else NO_PROOF
            found[proof] = found.get(proof, 0.0) + kwh
    return found


def value_in(figure: ImpactIndicator, group: ActivityGroup) -> float:
    """What a group adds to an impact, each factor at its value [unit of the figure]."""
    if not is_counted(figure, group, group.values):
        return 0.0
    found = (known_result(part, group.values) for part in figure.parts if applies_to(part, group))
    return sum(float(group.values[result] or 0.0) for result in found if result)


def impact_shares(groups: Iterable[ActivityGroup], impact: str) -> dict[str, float]:
    """The share of an impact of these groups, or of a part of one, by proof [1], as the results have it at the level of
    proofs: shown beside that amount and no other. 0 for each where nothing of it is known."""
    found = dict[str, float]()
    if (figure := figure_named(impact)) is None:
        return shares_of(found)
    for group in groups:
        value = value_in(figure, group)
        for proof, share in shares_by_proof(group).items() if value else ():
            found[proof] = found.get(proof, 0.0) + share * value
    return shares_of(found)


def shares_of(amounts: Mapping[str, float]) -> dict[str, float]:
    """The shares of these amounts by proof [1]; of what no known electricity is behind, the method is unknown."""
    there = {proof: amounts.get(proof, 0.0) for proof in PROOFS}
    there["unknown"] += amounts.get(NO_PROOF, 0.0)
    whole = sum(there.values())
    return {proof: amount / whole if whole else 0.0 for proof, amount in there.items()}


def total_shares(engine: "DuckDB", table: str) -> dict[str, dict[str, float]]:
    """Those of each total, and of each part of one. table: SQL of the results."""
    return _by_key(engine, f"SELECT '' AS key, * FROM {table} WHERE level = 'proof'", []).get("", {})


def service_shares(engine: "DuckDB", table: str, impacts: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Those of these impacts, by service."""
    of_cells = f"SELECT service AS key, * FROM {table} WHERE level = 'cell' AND list_contains($1, impact)"
    return _by_key(engine, of_cells, [list(impacts)])


def electricity_shares(engine: "DuckDB", table: str) -> dict[str, dict[str, float]]:
    """Those of the electricity of each service: of its site, else of its machines."""
    found = service_shares(engine, table, ELECTRICITY).items()
    return {key: electricity_of(of) for key, of in found}


def electricity_of(of: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Those of an electricity, of these by impact: of its site, else of its machines."""
    return dict(next((s for s in map(of.get, ELECTRICITY) if s and any(s.values())), shares_of({})))


def _by_key(engine: "DuckDB", rows: str, given: Sequence[Any]) -> dict[str, dict[str, dict[str, float]]]:
    held: dict[str, dict[str, dict[str, float]]] = {}
    sql = f"SELECT key, impact, proof, fsum(at_factor_values) AS value FROM ({rows}) GROUP BY ALL"
    for row in engine.rows(sql, given):
        held.setdefault(row["key"], {}).setdefault(row["impact"], {})[row["proof"]] = row["value"] or 0.0
    return {key: {impact: shares_of(amounts) for impact, amounts in found.items()} for key, found in held.items()}


def impact_proof_words(impact: str, shares: Mapping[str, float | None], lang: str) -> str:
    """« 60 % mesuré, 40 % estimé » of an electricity; what is none is computed, from what has such an electricity."""
    told = [(share, say("proofs", f"of_{name}", lang)) for name, share in shares.items() if share]
    if impact in ELECTRICITY or not told:
        return proof_words(shares, lang)
    first, *others = parts_of_whole([share for share, _ in told], lang)
    kinds = ", ".join((told[0][1], *(f"{share} {kind}" for share, (_, kind) in zip(others, told[1:], strict=True))))
    return say("proofs", f"computed{'' if told[1:] else '_all'}", lang, share=first, kind=kinds)
