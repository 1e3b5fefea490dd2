"""The shares of proof beside an amount are those of that impact: metals of one room, electricity of another."""

from pathlib import Path

import pytest

from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY
from estimator.catalogue.schema import PROOFS
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators import sheet
from estimator.ledger.rows import Activity
from estimator.results.proofs import NO_PROOF, impact_proof_words, impact_shares
from estimator.results.reading import Results
from tests.governance.test_indicators import scope
from tests.support import activity, built

ROOM = {"zone": "FRA", "host": "class/server-room", "cpu_mode": "mode/meter"}
SUPPLIER = {"zone": "FRA", "host": "class/hyperscale", "cpu_mode": "mode/declared", "machine": None}


def rows() -> list[Activity]:
    """1 kWh metered over 600 hours of a server, and 99 kWh that a supplier declares, of no machine that is known."""
    return [
        activity(service_key="salle", hours=600.0, cpu_energy_kwh=1.0, **ROOM),
        activity(service_key="fournisseur", cpu_energy_kwh=99.0, machine_hours=None, **SUPPLIER),
    ]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return built(tmp_path_factory.mktemp("apart"), *rows())


def in_the_table(build: Results, level: str, impact: str, service: str | None = None) -> dict[str, float]:
    """Shares of a level of the table, by hand: the method of what no known electricity is behind is unknown."""
    found = dict.fromkeys((*PROOFS, NO_PROOF), 0.0)
    for row in build.table().arrow().to_pylist():
        if (row["level"], row["impact"]) == (level, impact) and service in (None, row["service"]):
            found[row["proof"]] += row["at_factor_values"] or 0.0
    found["unknown"] += found.pop(NO_PROOF)
    whole = sum(found.values())
    return {proof: value / whole if whole else 0.0 for proof, value in found.items()}


def test_electricity_is_declared_and_metals_are_of_metered_runs(apart: Results) -> None:
    """1 kWh of 100 in the machines; of the metals, all that is manufactured, and a hundredth of a grid's."""
    of = {impact: apart.explain(f"total.{impact}").proof for impact in ("it_energy", "adpe")}
    assert of["it_energy"]["measured"] == pytest.approx(0.01) and of["it_energy"]["declared"] == pytest.approx(0.99)
    assert of["adpe"]["measured"] > 0.5


def test_each_number_explained_has_the_shares_of_the_table(apart: Results) -> None:
    for figure in FIGURES + SUPPLEMENTARY:
        names = [figure.id, *(f"{figure.id}.{part.name}" for part in figure.parts if len(figure.parts) > 1)]
        for name in names:
            told = apart.explain(f"total.{name}").proof
            assert told == pytest.approx(in_the_table(apart, "proof", name)), name
            assert apart.shares_by_proof()[name] == told
            assert impact_shares((cell.group for cell in apart.monthly()), name) == pytest.approx(told), name
            for service in apart.service_keys():
                told = apart.explain(f"service.{service}.{name}").proof
                assert told == pytest.approx(in_the_table(apart, "cell", name, service)), (service, name)


def test_a_service_has_the_shares_of_the_electricity_beside_it(apart: Results) -> None:
    for entry in apart.services():
        assert entry.proof == pytest.approx(in_the_table(apart, "cell", "energy", entry.service_key))


def test_each_footprint_of_a_sheet_has_its_own_shares_to_the_percent(tmp_path: Path) -> None:
    """As in the results of the same home; of the trajectory, those of the electricity that it is about."""
    there = scope(tmp_path, *rows(), period="2026")
    found = sheet(there)["indicators"]
    for name in FOOTPRINTS:
        whole = in_the_table(there.sources.build, "proof", name)
        assert found[name]["proof"] == pytest.approx(whole, abs=0.0051), name
    assert found["trajectory"]["proof"] == found["energy"]["proof"]
    assert found["adpe"]["proof"]["measured"] - found["energy"]["proof"]["measured"] > 0.5


@pytest.mark.parametrize(
    ("impact", "shares", "said"),
    [
        ("energy", {"measured": 0.23, "declared": 0.77}, "23\u00a0% mesuré, 77\u00a0% déclaré"),
        ("adpe", {"measured": 1.0}, "calculé ; dû à une activité dont l'électricité est mesurée"),
        (
            "adpe",
            {"measured": 0.54, "estimated": 0.458, "declared": 0.002},
            "calculé ; 54\u00a0% vient d'une activité dont l'électricité est mesurée, 46\u00a0% estimée, "
            "moins de 1\u00a0% déclarée",
        ),
        ("gwp", dict.fromkeys(PROOFS), ""),
    ],
)
def test_what_is_no_electricity_is_never_said_to_be_measured(impact: str, shares: dict[str, float], said: str) -> None:
    assert impact_proof_words(impact, shares, "fr") == said
