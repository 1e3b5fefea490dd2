"""Merged uses in a file of groups: a sum of a whole year, in equal months, that tells no small use to who knows a large
one of them."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.merged_groups import merge
from estimator.builds.published_groups import PublishedGroup, PublishedGroups
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.context import facts_in
from estimator.reporting.publications.groups_file import groups_file, published_groups
from estimator.reporting.publications.reen_file import commune_file
from estimator.results.reading import current_results
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, run
from tests.reporting.test_no_difference import audit
from tests.reporting.test_who_ran import drawn
from tests.support import built, sobria

CODE = "54395"
AGENTS = {"rare": 2, "veille": 4, "courrier": 40, "chat": 60, "plan": 80}
Kwh = Mapping[str, Mapping[str, float]]  # of each use in each month
REQUESTS = {"chat": 9000.0}


def _home(home: Path, kwh: Kwh, *rows: Any, **more: Any) -> Path:
    """A commune of these uses, alike in all that decides their factors, and these rows."""
    for name in kwh:
        case(Register(home), name, CODE, name, f"Service {name}")
        said = {"service": f"Service {name}", "date": "2026-01-02", "trained": 1, "with_access": AGENTS[name]}
        Commitments(home).state_training(said | {"kind": "essai"}, voter("RH", "déclaration"))
    months = sorted({month for there in kwh.values() for month in there})
    built(home, *(_run(n, kwh[n][m], m, **more) for m in months for n in kwh if m in kwh[n]), *rows)
    return home


def _run(name: str, kwh: float, month: str, **more: Any) -> Any:
    return run(name, kwh, month, requests=REQUESTS.get(name, 900.0), **more)


def _four(home: Path) -> Path:
    """2 and 4 agents, `rare` and `veille`, merged with `courrier`, for in January the first takes nearly all that the
    two take, in a data centre; 3, 0 and 3 kWh of theirs a month at a desk, beside its 2, 3 and 4. `chat` is told."""
    kwh = _year(rare=[0.9, 0.0, 0.9], veille=[2.1, 0.0, 2.1], courrier=[2.0, 3.0, 4.0], chat=[1.0, 1.0, 1.0])
    there = {"rare": 60.0, "veille": 2.0, "courrier": 80.0}
    return _home(home, kwh, *(_run(name, size, "2026-01", host="scaleway/fr-par-2") for name, size in there.items()))


def _file(home: Path, period: str = "2026") -> PublishedGroups:
    return published_groups(facts(home, CODE, period=period, by="Mairie"))


def _merged(file: PublishedGroups) -> list[PublishedGroup]:
    return [group for group in file.groups if not group.use]


def _year(**of_each: Sequence[float]) -> Kwh:
    """These amounts of each use, from January on, none where 0."""
    return {
        name: {f"2026-{number:02}": amount for number, amount in enumerate(amounts, 1) if amount}
        for name, amounts in of_each.items()
    }


def test_one_large_use_hides_no_small_one(tmp_path: Path) -> None:
    """`rare` of two agents and `courrier` of forty, alike: whoever knows the second takes it off. Not in the file, in
    any month; 9 + 1.8 kWh, about 10, are told to be out of it."""
    file = _file(_home(tmp_path, _year(rare=[0.9, 0.0, 0.9], courrier=[3.0, 3.0, 3.0])))
    assert not file.groups and (file.withheld, file.uses_withheld, file.withheld_kwh) == (1, 2, 10.0)


def test_a_large_use_may_be_taken_off_a_sum_that_is_told(tmp_path: Path) -> None:
    """At the desk, 6 kWh without `courrier`, of six agents, 70 % of one: 15 kWh, told in three equal months, those of
    `courrier`; 7 runs, in 3, 2 and 2. In the data centre, `rare` is 60 of the 62 kWh that `courrier` leaves."""
    file = _file(_four(tmp_path))
    assert [(group.month, group.slices) for group in _merged(file)] == [(202601, 3), (202602, 2), (202603, 2)]
    assert [group.sums["other_energy"] for group in _merged(file)] == pytest.approx([5.0] * 3)
    assert (file.withheld, file.uses_withheld, file.withheld_kwh) == (1, 3, 100.0)


def test_a_small_use_that_is_nearly_all_of_what_a_large_one_leaves_is_not_told(tmp_path: Path) -> None:
    """At 90 % of the six agents', `veille` is told to whoever knows `courrier`, of which it is a tenth."""
    file = _file(_home(tmp_path, _year(rare=[0.1] * 2, veille=[0.9] * 2, courrier=[8.0] * 2)))
    assert not _merged(file) and file.withheld == 1


def test_of_a_part_of_a_year_no_merged_use_is_told_and_it_is_said(tmp_path: Path) -> None:
    """A quarter less a month of it would be two months: neither has them, nor their electricity, nor the review. The
    year has, written in its ninth month as in the next year."""
    home, day = _four(tmp_path), date(2026, 3, 31)  # no month is without a large use, which would take others with it
    for period in ("2026-T1", "2026-01..2026-11", "2025-06..2026-06"):
        found = facts(home, CODE, period=period, today=day)
        file, review = published_groups(found), commune_file(found)
        assert not _merged(file) and file.withheld_kwh is None and (file.withheld, file.uses_withheld) == (2, 3)
        assert review.withheld and review.withheld_kwh == 0
        assert review.as_read_kwh == pytest.approx(sum(group.sums["other_energy"] for group in file.groups))
        for lang, words in (("fr", "que d'une année civile entière"), ("en", "of a whole calendar year alone")):
            assert words in plain(" ".join(groups_file(replace(found, lang=lang)).left_out))
    for period in ("2026", "2025-01..2026-12"):
        assert sum(group.sums["other_energy"] for group in _merged(_file(home, period))) == pytest.approx(15.0)


@pytest.mark.parametrize(("host", "there"), [("azure/francecentral", 0), ("scaleway/fr-par-2", 4)])
@pytest.mark.parametrize("moved", ["", "2024-05"])
@pytest.mark.parametrize("months", [range(5, 9), range(7, 11)])
def test_a_year_in_which_factors_change_is_not_told_in_equal_months(
    tmp_path: Path, host: str, there: int, moved: str, months: range
) -> None:
    """The water of a data centre of Azure is 0.30 L/kWh until June 2024 and 0.27 from July: equal months of a year
    would not be what it took. In whichever months the lines are, and with a line of two agents in August or in May: it
    would say which. Elsewhere, where no factor changes, it is told."""
    each = {f"2024-{month:02}" for month in months}
    kwh = {use: dict.fromkeys(each, size) for use, size in (("rare", 0.9), ("veille", 2.1), ("courrier", 4.0))}
    if moved:
        kwh["rare"] = dict.fromkeys(each - {"2024-08"} | {moved}, 0.9)
    assert len(_merged(_file(_home(tmp_path, kwh, host=host), "2024"))) == there


@pytest.mark.parametrize("seed", range(6))
def test_no_sum_less_a_large_use_of_it_is_nearly_all_of_a_small_one(tmp_path: Path, seed: int) -> None:
    """Homes drawn at random: of each merged group, every sum of the rows, all together and without each large use, has
    no small use for more than 85 % of it; and its months are equal."""
    uses, kwh, _ = drawn(seed)
    register, names = Register(tmp_path), dict[str, str]()
    for name, (commune, agents, _) in uses.items():
        names[name] = case(register, name, commune, name, f"Service {name}")
        said = {
            "service": f"Service {name}",
            "date": "2026-01-02",
            "trained": 1,
            "with_access": agents,
            "kind": "essai",
        }
        Commitments(tmp_path).state_training(said, voter("RH", "déclaration"))
    chance = random.Random(seed)
    counts = {key: float(chance.randint(200, 900)) for key in kwh}
    built(tmp_path, *(run(n, kwh[n, m], m, requests=counts[n, m], host=uses[n][2]) for n, m in kwh))
    small = {name for name, (_, agents, _) in uses.items() if agents < 5}
    for scope in audit(tmp_path, "2026").scopes():
        if scope.territory == "all":
            continue
        file = published_groups(facts_in(scope, "fr"))
        alone = {group.use for group in file.groups}
        for host in {uses[name][2] for name in uses}:
            groups = [group for group in _merged(file) if group.facts.get("host") == host]
            there = [n for n in uses if uses[n][0] == scope.territory and uses[n][2] == host and names[n] not in alone]
            for what, of_row in (("other_energy", kwh), ("requests", counts)) if groups else ():
                sums = {n: sum(v for (name, _), v in of_row.items() if name == n) for n in there}
                assert sum(group.sums[what] for group in groups) == pytest.approx(sum(sums.values()), rel=1e-12)
                assert len({round(group.sums[what], 9) for group in groups}) == 1
                for known in (None, *(name for name in there if name not in small)):
                    left = {name: value for name, value in sums.items() if name != known}
                    assert all(value <= 0.85 * sum(left.values()) for name, value in left.items() if name in small)


def test_a_wider_home_has_the_year_and_says_that_its_months_are_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3.5, none, then 3.3 kWh of six agents: every figure of the total is that of the home of the rows, to 1e-12; each
    month of `courrier` has a third of 6.8 there, and the pages, the terminal and the yearly review say so."""
    kwh = _year(rare=[1.0, 0.0, 2.0], veille=[2.5, 0.0, 1.3], courrier=[2.0, 3.0, 4.0])
    home, national = _home(tmp_path / "home", kwh), tmp_path / "national"
    path = tmp_path / "a.json"
    path.write_text(_file(home).model_dump_json(), "utf-8")
    merge(national, [path])
    one, other = current_results(home), current_results(national)
    for name, amount in one.totals().indicators.items():
        assert [*other.totals().indicators[name].ends] == pytest.approx([*amount.ends], rel=1e-12), name
    months = {month: found["energy"].at_factor_values for month, found in other.figures_of_months().items()}
    whole = one.totals().indicators["energy"].at_factor_values or 0.0
    told = {202601: 2.0, 202602: 3.0, 202603: 4.0}
    assert months == pytest.approx({month: (kwh + 6.8 / 3) * whole / 15.8 for month, kwh in told.items()})
    words = "comptée ici en mois égaux"
    assert words in plain(sobria(national, "indicators", "--period", "2026").stdout)
    assert json.loads(sobria(national, "totals", "--json").stdout)["authorities"][0]["files"][0]["spread"] is True
    sobria(national, *f"report reen-rollup --period 2026 --out {tmp_path / 'bilan.txt'}".split())
    assert words in plain((tmp_path / "bilan.txt").read_text("utf-8"))
    monkeypatch.setenv("SOBRIA_HOME", str(national))
    assert words in plain(page("mesures", "fr"))
