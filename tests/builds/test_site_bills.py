"""The electricity of a site, declared without a PUE: its total is what was declared, its machines that over the PUE."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment.explanation import ExplainedNumber
from estimator.assessment.impacts import Amount
from estimator.builds import row_status
from estimator.builds.build import How
from estimator.builds.recalculation import changes, effect
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import select_factor
from estimator.core.fields import Author
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity
from estimator.places.journal import PlaceJournal
from estimator.places.supplier_answers import SupplierAnswer
from estimator.results.making import build
from estimator.results.reading import Results
from tests.support import activity, append

NO_PARTS: dict[str, Any] = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/declared"}
WHO = Author(who="DSI", why="essai")


def bill(kwh: float = 12.5, start: str = "2026-03-01T10:00:00", hours: float = 1.0, **more: Any) -> Activity:
    """Electricity of a server room and its cooling, metered by its supplier [kWh]."""
    return activity(start, hours, **{"host": "class/server-room", "site_energy_kwh": kwh, **NO_PARTS, **more})


def stated(kwh: float, pue: float) -> Activity:
    """The same with the PUE that was declared with it, as its reader keeps it."""
    told = {"site_energy_kwh": None, "other_energy_kwh": kwh / pue, "reported_pue": pue}
    return bill(**told, checks=["declared_site"], service_key="dit")


def factor_of(quantity: str, subject: str) -> Factor:
    found = select_factor(load(), quantity, subject, date(2026, 3, 1)).factor
    assert found is not None
    return found


def results(home: Path, *rows: Activity) -> Results:
    append(Ledger(home), rows)
    return Results(build(home).path)


def amount(found: Results, number: str) -> Amount:
    opened = found.explain(number)
    assert isinstance(opened, ExplainedNumber)
    return opened.amount


@pytest.fixture(params=(10**9, 0), ids=("copied", "read where they lie"))
def _size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_status, "LARGE", request.param)


@pytest.mark.usefixtures("_size")
def test_a_site_is_its_declaration_and_the_doubt_of_the_pue_is_in_its_machines_alone(tmp_path: Path) -> None:
    """12.5 kWh of site, with a PUE of 1.25 declared beside it or none: the same site total, to the digit. Machines:
    12.5 ÷ p, between 12.5 × low of the declaration ÷ high of the PUE, and the other way. Gases: 12.5 × those of a
    kWh."""
    found = results(tmp_path, bill(), stated(12.5, 1.25))
    site, same = (amount(found, f"service.{name}.energy") for name in ("essai", "dit"))
    for end in ("low", "central", "high", "at_factor_values"):
        assert getattr(site, end) == pytest.approx(getattr(same, end), rel=1e-12), end
    assert site.at_factor_values == pytest.approx(12.5, rel=1e-12)
    ratio, pue = factor_of("other_reading_ratio", "mode/declared"), factor_of("pue", "class/server-room")
    assert None not in (ratio.low, ratio.high, pue.low, pue.value, pue.high)
    machines = amount(found, "service.essai.it_energy")
    assert machines.at_factor_values == pytest.approx(12.5 / (pue.value or 0))
    assert machines.envelope == pytest.approx(
        (12.5 * (ratio.low or 0) / (pue.high or 0), 12.5 * (ratio.high or 0) / (pue.low or 0))
    )
    gases = amount(found, "service.essai.gwp.use").at_factor_values
    assert gases == pytest.approx(12.5 * (factor_of("grid_gwp", "FRA").value or 0))


def test_machines_and_a_site_of_one_service_add_up(tmp_path: Path) -> None:
    """1 kWh of machines and 12.5 kWh of their site, in one month: 1 × p + 12.5, and 1 + 12.5 ÷ p."""
    found = results(tmp_path, bill(), bill(site_energy_kwh=None, other_energy_kwh=1.0))
    pue = factor_of("pue", "class/server-room").value or 0
    assert amount(found, "total.energy").at_factor_values == pytest.approx(pue + 12.5)
    assert amount(found, "total.it_energy").at_factor_values == pytest.approx(1 + 12.5 / pue)


def test_what_a_row_tells_of_its_machines_comes_before_what_it_tells_of_their_site(tmp_path: Path) -> None:
    """1 kWh of machines in a row that says 12.5 of its site too: 1 kWh, and 1 × p."""
    found = results(tmp_path, bill(other_energy_kwh=1.0))
    assert amount(found, "total.it_energy").at_factor_values == pytest.approx(1)


def test_an_explanation_divides_what_was_declared_by_the_pue(tmp_path: Path) -> None:
    opened = results(tmp_path, bill()).explain("total.it_energy")
    assert isinstance(opened, ExplainedNumber)
    steps = {step.name: step for step in opened.steps}
    assert steps["billed_it_energy"].formula["numbers"] == "12.5 ÷ 2.26"
    assert [f.quantity for f in opened.factors if f.id.startswith("pue/")] == ["site_pue"]


def test_another_pue_moves_machines_and_leaves_the_site(tmp_path: Path) -> None:
    """A PUE of 2 in place of 2.26: the site is 12.5 kWh before and after, its machines 12.5 ÷ 2."""
    results(tmp_path, bill())
    other = tuple(
        f.model_copy(update={"value": 2.0}) if f.id == "pue/class/server-room/2023" else f for f in load().factors
    )
    built = build(tmp_path, load().with_factors(other))
    (logged,) = changes(tmp_path)
    assert effect(logged["figures"]["energy"]) == pytest.approx(0, abs=1e-12)
    assert amount(Results(built.path), "total.energy").at_factor_values == pytest.approx(12.5)
    assert amount(Results(built.path), "total.it_energy").at_factor_values == pytest.approx(12.5 / 2)


@pytest.mark.usefixtures("_size")
def test_an_answer_divides_what_was_declared_from_its_day_on(tmp_path: Path) -> None:
    """20 kWh over 10 h, 4 of them before 16 June, from when the supplier says 1.2: 8 ÷ p + 12 ÷ 1.2 of machines, 20 of
    site. Built again in full, the same."""
    append(Ledger(tmp_path), [bill(20.0, "2026-06-15T20:00:00", 10)])
    told = {"host": "class/server-room", "field": "pue", "value": 1.2, "unit": "1", "date": "2026-06-16"}
    answer = SupplierAnswer.model_validate(told | {"by": "Hébergeur", "document": "rapport.pdf"})
    PlaceJournal(tmp_path).add_answers([answer], WHO)
    found = Results(build(tmp_path).path)
    pue = factor_of("pue", "class/server-room").value or 0
    assert amount(found, "total.energy").at_factor_values == pytest.approx(20)
    assert amount(found, "total.it_energy").at_factor_values == pytest.approx(8 / pue + 12 / 1.2)
    assert build(tmp_path, how=How(full=True)).same


def test_a_site_of_unknown_pue_is_known_and_its_machines_are_not(tmp_path: Path) -> None:
    found = results(tmp_path, bill(host="nobody/nowhere"))
    assert amount(found, "total.energy").at_factor_values == pytest.approx(12.5)
    assert amount(found, "total.it_energy").central is None
    assert found.totals().coverage.unknown == 0


def test_a_run_tells_the_machines_of_its_site_and_how_they_are_known(tmp_path: Path) -> None:
    found = results(tmp_path, bill())
    (run,) = found.runs()["rows"]
    assert run["other_energy_kwh"] == pytest.approx(12.5 / 2.26) and run["proofs"] == {"other": "declared"}
    ((month,),) = [row for row in [found.coverage_by_month()]]
    assert month["kwh"] == {"declared": pytest.approx(12.5 / 2.26)}
