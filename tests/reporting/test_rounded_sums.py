"""Sums that hold merged or withheld uses leave rounded: their impacts give no small use."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimator.governance.indicators.indicators import sheet
from estimator.governance.indicators.told_results import ToldResults, told_results
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.beges import _is_one, beges
from estimator.reporting.publications.budget_vert import note
from estimator.reporting.publications.context import ReportFacts
from estimator.reporting.publications.open_data import TABLE, data
from estimator.reporting.publications.reen import review
from tests.reporting.authority import facts, files_of, plain, rows_of
from tests.reporting.test_synthesis import case, heads, run
from tests.support import built, kept, sobria

MONTH, COMMUNE = 202603, "54395"
AGENTS = {"grand": 40, "deux": 2, "quatre": 4, "duo": 2}
SMALL = tuple(name for name, agents in AGENTS.items() if agents < 5)
SUM = "at_factor_values"  # of those of its uses; its bounds, which are of the same draws, are not added up
APART = (SUM, "lowest", "highest", "as_read_kwh")  # columns that would be one more equation of a sum
PLACES = ("class/desk", "class/server-room", "scaleway/fr-par-2")
REST = {"quatre": 3.4567, "duo": 1.2345}
NEAR = 0.25  # of a small use: nothing that leaves tells it closer
Row = Mapping[str, Any]


def commune(home: Path, hosts: Mapping[str, str], kwh: Mapping[str, float]) -> tuple[ToldResults, ToldResults]:
    """What is told of a commune of a large use and three small ones, and what is known inside."""
    for name, agents in AGENTS.items():
        case(Register(home), name, f"service {name}", COMMUNE)
        heads(home, f"service {name}", agents)
    rows = [run(name, kwh[name], requests=60.0, host=hosts[name]) for name in AGENTS]
    build = built(home, *rows)
    return told_results(home, build), told_results(home, build, inside=True)


def of(found: ToldResults, level: str, service: str | None = None) -> dict[str, Row]:
    """The rows of a level in the month, by impact."""
    rows = (row for row in found.table.to_pylist() if row["level"] == level and row["service"] == service)
    return {row["impact"]: row for row in rows if row["month"] == (None if level == "total" else MONTH)}


def half(value: float, impact: str) -> float:
    """Half a unit of the last figure of an amount that is told: of two for electricity, of one for others."""
    figures = 2 if impact == "energy" else 1
    return float(f"1e{int(f'{value:.{figures - 1}e}'.partition('e')[2]) - figures + 1}") / 2


def lines(told: ToldResults, inside: ToldResults) -> Iterator[tuple[list[float], float, float]]:
    """What the open data and the sheet tell of the small uses together, their electricity; then each amount told of the
    month and of all, and its weight, less those of the large use: what it is of each kWh of the small ones, known to
    whoever knows the tables, as how far a central value is from its sum; and its ends, half a unit of its last figure
    away."""
    mine = {name: of(inside, "service_month", name) for name in AGENTS}
    kwh = {name: mine[name]["energy"][SUM] for name in SMALL}
    together = float(f"{sum(kwh.values()):.1e}")
    yield (
        [kwh[name] / mine[name]["it_energy"][SUM] for name in SMALL],
        together - half(together, "energy"),
        together + half(together, "energy"),
    )
    for level in ("month", "total"):
        rows, whole = of(told, level), of(inside, level)
        if weight := [row["weight_kwh"] for row in rows.values() if row["rounded"]]:
            large, away = mine["grand"]["it_energy"][SUM], half(weight[0], "weight")
            yield [1.0] * len(SMALL), weight[0] - large - away, weight[0] - large + away
        for impact, row in rows.items():
            if row["central"] is None:
                continue
            apart = whole[impact][SUM] / whole[impact]["central"]
            value = apart * row["central"]
            parts = {name: (its[impact][SUM] or 0.0) if impact in its else 0.0 for name, its in mine.items()}
            each = [parts[name] / mine[name]["it_energy"][SUM] for name in SMALL]
            away = apart * half(row["central"], impact) if row["rounded"] else 1e-9 * value
            assert abs(sum(parts.values()) - value) <= away * (1 + 1e-6), (level, impact)
            yield each, value - parts["grand"] - away, value - parts["grand"] + away


def bounds(equations: Sequence[tuple[list[float], float, float]]) -> Any:
    """The least and the most that each small use can be [kWh]: at the corners of what all of these allow."""
    rows = [(np.array(each), low, high) for each, low, high in equations if any(each)]
    sides = [*((-line, -low) for line, low, _ in rows), *((line, high) for line, _, high in rows)]
    sides += [(-axis, 0.0) for axis in np.eye(len(SMALL))]
    left = np.array([line / np.abs(line).max() for line, _ in sides])
    right = np.array([end / np.abs(line).max() for line, end in sides])
    scale = max(float(np.abs(right).max()), 1.0)
    chosen = np.array([*combinations(range(len(left)), len(SMALL))])
    there = np.abs(np.linalg.det(left[chosen])) > 1e-9
    corners = np.linalg.solve(left[chosen[there]], right[chosen[there]][..., None])[..., 0]
    allowed = corners[(corners @ left.T <= right + 1e-7 * scale).all(axis=1)]
    return allowed.min(axis=0), allowed.max(axis=0)


def with_marks(found: ToldResults) -> ToldResults:
    """The same, each row saying whether it is rounded."""
    marks = [found.is_rounded(row) for row in found.table.to_pylist()]
    object.__setattr__(found, "table", found.table.append_column("rounded", [marks]))
    return found


def test_the_electricity_of_the_machines_and_of_the_site_is_not_that_of_two_agents(tmp_path: Path) -> None:
    """Two agents at PUE 1.55 (a server room), six at 1.16 (a provider): E = 1.55 x + 1.16 (W - x), so that exact
    E and W gave x = (E - 1.16 W) / 0.39. A large use of 12.34567 kWh is told as it is; the sums with it are not. 23.01
    kWh between 21.69 and 24.00 are 23, so of 22.5 to 23.5; 0.94 of 22.5 is 21.15, and 1.05 of 23.5 is 24.7. 33.2 L,
    21.4 to 41.0: 30, of 25 to 35; 0.64 of 25 is 16, 1.24 of 35 is 43. 1.21 kg, 0.84 to 1.73: 1, of 0.95 to 1.5; 0.69
    of 0.95 is 0.66, 1.44 of 1.5 is 2.2."""
    hosts = {"grand": "class/desk", "deux": "class/server-room"} | dict.fromkeys(("quatre", "duo"), "scaleway/fr-par-2")
    told, inside = commune(tmp_path, hosts, {"grand": 12.34567, "deux": 2.3456, "quatre": 3.4567, "duo": 1.2345})
    sums, whole = of(told, "month"), of(inside, "month")
    assert of(told, "service_month", "grand") == of(inside, "service_month", "grand")
    large = of(inside, "service_month", "grand")["adpe"]["central"]
    assert large is None or whole["adpe"]["central"] > 2 * large, "small uses are most of the metals"
    assert set(sums) == {"energy", "water", "gwp"}, "not the electricity of the machines, nor the metals"
    ends = {"energy": [21.0, 23.0, 25.0], "water": [10.0, 30.0, 50.0], "gwp": [0.6, 1.0, 3.0]}
    for impact, row in sums.items():
        assert [row[end] for end in ("low", "central", "high")] == ends[impact]
        assert row["low"] <= whole[impact]["low"] and whole[impact]["high"] <= row["high"]
        assert [row[name] for name in APART] == [None] * 4, "the central value is told once"
        assert row["weight_kwh"] == 20, "12.34567 + 2.3456 + 3.4567 + 1.2345 = 19.38247"


def test_sums_of_small_uses_alone_tell_their_electricity_and_gases_alone(tmp_path: Path) -> None:
    """2.3456 + 3.4567 + 1.2345 = 7.0368 kWh of 9.0368 at desks, 78 %: two impacts more would tell them apart."""
    kwh = {"grand": 2.0, "deux": 2.3456} | REST
    told, inside = commune(tmp_path, dict.fromkeys(AGENTS, "class/desk"), kwh)
    assert set(of(told, "month")) == set(of(told, "total")) == {"energy", "gwp"}
    assert {"water", "adpe"} < set(of(inside, "month"))
    body = sheet(facts(tmp_path, COMMUNE).scope)["indicators"]
    assert body["energy"]["value"]["central"] == 9.0 and body["gwp"]["value"]["central"] is not None
    for name in ("water", "adpe"):
        entry = body[name]
        assert entry["value"]["missing"]["code"] == "by_difference" and entry["path"] is None
        assert all(amount is None or amount["central"] is None for amount in entry["months"].values())


def test_the_open_data_round_the_line_of_small_uses_together(tmp_path: Path) -> None:
    """2.3456 + 3.4567 + 1.2345 kWh at desks, 7.0368 in all, is 7, as 6.95 to 7.05 are; between 0.98 of 6.95,
    6.81, and 1.02 of 7.05, 7.2; the large use keeps its figures."""
    commune(tmp_path, dict.fromkeys(AGENTS, "class/desk"), {"grand": 12.34567, "deux": 2.3456} | REST)
    rows = rows_of(str(data(facts(tmp_path, COMMUNE)).files[TABLE]))
    others = [row for row in rows if row["kind"] == "others"]
    assert [row["central"] for row in others if row["indicator"] == "energy"] == ["7"]
    values = [float(row[name]) for row in others for name in ("low", "central", "high") if row[name]]
    assert values == [6.8, 7.0, 7.2], "of their other impacts, nothing: each is one more equation"
    total = [
        row for row in rows_of(files_of("schema-impact", facts(tmp_path, COMMUNE))[""]) if row["unite_mesure"] == "kWh"
    ]
    assert total and all(float(row["valeur"]) == float(f"{float(row['valeur']):.2g}") for row in total)
    [large] = [row for row in rows if row["kind"] == "case" and row["indicator"] == "energy"]
    assert float(large["central"]) != float(f"{float(large['central']):.2g}")


def test_the_table_of_the_sheet_rounds_the_totals_of_small_uses_together(tmp_path: Path) -> None:
    """Four impacts of a territory and of each month, as the sheet prints them."""
    commune(tmp_path, dict.fromkeys(AGENTS, "class/desk"), {"grand": 12.34567, "deux": 2.3456} | REST)
    out = tmp_path / "fiche.csv"
    sobria(tmp_path, "indicators", "--territory", COMMUNE, "--period", "2026", "--out", str(out))
    amounts = [row for row in rows_of(out.read_text("utf-8"), ";") if row["rubrique"] in ("indicateur", "mois")]
    found = [float(row[end].replace(",", ".")) for row in amounts if row["bas"] for end in ("bas", "central", "haut")]
    assert len(found) > 20 and found == [float(f"{value:.2g}") for value in found]


@pytest.mark.parametrize("seed", kept(range(10), 0, 1, 2))
def test_no_combination_of_impacts_gives_a_small_use_within_a_quarter(tmp_path: Path, seed: int) -> None:
    """Each use at a place of its own drawn; every impact, of the month and of all, read with the factors known."""
    chance = random.Random(seed)
    hosts = {name: chance.choice(PLACES) for name in AGENTS}
    kwh = {name: chance.uniform(1, 3) * (5 if name == "grand" else 1) for name in AGENTS}
    told, inside = commune(tmp_path, hosts, kwh)
    equations = list(lines(with_marks(told), inside))
    assert len(equations) > 4
    low, high = bounds(equations)
    for place, name in enumerate(SMALL):
        assert max(kwh[name] - low[place], high[place] - kwh[name]) > NEAR * kwh[name], (name, low, high)


def test_the_open_data_round_what_is_in_no_use_beside_small_uses(tmp_path: Path) -> None:
    """A total less it, and less the uses told one by one, is theirs; without them it is told to its last digit."""
    for number, names in enumerate(((), AGENTS)):
        home = tmp_path / str(number)
        for name in names:
            case(Register(home), name, f"service {name}", COMMUNE)
            heads(home, f"service {name}", AGENTS[name])
        case(Register(home), "voisin", "service voisin", "54547")
        built(
            home, run("voisin", 9.87654), run("ailleurs", 5.43217), *(run(name, 3.21, requests=60.0) for name in names)
        )
        rows = rows_of(str(data(facts(home, "all")).files[TABLE]))
        loose = [row for row in rows if row["kind"] == "unregistered" and row["indicator"] == "energy"]
        assert [float(row["central"]) == 5.4 for row in loose] == [bool(names)]


def test_a_line_of_the_inventory_that_holds_small_uses_is_of_one_figure_or_is_not_told(tmp_path: Path) -> None:
    """At desks, the electricity that is used is a line of one figure. Of 9.5, 0.9 and 0.5 kWh, the 9.5 make 87 %: a
    line that is nearly one small use is of none."""
    commune(tmp_path, dict.fromkeys(AGENTS, "class/desk"), {"grand": 12.34567, "deux": 2.3456} | REST)
    found = facts(tmp_path, COMMUNE)
    use = next(line for line in rows_of(files_of("beges", found)[""], ";") if line["preuve"])
    ends = [float(use[name].replace(",", ".")) for name in ("bas_kgco2e", "total_kgco2e", "haut_kgco2e")]
    assert ends == [float(f"{end:.1g}") for end in ends] and ends[0] > 0
    most = {"grand": 12.0, "deux": 9.5, "quatre": 0.9, "duo": 0.5}
    commune(tmp_path / "most", dict.fromkeys(AGENTS, "class/desk"), most)
    scope = facts(tmp_path / "most", COMMUNE).scope
    ids = {case.name: case.id for case in scope.cases}
    small = [row for row in scope.rows if row.id != ids["grand"]]
    assert _is_one(small, "use", [ids["deux"]]) and not _is_one(small, "use", [ids["duo"]])
    assert not _is_one(scope.rows, "use", [ids["deux"]])


def test_what_leaves_says_the_way_of_a_change_and_not_what_left(tmp_path: Path) -> None:
    """Of 12 + 2.3456 + 3 + 1 kWh a month of 2025, the 2.3456 of two agents are gone in 2026, and are in no service: at
    home they are what left; in what leaves, 220 then 190 kWh are less, and neither how much nor of what is told."""
    for name, agents in AGENTS.items():
        case(Register(tmp_path), name, f"service {name}", COMMUNE, "idee" if name == "deux" else "experimentation")
        heads(tmp_path, f"service {name}", agents)
    kwh = {"grand": 12.0, "deux": 2.3456, "quatre": 3.0, "duo": 1.0}
    years = {name: (2025,) if name == "deux" else (2025, 2026) for name in kwh}
    spans = {name: [f"{year}-{month:02}" for year in years[name] for month in range(1, 13)] for name in kwh}
    uses = {name: 600.0 if name == "grand" else 60.0 for name in kwh}
    built(tmp_path, *(run(name, kwh[name], month, requests=uses[name]) for name in kwh for month in spans[name]))
    scope = facts(tmp_path, COMMUNE).scope
    within = replace(scope, sources=replace(scope.sources, inside=True))
    here, told = (sheet(one)["indicators"]["energy"]["change"] for one in (within, scope))
    assert here["effects"]["scope"] == pytest.approx(-12 * 2.3456, rel=1e-2)
    assert told | {"compared": None, "left_out": None} == {
        "established": True,
        "rises": False,
        "months": 12,
        "compared": None,
        "left_out": None,
        "before": 220.0,
        "after": 190.0,
        **dict.fromkeys(("difference", "effects", "ends", "relative", "share", "words")),
    }


def test_metals_of_which_a_small_use_makes_most_are_not_told(tmp_path: Path) -> None:
    """Two agents have a server of their own, 2 of 30 kWh and all the manufacture that is known: less what electricity
    takes of metals, known of each use, its hours would be told to one figure. Water, as the electricity, is told."""
    kwh = {"grand": 20.34567, "deux": 2.3456, "quatre": 3.4567, "duo": 1.2345}
    for name, agents in AGENTS.items():
        case(Register(tmp_path), name, f"service {name}", COMMUNE)
        heads(tmp_path, f"service {name}", agents)
    bare = {"machine": None, "machine_hours": None}
    rows = [run(name, kwh[name], requests=60.0, **({} if name == "deux" else bare)) for name in kwh]
    built(tmp_path, *rows)
    scope = facts(tmp_path, COMMUNE).scope
    inside = sheet(replace(scope, sources=replace(scope.sources, inside=True)))["indicators"]
    assert inside["adpe"]["value"].central > 3 * inside["adpe"]["value"]["use"].central, "most is manufacture"
    found = sheet(scope)["indicators"]
    months = [found["adpe"]["value"], *found["adpe"]["months"].values()]
    assert {amount.missing["code"] for amount in months if amount} == {"by_difference"}
    assert all(found[name]["value"].known for name in ("energy", "gwp", "water"))


def test_reports_say_that_their_figures_are_rounded_where_they_are(tmp_path: Path) -> None:
    """Small uses at the same place as a large one: their gases are told to one figure, so a whole may read lower than
    its part. Without a small use, nothing is rounded."""
    hosts, kwh = dict.fromkeys(AGENTS, PLACES[0]), {"grand": 12.34567, "deux": 2.1234} | REST
    commune(tmp_path / "small", hosts, kwh)
    case(Register(tmp_path / "large"), "grand", "service grand", COMMUNE)
    heads(tmp_path / "large", "service grand", 40)
    built(tmp_path / "large", run("grand", 12.34567, requests=60.0, host=PLACES[0]))
    for report in (lambda of: rendered(review(of), "txt"), lambda of: rendered(note(of), "txt"), _notes_of_beges):
        said = [plain(report(facts(tmp_path / name, COMMUNE))) for name in ("small", "large")]
        assert ["Arrondi : là où de petits usages sont réunis" in text for text in said] == [True, False]


def _notes_of_beges(of: ReportFacts) -> str:
    return " ".join(beges(of).left_out)
