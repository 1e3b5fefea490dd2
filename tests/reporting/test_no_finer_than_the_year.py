"""A large use that one colleague knows month by month, merged with a small team: what is told of months and of other
parts of the year does not give the year of the team, nor does the line of the year; and each month is told once."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from estimator.core.interval import Interval
from estimator.core.number_format import interval_text
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.indicators import sheet
from estimator.governance.indicators.told_amounts import finest_of_years, told_interval, told_sum
from estimator.governance.indicators.told_ends import told_amount, told_ends
from estimator.governance.indicators.told_results import told_results
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.context import ReportFacts
from estimator.reporting.publications.open_data import TABLE, data
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.summary import synthesis
from estimator.reporting.summary.use_cases import uses
from estimator.results.reading import current_results
from tests.reporting.authority import case, facts, plain, rows_of, run
from tests.support import built, kept

CODE = "54395"
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
ENDS = ("low", "central", "high")
Kwh = Mapping[str, Mapping[str, float]]  # of each use, by month


def _home(
    home: Path, agents: Mapping[str, int], kwh: Kwh, requests: Mapping[str, float], elsewhere: Mapping[str, str] = {}
) -> ReportFacts:
    """elsewhere: the other communes of uses."""
    for name, heads in agents.items():
        case(Register(home), name, elsewhere.get(name, CODE), name, f"service {name}")
        said = {"service": f"service {name}", "date": "2026-01-01", "trained": 1, "with_access": heads, "kind": "essai"}
        Commitments(home).state_training(said, voter("RH", "déclaration"))
    built(home, *(run(n, each, m, requests=requests[n]) for n, of in kwh.items() for m, each in of.items()))
    return facts(home, CODE)


def _steady(**kwh: float) -> Kwh:
    return {name: dict.fromkeys(MONTHS, each) for name, each in kwh.items()}


def _others(found: ReportFacts) -> dict[str, float | None]:
    """What the open data tell of the electricity of the merged uses in each month."""
    rows = [row for row in rows_of(str(data(found).files[TABLE])) if row["kind"] == "others"]
    kwh = {row["month"]: row["central"] for row in rows if row["indicator"] == "energy"}
    return {month: float(text) if text else None for month, text in kwh.items()}


def _line(found: ReportFacts) -> Interval:
    """The line of the merged uses over the period, in every document."""
    line: Interval = next(use for use in uses(found.scope) if use["kind"] == "others")["energy"]
    return line


def test_months_are_told_no_finer_than_the_year_by_hand(tmp_path: Path) -> None:
    """4.1 of two agents and 12.3 of a large use are 16.4 a month, 196.8 a year: 200 on the sheet, and of its months and
    quarters nothing. The total of a month, 66.4 with 50 more, is to tens, in every document and export, that of 199.2
    a quarter and of 730.4 in eleven months to hundreds."""
    agents, requests = {"deux": 2, "voisin": 30, "grand": 200}, {"deux": 120.0, "voisin": 900.0, "grand": 5000.0}
    found = _home(tmp_path, agents, _steady(deux=4.1, voisin=12.3, grand=50.0), requests)
    assert _line(found).central == 200.0
    assert list(_others(found).values()) == [None] * 12
    energy = sheet(found.scope)["indicators"]["energy"]
    assert {amount["central"] for amount in energy["months"].values()} == {70.0}
    assert energy["value"]["central"] == 800.0, "796.8, as before"
    for period, total in (("2026-T1", 200.0), ("2026-03", 70.0), ("2026-01..2026-11", 700.0)):
        part = replace(found, scope=replace(found.scope, period=Period(period)))
        assert (_line(part).missing or {})["code"] == "year_alone", period
        assert sheet(part.scope)["indicators"]["energy"]["value"]["central"] == total, period
        paper = plain(str(rendered(document(synthesis(part.scope), "fr"), "txt")))
        assert "Dans le total, sans leur propre chiffre : Autres usages (2)" in paper and "Hors du total" not in paper
    rows = told_results(tmp_path, current_results(tmp_path)).table.to_pylist()
    assert {row["central"] for row in rows if row["level"] == "month" and row["impact"] == "energy"} == {70.0}


def test_what_one_large_use_does_not_open_keeps_two_figures(tmp_path: Path) -> None:
    """Two communes, each of a team of two and a large use: whoever knows one of these and takes it off the 36.7 kWh of
    the whole territory still has both teams and the other one. So 37 a month and 440 a year; each commune has 200 a
    year, and nothing of months."""
    agents = {"deux": 2, "voisin": 30, "duo": 2, "proche": 40}
    requests = {"deux": 120.0, "voisin": 900.0, "duo": 130.0, "proche": 800.0}
    kwh = _steady(deux=4.1, voisin=12.3, duo=5.2, proche=15.1)
    found = _home(tmp_path, agents, kwh, requests, {"duo": "54547", "proche": "54547"})
    whole, commune = (replace(found, scope=replace(found.scope, territory=place)) for place in ("all", CODE))
    assert ({*_others(whole).values()}, _line(whole).central) == ({37.0}, 440.0)
    assert ({*_others(commune).values()}, _line(commune).central) == ({None}, 200.0)


def test_an_amount_under_the_rank_keeps_a_figure() -> None:
    """To tens: 16.4 is 20, 4.9 is 5 and never 0, 996 is 1,000 with two figures, 1,234 is 1,200; and so once more."""
    told = [20, 5, 0, 1000, 1200]
    assert [told_amount(value, "kWh", 10.0) for value in (16.4, 4.9, 0.0, 996.0, 1234.0)] == told
    assert [told_amount(value, "kWh", 10.0) for value in told] == told


def test_ends_are_made_of_the_central_value_as_told() -> None:
    """66.4 between 50.3 and 83.1 is 70 to tens, as 65 to 75 are; 50.3 / 66.4 is over 0.75, of 65: 48.75, 40; 83.1 /
    66.4 is under 1.26, of 75: 94.5, 100. So they are of 67.9 in the same ratios. 530 between 440 and 660 is 500, as 450
    to 550 are: 0.83 of 450 is 373.5 and 1.25 of 550 is 687.5, between 300 and 700; 2,000 between 1,800 and 2,200, to
    thousands, from 1,000 to 3,000; 4.9 less 5 % is 4, never zero. So to two figures: 65 between 54 and 74.4 is of 64.5
    to 65.5; 0.83 of 64.5 is 53.5 and 1.15 of 65.5 is 75.3."""
    for central in (66.4, 67.9):
        ends = (central * 50.3 / 66.4, central, central * 83.1 / 66.4)
        assert told_interval(Interval.of(ends, "kWh"), 10.0).ends == (40.0, 70.0, 100.0)
    assert told_interval(Interval.of((4.65, 4.9, 5.4), "kWh"), 10.0).ends == (4.0, 5.0, 10.0)
    assert told_interval(Interval.of((440.0, 530.0, 660.0), "kWh"), 100.0).ends == (300.0, 500.0, 700.0)
    assert told_interval(Interval.of((1800.0, 2000.0, 2200.0), "kWh"), 1000.0).ends == (1000.0, 2000.0, 3000.0)
    assert told_interval(Interval.of((54.0, 65.0, 74.4), "kWh"), 1.0).ends == (53.0, 65.0, 76.0)
    assert told_interval(Interval.of((2.4, 2.9, 3.4), "kgCO2e")).ends == (2.0, 3.0, 5.0)
    assert told_interval(Interval.of((0.0, 4.9, 5.4), "kWh"), 10.0).ends.low == 0.0
    kwh = 474.66648253906317  # of which 500 / kwh is a float too high
    assert told_sum({"energy": Interval.exact(kwh, "kWh")}, 1000.0)["energy"].central == 500.0


def drawn(home: Path, seed: int) -> tuple[ReportFacts, Kwh]:
    """A team of two to four among five to eight large uses, over twelve months."""
    chance = random.Random(seed)
    agents = {"s": chance.randint(2, 4)}
    agents |= {f"l{number}": chance.choice([12, 30, 80, 200]) for number in range(chance.randint(5, 8))}
    kwh, requests = dict[str, dict[str, float]](), dict[str, float]()
    for name in agents:
        base = chance.uniform(1, 6) if name == "s" else chance.uniform(5, 40)
        requests[name] = float(chance.randint(60, 400) if name == "s" else chance.randint(400, 4000))
        kwh[name] = {month: base * chance.uniform(0.6, 1.4) for month in MONTHS}
    return _home(home, agents, kwh, requests), kwh


def _made(kwh: float, of: Sequence[float], energy: float, unit: str, rank: float) -> list[float | None]:
    """What is told of an impact of a sum whose electricity is exactly what is told of it, in the ratios of a use."""
    low, central, high = (kwh / energy * end for end in of)
    told = told_ends({"low": low, "central": central, "high": high}, unit, rank, kwh)
    return [told[end] for end in ENDS]


@pytest.mark.parametrize("seed", kept([*range(14)], 0))
def test_each_month_is_told_once(tmp_path: Path, seed: int) -> None:
    """All that leaves of a month, its ends, its weight and its other impacts, is a function of its electricity as it is
    told and of ratios that those of a named use at the same place give: nothing of it tells the month again. Metals
    are of the machines, and are not in that ratio."""
    found, _ = drawn(tmp_path, seed)
    named = [row for row in rows_of(str(data(found).files[TABLE])) if row["kind"] == "case"][:5]  # of one month
    each = {row["indicator"]: [float(row[end] or 0) for end in ENDS] for row in named}
    rank, body = finest_of_years(found.scope), sheet(found.scope)["indicators"]
    exported = told_results(tmp_path, current_results(tmp_path)).table.to_pylist()
    assert rank and set(_others(found).values()) == {None}
    for month in found.scope.period.months():
        kwh = body["energy"]["months"][month]["central"]
        rows = {row["impact"]: row for row in exported if row["level"] == "month" and row["month"] == month}
        assert rows["energy"]["weight_kwh"] == told_amount(kwh, least=rank), "at a desk, the site is the machine"
        for name in ("energy", "water", "gwp"):
            row = rows[name]
            ends = _made(kwh, each[name], each["energy"][1], row["unit"], rank)
            assert [row[end] for end in ENDS] == ends, (month, name)
            amount = body[name]["months"][month]
            assert [amount[end] for end in ENDS] == ends, (month, name)


@pytest.mark.parametrize("start", kept([0, 5, 10], 0))
def test_the_sum_of_the_months_less_a_large_use_is_not_the_team(tmp_path: Path, start: int) -> None:
    """Of five homes, the months of the total, less what is told by name and what the colleague knows, are within a
    twentieth of the year of the team in two at most, by chance, and a tenth off on average; the line of the year is a
    third off."""
    of_months, of_year = [], []
    for seed in range(start, start + 5):
        found, kwh = drawn(tmp_path / str(seed), seed)
        rows = [row for row in rows_of(str(data(found).files[TABLE])) if row["indicator"] == "energy"]
        named = {row["use_case_name"] for row in rows if row["kind"] == "case"}
        known = {name: of for name, of in kwh.items() if name not in named and name != "s"}
        assert len(known) == 1, "one large use, as drawn"
        mine, team = sum(sum(of.values()) for of in known.values()), sum(kwh["s"].values())
        months = sheet(found.scope)["indicators"]["energy"]["months"].values()
        others = sum(a["central"] for a in months) - sum(float(r["central"]) for r in rows if r["kind"] == "case")
        of_months.append(abs(others - mine - team) / team)
        of_year.append(abs((_line(found).central or 0.0) - mine - team) / team)
    assert sum(away < 0.05 for away in of_months) <= 2 and sum(of_months) / 5 > 0.1, of_months
    assert sum(away < 0.05 for away in of_year) <= 1 and sum(of_year) / 5 > 0.3, of_year


def test_a_rounded_figure_is_printed_without_zeros_that_it_does_not_have() -> None:
    """1.04 t to one figure is « 1 t »: « 1,0 » would say that it is not 1.1. Electricity keeps its two."""
    gases = told_interval(Interval.of((710.0, 1000.0, 1900.0), "kgCO2e"))
    assert plain(interval_text(gases, "fr")) == "entre 0,6 et 3 t CO₂e (valeur centrale : 1)"
    month = told_interval(Interval.of((1100.0, 2000.0, 2900.0), "kWh"), 1000.0)
    assert plain(interval_text(month, "fr")) == "entre 0,8 et 4 MWh (valeur centrale : 2)"
    year = told_interval(Interval.of((1900.0, 2000.0, 3000.0), "kWh"))
    assert plain(interval_text(year, "fr")) == "entre 1,8 et 3,1 MWh (valeur centrale : 2,0)"
    assert "rounded" not in json.dumps(gases.as_dict())
