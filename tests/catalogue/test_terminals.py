"""People's terminals: power, manufacture, lifetime and hours of use, each with a source; an hour of one by hand."""

from datetime import date

import pytest

from estimator.assessment.units import HOURS_PER_YEAR
from estimator.catalogue import quality_checks
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor, select_factor

DAY = date(2026, 11, 25)
MADE = ("machine_gwp", "machine_adpe", "machine_primary_energy")
NEEDED = ("terminal_power", *MADE, "machine_lifetime", "machine_occupancy")
WHOLE = ("laptop", "laptop-with-screen", "desktop", "desktop-with-screen", "smartphone", "tablet")


def bound(name: str, terminal: str) -> SelectedFactor:
    return select_factor(load(), name, f"terminal/{terminal}", DAY)


def of(name: str, terminal: str) -> Factor:
    found = bound(name, terminal).factor
    assert found is not None, (name, terminal)
    return found


def value(name: str, terminal: str) -> float:
    found = of(name, terminal).value
    assert found is not None
    return found


@pytest.mark.parametrize("terminal", WHOLE)
def test_a_terminal_has_all_that_an_hour_needs(terminal: str) -> None:
    rows = {name: of(name, terminal) for name in NEEDED}
    assert [f.id for f in rows.values() if f.source not in load().sources or not f.locator] == []
    assert [f.id for f in rows.values() if f.low is None or f.high is None or f.low == f.high] == []
    assert rows["terminal_power"].subject == f"terminal/{terminal}"
    assert rows["machine_occupancy"].subject.startswith("terminal/"), "hours of a person, not reserved hours"
    assert load().subjects[f"terminal/{terminal}"].kind == "machine"


def test_no_fault_in_the_tables() -> None:
    assert [p for p in quality_checks.problems(load(), DAY) if "terminal" in p.about] == []


def test_what_no_source_gives_is_unknown_and_not_nothing() -> None:
    """A desk telephone: its power was measured; nothing is published on its making."""
    assert value("terminal_power", "desk-phone") == pytest.approx(40 / HOURS_PER_YEAR, rel=1e-3)
    for name in (*MADE, "machine_lifetime", "machine_occupancy"):
        assert (bound(name, "desk-phone").factor, bound(name, "desk-phone").missing) == (None, "not_known"), name


def test_hours_of_use_are_those_of_the_source() -> None:
    """ADEME, hours a day over 24: 3 (laptop, telephone), 6 (office desktop), 2.5 (tablet); 48 kWh at 26.5 W a year."""
    days = {"laptop": 3, "smartphone": 3, "desktop": 6, "desktop-with-screen": 6, "tablet": 2.5}
    for terminal, hours in days.items():
        assert value("machine_occupancy", terminal) == pytest.approx(hours / 24, rel=1e-5), terminal
    office = 48 / 0.0265  # 1,811 h
    assert value("machine_occupancy", "laptop-with-screen") == pytest.approx(office / HOURS_PER_YEAR, rel=1e-3)


def test_a_run_on_a_laptop_is_not_touched() -> None:
    """The hours of a codecarbon run are reserved hours: the machine keeps its own occupancy and lifetime."""
    for name, wanted in (("machine_occupancy", 1.0), ("machine_lifetime", 5.0)):
        found = select_factor(load(), name, "machine/laptop", DAY).factor
        assert found is not None and (found.subject, found.value) == ("machine/any", wanted)
    assert select_factor(load(), "terminal_power", "machine/laptop", DAY).missing == "no_factor"


@pytest.mark.parametrize(
    ("with_screen", "alone", "screens"),
    [("laptop-with-screen", "laptop", 5 / 6), ("desktop-with-screen", "desktop", 1)],
)
def test_a_screen_is_added_by_its_share_of_the_computers_life(with_screen: str, alone: str, screens: float) -> None:
    """A screen lasts 6 years: 5 / 6 of one in the 5 years of a laptop, one in the 6 years of a desktop."""
    years = value("machine_lifetime", with_screen)
    assert years == value("machine_lifetime", alone)
    assert years / value("machine_lifetime", "monitor") == pytest.approx(screens)
    for name in MADE:
        for side in ("low", "value", "high"):
            whole, computer, screen = (getattr(of(name, t), side) for t in (with_screen, alone, "monitor"))
            assert whole == pytest.approx(computer + screens * screen, rel=1e-4), (name, side)
    assert value("terminal_power", with_screen) == pytest.approx(value("terminal_power", alone) + 0.050)


def test_one_hour_of_a_laptop_with_screen_in_france_by_hand() -> None:
    """76.5 Wh at 46.1 g: 3.53 g. Manufacture: 234.9 kg over 5 × 8,766 × 0.2066 = 9,055 h: 25.9 g. In all 29.5 g."""
    grid = select_factor(load(), "grid_gwp", "FRA", DAY).factor
    assert grid is not None and grid.value == 0.0461
    electricity = value("terminal_power", "laptop-with-screen") * 1.0
    assert electricity == pytest.approx(0.0265 + 0.050)
    use = electricity * grid.value
    hours = value("machine_lifetime", "laptop-with-screen") * 8766 * value("machine_occupancy", "laptop-with-screen")
    assert hours == pytest.approx(9055, rel=1e-3)
    made = value("machine_gwp", "laptop-with-screen") / hours
    assert (use, made) == (pytest.approx(0.003527, rel=1e-3), pytest.approx(0.02594, rel=1e-3))
    assert use + made == pytest.approx(0.02947, rel=1e-3)
    metals = value("machine_adpe", "laptop-with-screen") / hours
    assert metals == pytest.approx((0.0086 + 0.0108 * 5 / 6) / 9055, rel=1e-3)  # 1.94 mg of antimony


def test_the_rule_of_the_source_is_found_again() -> None:
    """ADEME's own rule for an hour of laptop: 181 kg over 5 years × 365 days × 3 h (we count 365.25 days)."""
    hours = value("machine_lifetime", "laptop") * HOURS_PER_YEAR * value("machine_occupancy", "laptop")
    assert value("machine_gwp", "laptop") / hours == pytest.approx(181 / (5 * 365 * 3), rel=1e-3)
