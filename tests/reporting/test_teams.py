"""The small uses of one service are of one team: all that it takes is judged together, and so are its people."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from estimator.builds.published_groups import PublishedGroups
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.small_uses import Counted, KnownTeams, Team, is_of_one
from estimator.governance.indicators.told_amounts import impacts_of
from estimator.governance.register.register import Register
from estimator.governance.register.schema import UseCase
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.open_data import TABLE, data
from tests.reporting.authority import case, facts, rows_of, run
from tests.reporting.test_no_difference import audit, everything
from tests.support import built

CODE = "54395"
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
TODAY = date(2028, 1, 5)


class Use(NamedTuple):
    """A use of a service: its electricity [kWh] and its requests, the same each month; where it runs."""

    service: str
    kwh: float
    requests: float
    zone: str = "FRA"


def _home(home: Path, agents: Mapping[str, int], **uses: Use) -> dict[str, str]:
    """The ids of the uses of a commune, by name; agents: of the services that state some."""
    ids = {name: case(Register(home), name, CODE, name, use.service) for name, use in uses.items()}
    for service, number in agents.items():
        said = {"service": service, "date": "2026-01-01", "trained": 1, "with_access": number, "kind": "essai"}
        Commitments(home).state_training(said, voter("RH", "déclaration"))
    lines = [(name, use, month) for name, use in uses.items() for month in MONTHS]
    built(home, *(run(n, use.kwh, m, requests=use.requests, zone=use.zone) for n, use, m in lines))
    return ids


def _file(home: Path) -> PublishedGroups:
    return published_groups(facts(home, CODE, by="Mairie"))


def _told(home: Path) -> dict[str, float | None]:
    """The electricity of January in the open data, by use; "others" of those that are merged."""
    rows = rows_of(str(data(facts(home, CODE)).files[TABLE]))
    january = [row for row in rows if row["indicator"] == "energy" and row["month"] == "2026-01"]
    return {row["use_case_name"] or row["kind"]: float(row["central"]) if row["central"] else None for row in january}


def test_three_uses_of_two_agents_are_one_team(tmp_path: Path) -> None:
    """10 kWh each, of the same two agents, beside 1 and 1 of large uses: 30 of 32, and no use has 85 %. Nothing of
    the commune is told."""
    three = {name: Use("Cabinet", 10.0, 310.0) for name in ("notes", "discours", "agenda")}
    large = {"baux": Use("Foncier", 1.0, 300.0), "cantine": Use("Écoles", 1.0, 400.0)}
    _home(tmp_path, {"Cabinet": 2, "Foncier": 40, "Écoles": 50}, **three, **large)
    file = _file(tmp_path)
    assert (file.groups, file.withheld, file.withheld_kwh) == ((), None, None) and _told(tmp_path) == {}


def test_two_uses_of_two_agents_and_a_third_team_are_hidden_by_a_large_one(tmp_path: Path) -> None:
    """4.1 and 4.5 kWh of two agents, 0.3 of three: 97 % of their sum, so it is told with the 3 kWh of a large use, and
    not in the file of groups, where that one may be taken off."""
    uses = {"presse": Use("Élus", 4.1, 120.0), "lettres": Use("Élus", 4.5, 130.0), "fonds": Use("Archives", 0.3, 140.0)}
    _home(tmp_path, {"Élus": 2, "Archives": 3, "État civil": 30}, **uses, etat=Use("État civil", 3.0, 500.0))
    assert _told(tmp_path) == {"others": None}, "11.9, of which the 143 of its year are told alone"
    file = _file(tmp_path)
    assert (file.groups, file.withheld, file.uses_withheld, file.withheld_kwh) == ((), 1, 4, 100.0)


def test_two_seldom_uses_of_a_service_that_states_no_agents_are_one_team(tmp_path: Path) -> None:
    """30 and 28 requests a month, of one service: told with the large one, in the year alone."""
    uses = {"qa": Use("Bureau du maire", 2.2, 30.0), "qb": Use("Bureau du maire", 3.1, 28.0)}
    _home(tmp_path, {"État civil": 50}, **uses, etat=Use("État civil", 5.0, 800.0))
    assert _told(tmp_path) == {"others": None}
    assert _file(tmp_path).groups == ()
    found = audit(tmp_path, "2026-T1", "2026-02")
    assert found.exposed(everything(found)) == []


@pytest.mark.parametrize(("services", "alone"), [(("Presse", "Radio"), True), (("Presse", "Presse"), False)])
def test_two_seldom_uses_are_enough_where_they_are_of_two_services(
    tmp_path: Path, services: tuple[str, str], alone: bool
) -> None:
    """60 and 60 requests a month, none stated: of two services, those of five agents, so the large use is named."""
    uses = {name: Use(service, 2.0, 60.0) for name, service in zip(("qa", "qb"), services, strict=True)}
    _home(tmp_path, {"État civil": 50}, **uses, etat=Use("État civil", 5.0, 800.0))
    assert _told(tmp_path) == ({"etat": pytest.approx(5.0), "others": 4.0} if alone else {"others": None})
    assert any(not group.use for group in _file(tmp_path).groups) is alone


def test_the_requests_of_a_team_that_states_its_agents_count_for_no_other(tmp_path: Path) -> None:
    """Two agents, 110 requests; an undeclared use of 40: 150 are not those of five agents."""
    uses = {"secret": Use("Cabinet", 3.0, 110.0), "depeches": Use("Presse", 1.4, 40.0)}
    _home(tmp_path, {"Cabinet": 2, "Foncier": 40}, **uses, baux=Use("Foncier", 6.0, 900.0))
    assert _told(tmp_path) == {"others": None} and _file(tmp_path).groups == ()


@pytest.mark.parametrize(
    ("uses", "are"),
    [
        ({"deux a": 90, "deux b": 90}, False),
        ({"deux a": 90, "trois": 1}, True),
        ({"deux a": 90, "seul": 99}, False),
        ({"deux a": 90, "seul": 100}, True),
        ({"seul a": 99, "seul b": 99}, False),
        ({"seul": 50, "autre": 50}, True),
        ({"seul": 50, "autre": 49}, False),
        ({"deux": 1, "grand": 1}, True),
        ({"grand": 900}, False),
        ({"grand a": 900, "grand b": 900}, True),
    ],
)
def test_who_is_enough(uses: Mapping[str, float], are: bool) -> None:
    """« deux » and « trois » state 2 and 3 agents; « seul » and « autre » none; « grand » is large. Uses of a month."""
    small = frozenset(name for name in uses if not name.startswith("grand"))
    people = KnownTeams(small, {"deux": 2, "trois": 3, "grand": 40}, TODAY)
    there = [UseCase.model_construct(id=name, service=name.split()[0]) for name in uses]
    assert people.are_enough(Counted(use, 202601, uses[use.id]) for use in there) is are


def test_what_one_team_takes_is_added_up() -> None:
    """5 and 4 of one team beside 1: 90 % of it; of two, 50 and 40 %. A large one may be all of it."""
    one, other, large = Team(True, "cabinet"), Team(True, "archives"), Team(False, "chat")
    assert is_of_one([(one, 5.0), (one, 4.0), (large, 1.0)])
    assert not is_of_one([(one, 5.0), (other, 4.0), (large, 1.0)]) and not is_of_one([(large, 9.0), (one, 1.0)])


@pytest.mark.parametrize(("zone", "told"), [("FRA", True), ("BEL", False)])
def test_gases_are_not_told_where_a_team_weighs_otherwise_in_them(tmp_path: Path, zone: Any, told: bool) -> None:
    """Two uses of 20 kWh of two agents in 100: each is a third of the gases in Belgium, which is near its fifth of the
    electricity; both are two thirds, and that is not near two fifths."""
    uses = {name: Use("Cabinet", 20.0, 110.0, zone) for name in ("chef", "notes")}
    _home(tmp_path, {"Cabinet": 2, "Foncier": 40}, **uses, baux=Use("Foncier", 60.0, 900.0))
    assert ("gwp" in impacts_of(facts(tmp_path, CODE).scope)) is told
