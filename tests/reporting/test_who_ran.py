"""In which months a small use ran decides nothing of what is told: neither which uses are merged, nor when they are."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from estimator.governance.indicators.anonymity import grouped, withheld
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_results import told_results
from estimator.governance.register.register import Register
from estimator.reporting.publications.context import facts_in
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.open_data import TABLE, data
from tests.reporting.authority import rows_of
from tests.reporting.test_no_difference import audit
from tests.reporting.test_synthesis import case, heads, run
from tests.support import built

MONTHS = [f"2026-{month:02}" for month in range(1, 6)]
Uses = Mapping[str, tuple[str, int, str]]  # commune, agents and host of each use
PERIODS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-T1")
Kwh = Mapping[tuple[str, str], float]  # of each use in each month


def drawn(seed: int) -> tuple[Uses, Kwh, tuple[str, str]]:
    """Four to seven uses of one or two communes, some small, and a month of one of these."""
    chance = random.Random(seed)
    places, uses, kwh = ["54395", "54547"][: chance.randint(1, 2)], {}, {}
    for name in "abcdefg"[: chance.randint(4, 7)]:
        agents = chance.choice((2, 3, 4, 30, 40, 60))
        size = 10 ** (chance.uniform(-0.3, 1) if agents < 5 else chance.uniform(0.3, 1.5))
        uses[name] = (chance.choice(places), agents, chance.choice(("class/desk", "class/desk", "scaleway/fr-par-2")))
        kwh |= {(name, month): round(size * chance.uniform(0.7, 1.3), 4) for month in MONTHS}
    small = [name for name, (_, agents, _) in uses.items() if agents < 5]
    return uses, kwh, (chance.choice(small), chance.choice(PERIODS[:4]))


def told(home: Path, uses: Uses, kwh: Kwh, without: tuple[str, str]) -> dict[tuple[str, ...], Any]:
    """Of a home without one month of one use, everything that is told by name or not, in each document of each period:
    the amounts aside, which are sums."""
    register, names = Register(home), {}
    for name, (commune, agents, _) in uses.items():
        names[case(register, name, f"service {name}", commune)] = name
        heads(home, f"service {name}", agents)
    rows = [run(name, kwh[name, month], month, requests=900.0, host=uses[name][2]) for name, month in kwh]
    held = [row for row, key in zip(rows, kwh, strict=True) if key != without]
    build = built(home, *held)
    found: dict[tuple[str, ...], Any] = {}
    for scope in audit(home, *PERIODS).scopes():
        about = (str(scope.period), scope.territory)
        found |= {(what, *about): each for what, each in of_scope(scope, names).items()}
    shown = told_results(home, build)
    found["exports",] = sorted(names[id] for id in shown.groups.shown), shown_rows(shown.table.to_pylist())
    return found


def of_scope(scope: Scope, names: Mapping[str, str]) -> dict[str, Any]:
    facts = facts_in(scope, "fr")
    found: dict[str, Any] = {"withheld": withheld(scope), "measured": facts.body["measured"]}
    found["named"] = sorted(names[id] for id in grouped(scope).shown)
    for impact in ("energy", "gwp", "water", "adpe"):
        entry = facts.body["indicators"][impact]
        amounts = {"value": entry["value"]} | entry["months"]
        found[impact] = {name: amount and amount.central is not None for name, amount in amounts.items()}
    rows = rows_of(str(data(facts).files[TABLE]))
    found["data"] = sorted((row["month"], row["kind"], row["use_case_name"], bool(row["central"])) for row in rows)
    if scope.territory != "all":
        file = published_groups(facts)
        found["groups"] = sorted({(group.month, names.get(group.use, ""), str(group.facts)) for group in file.groups})
        found["held out"] = (file.withheld, file.uses_withheld, file.withheld_kwh is None)
    return found


def shown_rows(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(row["level"], row["service"], row["month"], row["impact"]) for row in rows}


@pytest.mark.parametrize("seed", [0, 5, 11])  # each told it, in a file of groups of one month or a document of the year
def test_whether_a_small_use_ran_in_a_month_is_not_told_by_what_is_merged(tmp_path: Path, seed: int) -> None:
    """A small use with all its months, then without one: the large uses told by name in each month, those merged, the
    months that are told, what is held out and of how many uses are the same; only sums differ."""
    uses, kwh, month = drawn(seed)
    there, absent = (told(tmp_path / name, uses, kwh, one) for name, one in (("all", ("", "")), ("less", month)))
    assert {about for about in there if there[about] != absent[about]} == set()


def test_small_uses_without_a_large_one_are_told_in_all_their_months_or_in_none(tmp_path: Path) -> None:
    """Three agents and two, of 4 and 3 kWh a month: 7 kWh are told of each month. Where one does not run in a month,
    that sum would be of the other alone: no month is told, whichever it is, and the year is."""
    uses = {"a": ("54395", 3, "class/desk"), "b": ("54395", 2, "class/desk"), "large": ("54395", 40, "class/desk")}
    kwh = {(name, month): size for name, size in (("a", 4.0), ("b", 3.0), ("large", 9.0)) for month in MONTHS[:3]}
    one, march, april = (told(tmp_path / month, uses, kwh, ("b", month)) for month in ("2025-12", MONTHS[1], MONTHS[2]))
    assert march == april and march != one
    assert all(march["named", period, "54395"] == ["large"] for period in ("2026", "2026-02", "2026-03"))
    months = {told_here["energy", "2026", "54395"][202601] for told_here in (one, march)}
    assert months == {True, False} and march["energy", "2026", "54395"]["value"]


@pytest.mark.parametrize("without", [("both", MONTHS[1]), ("b", MONTHS[1])])
def test_no_month_is_told_of_small_uses_that_do_not_run_in_each(tmp_path: Path, without: tuple[str, str]) -> None:
    """Three agents and two, who are enough together, beside forty: in the months told, both ran. Where neither runs in
    February, as where one does not, no month of theirs is told, nor which months are rounded; the file of groups has
    their year in equal months, those of the large use."""
    name, month = without
    uses = {"a": ("54395", 3, "class/desk"), "b": ("54395", 2, "class/desk"), "large": ("54395", 40, "class/desk")}
    kwh = {(name, month): size for name, size in (("a", 4.0), ("b", 3.0), ("large", 9.0)) for month in MONTHS[:3]}
    gone = {("a", month), ("b", month)} if name == "both" else {without}
    found = told(tmp_path, uses, {key: size for key, size in kwh.items() if key not in gone}, ("", ""))
    for period in ("2026", "2026-01", "2026-02", "2026-03"):
        assert {month for month, kind, _, said in found["data", period, "54395"] if kind == "others" and said} == set()
    months = {month for month, use, _ in found["groups", "2026", "54395"] if not use}
    assert months == {202601, 202602, 202603}
    assert {name for name, told_here in found["energy", "2026", "54395"].items() if told_here} == {"value"}
