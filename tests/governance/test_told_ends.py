"""What is published of a rounded sum is an interval that holds the one that it is of, and tells no more of it."""

from hypothesis import given
from hypothesis import strategies as st

from estimator.core.interval import Interval
from estimator.governance.indicators.told_amounts import told_interval, told_sum
from estimator.governance.indicators.told_ends import told_amount, told_ends

AMOUNTS = st.floats(1e-6, 1e9)
RATIOS = st.floats(1e-3, 1.0), st.floats(1.0, 1e3)
UNITS = st.sampled_from(("kWh", "kgCO2e", "L"))
RANKS = st.sampled_from((0.0, 0.1, 1.0, 10.0, 1e3, 1e5))


def test_an_interval_is_rounded_outwards_by_hand() -> None:
    """10.45 MWh between 8.8 and 13 is 10, as 9.95 to 10.5 are. 8.8 / 10.45 is over 0.84, of 9.95: 8.358, 8.3 under it;
    13 / 10.45 is under 1.25, of 10.5: 13.125, 14 above it. 10 times 0.84 and 1.24, 8.4 to 12, left out 12 to 13. To one
    figure, 2.9 kg between 2.4 and 3.4 is 3, as 2.5 to 3.5 are: 0.82 of 2.5 is 2.05, 2; 1.18 of 3.5 is 4.13, 5. What has
    no doubt has that of its rounding: 10.45 is 9.9 to 11, and 9.96 too. Zero stays zero; of no central value, 0.26 of
    electricity above it is 0.26, and 0.251 too."""
    assert told_interval(Interval.of((8800.0, 10450.0, 13000.0), "kWh")).ends == (8300.0, 10000.0, 14000.0)
    assert told_interval(Interval.of((2.4, 2.9, 3.4), "kgCO2e")).ends == (2.0, 3.0, 5.0)
    assert {told_interval(Interval.exact(value, "kWh")).ends for value in (10.45, 9.96)} == {(9.9, 10.0, 11.0)}
    assert told_interval(Interval.exact(0.0, "kWh")).ends == (0.0, 0.0, 0.0)
    assert {told_interval(Interval.of((0.0, 0.0, high), "kWh")).high for high in (0.26, 0.251)} == {0.26}
    assert told_interval(Interval(unit="kWh")) == Interval(unit="kWh")


def test_an_impact_made_of_a_rounded_electricity_holds_its_own_by_hand() -> None:
    """530 kWh to hundreds are 500, of 450 to 550; their 26.8 kg are 0.0506 a kWh, 0.051, of 0.0505 to 0.0515: 25.5 kg,
    30 to one figure, of 450 x 0.0505 = 22.7 to 550 x 0.0515 = 28.3. Low is 20 / 26.8, over 0.74: 16.8, 10; high is
    31 / 26.8, under 1.16: 32.9, 40."""
    energy, gases = Interval.exact(530.0, "kWh"), Interval.of((20.0, 26.8, 31.0), "kgCO2e")
    assert told_sum({"energy": energy, "gwp": gases}, 100.0)["gwp"].ends == (10.0, 30.0, 40.0)


@given(AMOUNTS, *RATIOS, UNITS, RANKS)
def test_what_is_told_holds_the_interval_that_it_is_of(
    central: float, down: float, up: float, unit: str, least: float
) -> None:
    """Of electricity at any rank, of another impact, and of one that is made of a rounded electricity."""
    true = Interval.of((central * down, central, central * up), unit)
    for energy in (None, central * 3, central * 1234.5):
        told = told_ends({"low": true.low, "central": true.central, "high": true.high}, unit, least, energy)
        low, middle, high = (told[end] or 0.0 for end in ("low", "central", "high"))
        assert 0 < low <= true.ends.low and true.ends.high <= high, (energy, told)
        assert low <= middle <= high, (energy, told)


@given(AMOUNTS, st.integers(10, 98), st.integers(101, 999), UNITS, RANKS)
def test_ends_tell_no_more_than_the_central_value_as_told(
    central: float, down: int, up: int, unit: str, least: float
) -> None:
    """An amount, and what is told of it, have the same ends in the same ratios, each inside of a hundredth; so have two
    impacts of one sum, of electricity that is told alike, in ratios to it that are rounded alike."""

    def ends(of: float, energy: float | None = None) -> dict[str, float | None]:
        amount = {"low": of * (down + 0.5) / 100, "central": of, "high": of * (up - 0.5) / 100}
        return told_ends(amount, unit, least, energy)

    assert ends(central) == ends(told_amount(central, unit, least if unit == "kWh" else 0.0))
    if unit != "kWh" and least:
        kwh = told_amount(central, "kWh", least)
        assert ends(central * down * 1.003, central) == ends(kwh * down, kwh)
