"""Equivalences, storage and parts: what a row says of itself, servers summed by hand, nothing bound by default."""

from datetime import date

import pytest

from estimator.assessment.evaluation import the_system
from estimator.catalogue import quality_checks
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import select_factor
from estimator.catalogue.tables import Catalogue
from estimator.ledger.rows import Activity
from tests.catalogue.bill_of_materials import compose

DAY = date(2026, 11, 25)
NEW = ("part", "terminal", "storage", "equivalence")


def rows(kind: str) -> list[Factor]:
    catalogue = load()
    return [
        f for f in catalogue.factors if f.subject in catalogue.subjects and catalogue.subjects[f.subject].kind == kind
    ]


def of(quantity: str, subject: str) -> Factor:
    found = select_factor(load(), quantity, subject, DAY).factor
    assert found is not None
    return found


@pytest.mark.parametrize("kind", NEW)
def test_each_kind_has_rows_with_source_and_locator(kind: str) -> None:
    found = rows(kind)
    assert found
    assert [f.id for f in found if f.source not in load().sources or not f.locator] == []
    assert [p for p in quality_checks.problems(load(), DAY) if p.about.startswith(f"{kind}/")] == []


def test_an_equivalence_is_of_one_unit_and_says_which() -> None:
    subjects = [s for s in load().subjects.values() if s.kind == "equivalence"]
    assert len(subjects) >= 30
    assert [s.id for s in subjects if not (s.label_fr.startswith("1 ") and s.label_en.startswith("1 "))] == []
    assert {f.quantity for f in rows("equivalence")} == {"equivalence_gwp", "equivalence_water", "equivalence_energy"}
    assert {f.geography for f in rows("equivalence")} == {"FRA"}


def test_an_equivalence_never_enters_a_result() -> None:
    inputs = {name for formula in the_system().formulas for name in formula.inputs}
    assert [name for name in inputs if name.startswith("equivalence_")] == []
    assert load().quantities["equivalence_gwp"].hangs_on not in Activity.model_fields


def test_kilometres_by_hand() -> None:
    """28.5 g, one hour of a server: 0.2 km by car at 142 g/km, 9.7 km by high-speed train at 2.93 g/km."""
    car, train = (of("equivalence_gwp", f"equivalence/{name}-km").value for name in ("car", "high-speed-train"))
    assert car is not None and train is not None
    assert 0.0285 / car == pytest.approx(0.0285 / 0.14225, rel=1e-3) == pytest.approx(0.2003, rel=1e-3)
    assert 0.0285 / train == pytest.approx(9.727, rel=1e-3)
    assert of("equivalence_water", "equivalence/shower").value == 6 * 12
    assert of("equivalence_energy", "equivalence/smartphone-day").value == pytest.approx(4.5 * 3 / 1000)


def test_storage_by_hand() -> None:
    """1.2 W per TB over 8,766 h: 10.5 kWh per TB and year; disks 0.65 W: 5.7. One copy, before the PUE."""
    solid, disk = (of("storage_energy", f"storage/{name}") for name in ("ssd", "hdd"))
    assert solid.value == pytest.approx(1.2 * 8766 / 1e6, rel=1e-5)
    assert disk.value == pytest.approx(0.65 * 8766 / 1e6, rel=1e-5)
    assert all("avant PUE, une seule copie" in f.note for f in (solid, disk))
    copies = of("storage_replication", "storage/ssd")
    assert (copies.low, copies.value, copies.high) == (1, 2, 3)


def test_unknown_storage_lies_between_its_kinds() -> None:
    general, solid, disk = (of("storage_energy", f"storage/{name}") for name in ("any", "ssd", "hdd"))
    assert (general.low, general.high) == (disk.low, solid.high)
    assert disk.value is not None and general.value is not None and solid.value is not None
    assert disk.value < general.value < solid.value


def test_a_server_from_its_parts_by_hand() -> None:
    """Chassis 150, board 66.1, 5.98 kg of supplies at 24.3, two processors, 384 GB and 1.92 TB, assembly 6.68."""
    server = {
        "part/rack-case": 1.0,
        "part/motherboard": 1.0,
        "part/power-supply-kg": 2 * 2.99,
        "part/cpu-server": 2.0,
        "part/ram-gb": 384.0,
        "part/ssd-tb": 1.92,
        "part/assembly": 1.0,
    }
    processor, memory, disk = 9.14 + 0.0197 * 700, 5.22 / 32 + 2.2 * 0.8, 6.34 + 2.2 * 20
    central = 150 + 66.1 + 5.98 * 24.3 + 2 * processor + 384 * memory + 1.92 * disk + 6.68
    low = (150 + 66.1 + 5.98 * 24.3 + 6.68) / 2
    low += 2 * (9.14 + 0.0197 * 250) + 384 * (5.22 / 32 + 2.2 * 0.4) + 1.92 * (6.34 + 2.2 * 8)
    made = compose(server, day=DAY)
    assert set(made) == {"gwp", "adpe", "primary_energy"}
    assert made["gwp"][1] == pytest.approx(central, rel=1e-5) == pytest.approx(1249, rel=1e-3)
    assert made["gwp"][0] == pytest.approx(low, rel=1e-5)
    assert made["gwp"][0] < made["gwp"][1] < made["gwp"][2]


def test_composition_is_linear_and_takes_cards() -> None:
    one, eight = (compose({"gpu/h100-sxm-80": count}, day=DAY)["gwp"] for count in (1, 8))
    assert eight == pytest.approx([8 * value for value in one])
    both = compose({"gpu/h100-sxm-80": 8, "part/rack-case": 1}, day=DAY)["gwp"]
    assert both[1] == pytest.approx(eight[1] + 150)


def test_what_one_part_lacks_is_absent_and_never_zero() -> None:
    assert set(compose({"part/switch": 1, "part/rack-case": 1}, day=DAY)) == {"gwp"}


def test_a_processor_known_only_under_a_copyleft_licence_takes_the_general_value() -> None:
    catalogue: Catalogue = load()
    own = catalogue.factor("embodied_gwp/part/epyc-7763/missing")
    assert (own.value, own.missing_reason) == (None, "licence")
    used = select_factor(catalogue, "machine_gwp", "part/epyc-7763", DAY).factor
    assert used is not None and used.subject == "part/cpu-server"
    quoted = catalogue.factor("embodied_gwp/part/epyc-7763/boavizta")
    assert quoted.role == "rival" and quoted.value is not None
    assert used.low is not None and used.high is not None and used.low < quoted.value < used.high
