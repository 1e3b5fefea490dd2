"""What a month tells of a team of two that did not run in it: no more than of one in which it ran, nor where no large
use did."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.register.register import Register
from estimator.reporting.publications.context import facts_in
from estimator.reporting.publications.open_data import PACKAGE, data
from estimator.reporting.summary.decisions import decisions
from estimator.reporting.summary.summary import synthesis
from tests.governance.test_levers import ANSWERS
from tests.reporting.authority import plain
from tests.reporting.test_synthesis import WHO, case, heads, run, vote
from tests.reporting.test_what_leaves import first_difference, leaving, masked
from tests.support import activity, built

RAN = ("2026-01", "2026-03")  # months of the team
IDLE = ("2026-02", "2026-04")
TODAY = date(2026, 4, 30)  # no month is without a large use
AGENTS = {"accueil": 60, "courrier": 40, "cabinet": 2}
OPEN = [f"2025-{month:02}" for month in (2, 3, 4, 5, 6, 7, 9, 10, 11)] + ["2026-01", "2026-02", "2026-03"]
PERIODS = ("2025", "2025-T1", "2025-08", "2025-09", "2026-T1")
TEAM = 1e-5  # of electricity that the team takes in a month, less than any rounding tells [kWh]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sources, Mapping[str, str]]:
    """Two large uses in each month and the team of two in some, abroad, whose gain would be worth a decision."""
    home = tmp_path_factory.mktemp("town")
    register = Register(home)
    ids = {name: case(register, name.capitalize(), name, "54395") for name in AGENTS}
    for name, agents in AGENTS.items():
        heads(home, name, agents)
        register.review(ids[name], {"due": "2026-01-31"}, WHO)
    vote(home, territory="54395", year=2026, value=50.0, unit="kWh", use_case=ids["cabinet"])
    rows = []
    for month in sorted((*RAN, *IDLE)):
        for name in AGENTS if month in RAN else ("accueil", "courrier"):
            size = {"accueil": 4.0, "courrier": 2.0, "cabinet": 1.0}[name]
            place = {"host": "class/desk", "zone": "POL"} if name == "cabinet" else {}
            used = {"requests": 9000 * size, "input_tokens": 9e6 * size, "output_tokens": 3e6 * size}
            rows.append(activity(f"{month}-05T09:00:00", 24.0, **ANSWERS | used | place | {"service_key": name}))
    return Sources(built(home, *rows), register, Commitments(home), home, TODAY), ids


def over(town: tuple[Sources, Mapping[str, str]], period: str) -> Scope:
    return Scope(town[0], "54395", Period(period))


@pytest.mark.parametrize("month", [*RAN, *IDLE, "2026"])
def test_no_month_names_the_gain_nor_the_ceiling_of_the_team(
    town: tuple[Sources, Mapping[str, str]], month: str
) -> None:
    now, team = over(town, month), town[1]["cabinet"]
    told = [decision for decision in decisions(now) if decision["kind"] not in ("no_answer", "late_reviews")]
    assert told and not any(team in decision["cases"] for decision in decisions(now))
    (ceiling,) = synthesis(now)["use_budgets"]
    assert ceiling["withheld"] and "used" not in ceiling


@pytest.mark.parametrize("period", [RAN[0], IDLE[0], "2026"])
def test_what_the_register_lacks_does_not_name_the_team_nor_who_is_with_it(
    town: tuple[Sources, Mapping[str, str]], period: str
) -> None:
    """Three late reviews, no comparison kept: one is told by its name, and two are counted. Who holds the data reads
    all three."""
    body = synthesis(over(town, period))
    (asked,) = (one for one in body["decisions"] if one["kind"] == "late_reviews")
    assert plain(asked["title"]["fr"]) == "Faire 3 revues en retard : Accueil et 2 autres."
    assert asked["cases"] == [town[1]["accueil"]]
    kept = next(check["to_do"] for check in body["charter"] if check["reads"] == "scenario_kept")
    assert kept["fr"].endswith("Accueil et 2 autres.") and kept["en"].endswith("Accueil and 2 more.")
    assert not re.search("Cabinet|Courrier", json.dumps([body["decisions"], body["charter"]]))
    inside = synthesis(replace(over(town, period), sources=replace(town[0], inside=True)))
    assert "Cabinet" in json.dumps(inside["decisions"])


def test_how_many_are_together_does_not_tell_that_the_team_ran(town: tuple[Sources, Mapping[str, str]]) -> None:
    """The team and the smaller large use are together in the year: two of each month."""
    for month in (*RAN, *IDLE):
        told = synthesis(over(town, month))["uses"]
        assert [use["count"] for use in told if use["kind"] == "others"] == [2]


def test_the_sources_of_a_month_are_those_of_its_year(town: tuple[Sources, Mapping[str, str]]) -> None:
    """The team runs abroad, whose factors have sources of their own."""
    packages = [json.loads(str(data(facts_in(over(town, each), "fr")).files[PACKAGE])) for each in (*RAN, *IDLE)]
    listed = [[source["title"] for source in package["sources"]] for package in packages]
    assert listed[0] and all(each == listed[0] for each in listed)


def told_of_team(home: Path, *months: str) -> dict[str, str]:
    """All that leaves of a home of a team of two, elsewhere than its large uses, which ran in these months: these do
    not run in January, when nothing had started, in August nor in December, and a vote of next year is against 2025."""
    agents = {"accueil": ("54395", 60), "courrier": ("54395", 40), "cabinet": ("54395", 2), "voisin": ("54547", 30)}
    for name, (commune, heads_there) in agents.items():
        case(Register(home), name, f"service {name}", commune)
        heads(home, f"service {name}", heads_there)
    vote(home, territory="54395", change_percent=-20, reference_year=2025, due_year=2027, unit="kWh")
    vote(home, territory="54395", year=2025, value=150, unit="kWh")
    sizes = {"accueil": 12.3, "courrier": 8.1, "voisin": 5.5}
    rows = [run(name, kwh, month, requests=100 * kwh) for month in OPEN for name, kwh in sizes.items()]
    small = {"host": "scaleway/fr-par-2", "machine": None, "machine_hours": None, "requests": 9.0}
    build = built(home, *rows, *(run("cabinet", TEAM, month, **small) for month in (*months, "2026-02")))
    return {name: masked(text, build) for name, text in leaving(home, PERIODS)}


def test_nothing_tells_whether_a_team_ran_in_a_month_without_a_large_use(tmp_path: Path) -> None:
    """In August, in December, before all the others, or in none of these months, but in September: each document of
    each period is the same, to the last digit. A closed month is told as untold in them all; how many months the total
    is of would tell of it: 9 are told of the year, « 9 mois au moins »."""
    ran = {"august": ("2025-08",), "closed": ("2025-01", "2025-12"), "september": ("2025-09",)}
    august, *others = (told_of_team(tmp_path / name, *months) for name, months in ran.items())
    for other in others:
        assert august.keys() == other.keys() and len(august) > 200
        changed = {name: first_difference(august[name], other[name]) for name in august if august[name] != other[name]}
        assert not changed, "\n".join(f"{name}: {told}" for name, told in changed.items())
    assert "non publi\u00e9" in august["indicators 54395 2025-08 txt"]
    for sheet in (text for name, text in august.items() if " 54395 2025 " in name and "9 mois" in plain(text)):
        assert set(re.findall(r"\(\d+ mois (?:au moins|sur 12)\)", plain(sheet))) == {"(9 mois au moins)"}
    assert re.search("^2025-08,others,.*moins de cinq agents", august["report data 54395 2025 footprints.c"], re.M)


def test_a_month_before_all_data_or_after_is_not_said_to_be_withheld(tmp_path: Path) -> None:
    """January of 2025 and April of 2026 are in no document, whoever ran; December, between two known months, is said to
    be untold, with data or without."""
    for name, months in {"idle": ("2025-09",), "ran": ("2025-01", "2025-12", "2026-04")}.items():
        told = told_of_team(tmp_path / name, *months)
        for period, absent in {"2025": "2025-01", "2025-T1": "2025-01"}.items():
            rows = told[f"report data 54395 {period} footprints.c"]
            assert f"\n{absent}," not in rows, (name, period)
        assert re.search("^2025-12,others,.*qu.il ait des donn", told["report data 54395 2025 footprints.c"], re.M)
