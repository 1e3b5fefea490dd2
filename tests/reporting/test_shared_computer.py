"""Two services on one computer at one time share its energy: nothing is told of a large use of which what its runs
read, less what is told, is a small one's."""

import random
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from estimator.builds.published_groups import PublishedGroup
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.anonymity import grouped
from estimator.governance.indicators.small_uses import small_beside
from estimator.governance.indicators.told_results import told_results
from estimator.governance.register.register import Register
from estimator.reporting.publications.context import facts_in
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.open_data import TABLE, data
from estimator.reporting.summary.use_cases import uses
from estimator.results.reading import current_results
from tests.reporting.authority import case, rows_of
from tests.reporting.test_no_difference import audit
from tests.support import activity, built, kept

CODE = "54395"
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
AGENTS = {"cabinet": 2, "elus": 4, "voirie": 200, "ecoles": 50, "foncier": 30}
NEAR = 0.2  # of what a small use takes in a month [1]


def on(service: str, day: str, hour: int, hours: float, kwh: float, **more: Any) -> Any:
    """A run that reads all of a computer, `srv` unless said otherwise."""
    told: dict[str, Any] = {"service_key": service, "host": "class/desk", "zone": "FRA", "reader": "codecarbon"}
    told |= {"scope": "machine", "machine_id": "srv", "cpu_energy_kwh": None, "cpu_mode": "mode/none"}
    told |= {"other_energy_kwh": kwh, "other_mode": "mode/meter", "requests": 900.0}
    return activity(f"{day}T{hour:02}:00:00", hours, **told | more)


def home(path: Path, *rows: Any, uses: Mapping[str, str] = dict.fromkeys(AGENTS, CODE)) -> Path:
    """A commune of these uses; uses: the commune of each that the register knows."""
    for name, commune in uses.items():
        case(Register(path), name, commune, name, f"Service {name}")
        said = {"service": f"Service {name}", "date": "2026-01-01", "trained": 1, "with_access": AGENTS[name]}
        Commitments(path).state_training(said | {"kind": "essai"}, voter("RH", "déclaration"))
    built(path, *rows)
    return path


def year_of(service: str, hour: int, hours: float, kwh: float, **more: Any) -> list[Any]:
    return [on(service, f"{month}-05", hour, hours, kwh, **more) for month in MONTHS]


def named(path: Path) -> set[str]:
    """The uses that are told by name, anywhere."""
    found = audit(path)
    names = {one.id: one.name for one in found.sources.cases}
    shown = set[str]().union(*(grouped(scope).shown for scope in found.scopes()))
    return {names[id] for id in shown} | {name for name, _ in exported(path)}


def exported(path: Path, inside: bool = False) -> dict[tuple[str, int], float]:
    """The electricity of each service in each month that an export tells [kWh]."""
    rows = told_results(path, current_results(path), inside).table.to_pylist()
    mine = [row for row in rows if row["level"] == "service_month" and row["impact"] == "energy"]
    return {(row["service"], row["month"]): row["weight_kwh"] for row in mine}


def merged(path: Path) -> list[PublishedGroup]:
    (scope,) = (one for one in audit(path).scopes() if one.territory == CODE)
    return [group for group in published_groups(facts_in(scope, "fr")).groups if not group.use]


def told(path: Path) -> Iterator[tuple[str, int, float]]:
    """Each use, month and electricity that a file of groups, the open data or an export tells by name [kWh]."""
    found = audit(path)
    names = {one.id: one.name for one in found.sources.cases}
    for scope in found.scopes():
        facts = facts_in(scope, "fr")
        for row in rows_of(str(data(facts).files[TABLE])):
            if row["indicator"] == "energy" and row["use_case"] and row["central"]:
                yield names[row["use_case"]], int(row["month"].replace("-", "")), float(row["central"])
        if scope.territory != "all":
            sums: dict[tuple[str, int], float] = {}
            for group in published_groups(facts).groups:
                sums[group.use, group.month] = sums.get((group.use, group.month), 0.0) + group.sums["other_energy"]
            yield from ((names[use], month, kwh) for (use, month), kwh in sums.items() if use)
    yield from ((name, month, kwh) for (name, month), kwh in exported(path).items())


def test_a_large_use_that_shares_a_computer_with_a_small_one_is_told_with_it(tmp_path: Path) -> None:
    """10 h of `voirie`, 10 kWh; `cabinet` 4 h of these, 4 kWh: 8 and 2 are charged, and 10 less 8 would be the two of
    `cabinet`. Both are told together, 10 kWh a month, all that the computer took. Of another computer, 10 are told."""
    rows = [*year_of("voirie", 8, 10.0, 10.0), *year_of("ecoles", 8, 1.0, 15.0, machine_id="b")]
    alone = [
        *year_of("cabinet", 9, 4.0, 4.0, machine_id="c"),
        *year_of("foncier", 8, 1.0, 7.0, machine_id="d", requests=500.0),
    ]
    apart = home(tmp_path / "apart", *rows, *alone)
    assert named(apart) == {"voirie", "ecoles"} and exported(apart)["voirie", 202601] == pytest.approx(10.0)
    shared = home(tmp_path / "shared", *rows, *year_of("cabinet", 9, 4.0, 4.0), *alone[12:])
    assert exported(shared, inside=True)["voirie", 202601] == pytest.approx(8.0, rel=1e-4)
    assert named(shared) == {"ecoles", "foncier"}
    (scope,) = (one for one in audit(shared).scopes() if one.territory == CODE)
    (line,) = (use for use in uses(scope) if use["kind"] == "others")
    assert line["energy"].central == 100.0, "twelve months of 10, to one figure"


def test_one_month_of_sharing_is_a_year_of_it(tmp_path: Path) -> None:
    """`cabinet` runs in March alone: the months told of `voirie` would say so."""
    rows = [*year_of("voirie", 8, 10.0, 10.0), *year_of("ecoles", 8, 1.0, 15.0, machine_id="b")]
    assert named(home(tmp_path, *rows, on("cabinet", "2026-03-05", 9, 4.0, 4.0))) == {"ecoles"}


def test_a_run_over_a_new_year_is_lowered_in_both(tmp_path: Path) -> None:
    """Of 40 h around it, 20 kWh a year, `cabinet` shares the first four: what is charged is less in both."""
    night = [on("voirie", "2026-12-31", 4, 40.0, 40.0), on("cabinet", "2026-12-31", 4, 4.0, 4.0)]
    found = audit(home(tmp_path, *night, *year_of("ecoles", 8, 1.0, 15.0, machine_id="b")))
    ids = {one.name: one.id for one in found.sources.cases}
    for scope in (one for one in found.scopes() if one.territory == CODE):
        assert small_beside(scope) == {ids["voirie"]: {ids["cabinet"]}}
        assert ids["voirie"] not in grouped(scope).shown


def test_who_lost_to_a_large_one_alone_is_told(tmp_path: Path) -> None:
    """`voirie` shares its morning with `cabinet`, its evening with `ecoles`: of the last, nothing is of a small use."""
    rows = [*year_of("voirie", 8, 10.0, 10.0), *year_of("cabinet", 9, 2.0, 2.0), *year_of("ecoles", 15, 6.0, 6.0)]
    assert named(home(tmp_path, *rows)) == {"ecoles"}


def test_a_small_service_in_no_use_is_one(tmp_path: Path) -> None:
    """40 requests a month of a service that the register does not know: the large use is told with another one."""
    rows = [*year_of("voirie", 8, 10.0, 10.0), *year_of("inconnu", 9, 4.0, 4.0, requests=40.0)]
    rows += [*year_of("ecoles", 8, 1.0, 15.0, machine_id="b"), *year_of("foncier", 8, 1.0, 30.0, machine_id="d")]
    assert "voirie" not in named(home(tmp_path, *rows))


def test_a_use_of_residents_that_shares_with_a_small_one_is_not_told(tmp_path: Path) -> None:
    rows = [*year_of("voirie", 8, 10.0, 10.0), *year_of("cabinet", 9, 4.0, 4.0)]
    path = home(tmp_path, *rows, *year_of("ecoles", 8, 1.0, 15.0, machine_id="b"))
    register = Register(path)
    (use,) = (one for one in register.use_cases() if one.name == "voirie")
    register.change(use.id, {"users": "habitants"}, voter("DSI", "essai"))
    assert named(path) == {"ecoles"}


@pytest.mark.parametrize("shared", [False, True])
def test_a_sum_of_a_year_is_not_told_where_both_taken_off_leave_one_small_use(tmp_path: Path, shared: bool) -> None:
    """2 and 4 agents beside `voirie`, one kind: without it six agents are left. On its computer, `cabinet` is in what
    its runs read: the sum less that is `elus` alone."""
    rows = [*year_of("voirie", 8, 10.0, 10.0), *year_of("elus", 8, 1.0, 3.0, machine_id="b")]
    rows += year_of("cabinet", 9, 4.0, 4.0, machine_id="srv" if shared else "c")
    assert bool(merged(home(tmp_path, *rows))) is not shared


class Drawn(NamedTuple):
    """A home, its runs, and what those of each service read in each month [kWh]."""

    path: Path
    runs: list[Any]
    read: dict[tuple[str, int], float]

    def met(self, one: str, other: str) -> bool:
        """Whether runs of two services were on one computer at one time."""
        both = product(*([run for run in self.runs if run.service_key == name] for name in (one, other)))
        return any(a.machine_id == b.machine_id and a.start_us < b.end_us and b.start_us < a.end_us for a, b in both)


def drawn(path: Path, seed: int, apart: bool) -> Drawn:
    """Large and small services on two computers at hours that may meet, in two communes, and one in no use or none;
    apart: each on a computer of its own."""
    chance, rows, read = random.Random(seed), list[Any](), dict[tuple[str, int], float]()
    uses = {name: chance.choice((CODE, CODE, "54547")) for name in AGENTS}
    names = [*uses, *(["inconnu"] if chance.random() < 0.3 else [])]
    computers = {name: name if apart else chance.choice(("srv", "srv", "b")) for name in names}
    for name, month, _ in product(names, MONTHS, range(2)):
        hours = chance.uniform(0.5, 6.0) if is_small(name) else chance.uniform(6.0, 12.0)
        day, hour, kwh = f"{month}-{chance.randint(1, 27):02}", chance.randint(0, 11), hours * chance.uniform(0.8, 1.2)
        requests = 20.0 if name == "inconnu" else 450.0
        rows.append(on(name, day, hour, hours, kwh, machine_id=computers[name], requests=requests))
        key = name, int(month.replace("-", ""))
        read[key] = read.get(key, 0.0) + kwh
    return Drawn(home(path, *rows, uses=uses), rows, read)


def is_small(name: str) -> bool:
    return AGENTS.get(name, 1) < 5


def readings(of: Drawn) -> list[tuple[str, str, int]]:
    """Each large use, small one that its runs met and month, of which what those read, less what is told of it, is what
    the small one is charged, within 20 %."""
    charged = exported(of.path, inside=True)
    return [
        (name, few, month)
        for (name, month, kwh), few in product(told(of.path), ("cabinet", "elus", "inconnu"))
        if of.met(name, few)
        if abs(of.read[name, month] - kwh - charged[few, month]) <= NEAR * charged[few, month]
    ]


@pytest.mark.parametrize("seed", kept(range(12), 3, 5, 9))
def test_what_runs_read_less_what_is_told_is_no_small_use(tmp_path: Path, seed: int) -> None:
    """Homes drawn at random; where no service meets another, each large use that hides no small one is told."""
    assert readings(drawn(tmp_path / "met", seed, apart=False)) == []
    path = drawn(tmp_path / "apart", seed, apart=True).path
    assert not current_results(path).shared_time and named(path) & {"voirie", "ecoles", "foncier"}
