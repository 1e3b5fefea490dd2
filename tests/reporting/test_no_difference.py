"""No figure of too few agents is a difference of what is published: every document and export as equations.

A figure that is told is a sum over (use, month). A set of these that is about too few agents is exposed when some
combination of all that is told is about nothing else: a vector y with yA = 0 outside the set, and not inside.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimator.core.periods import Period
from estimator.core.searched_text import as_compared
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.anonymity import grouped, withheld
from estimator.governance.indicators.indicators import sheet
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.indicators.small_uses import heads_of, small_ids, small_today
from estimator.governance.indicators.told_results import told_results
from estimator.governance.indicators.told_shares import EACH, SHARES
from estimator.governance.indicators.usage_by_case import last_day
from estimator.governance.register.register import Register
from estimator.governance.register.schema import WHOLE
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.context import ReportFacts, facts_in
from estimator.reporting.publications.open_data import TABLE, data
from estimator.reporting.publications.unattached import unattached
from estimator.reporting.summary.one_page import document, read_name, weighed
from estimator.reporting.summary.sentences import tell
from estimator.reporting.summary.summary import synthesis
from estimator.reporting.summary.use_cases import services_of, uses
from estimator.results.reading import current_results
from tests.reporting.authority import plain, rows_of
from tests.reporting.test_synthesis import case, heads, run
from tests.support import built, kept

TODAY = date(2027, 3, 1)
OUTSIDE = "service/"  # of what is in no use
Atom = tuple[str, int]  # a use, or a service of none, in a month


@dataclass(frozen=True)
class Audit:
    """A home, what can be asked of it, and what each figure that it tells is the sum of."""

    home: Path
    sources: Sources
    periods: tuple[Period, ...]
    bodies: dict[tuple[str, Period], dict[str, Any]] = field(default_factory=dict)

    def scopes(self) -> Iterator[Scope]:
        return (Scope(self.sources, place, period) for period in self.periods for place in self.sources.territories)

    def body(self, scope: Scope) -> dict[str, Any]:
        """What its sheet holds, found once."""
        key = scope.territory, scope.period
        if key not in self.bodies:
            self.bodies[key] = synthesis(scope)
        return self.bodies[key]

    def atoms(self, scope: Scope, *ids: str | None) -> set[Atom]:
        """Those of some uses in a scope, None for what is in no use; all without any."""
        rows = [row for row in scope.rows if not ids or row.id in ids]
        return {(row.id or OUTSIDE + row.row.service_key, row.row.month) for row in rows}

    def of_line(self, scope: Scope, kind: str, id: str) -> set[Atom]:
        found = grouped(scope)
        others = (*found.others, None) if found.loose else found.others
        if kind == "others":
            return self.atoms(scope, *others) if others else set()
        return self.atoms(scope, id if kind == "case" else None)

    def of_month(self, scope: Scope, month: int) -> set[Atom]:
        return self.atoms(replace(scope, period=Period(f"{month // 100}-{month % 100:02}")))

    def sheets(self, facts: ReportFacts) -> Iterator[set[Atom]]:
        """What the sheet of indicators, the list of uses and the file of a commune tell of the electricity."""
        scope, energy = facts.scope, facts.body["indicators"]["energy"]
        if energy["value"]["central"] is not None:
            yield self.atoms(scope)
        for month, amount in energy["history"].items():
            if amount and amount["central"] is not None:
                yield self.of_month(scope, month)
        for use in uses(scope):
            if use["energy"]["central"] is not None:
                yield self.of_line(scope, use["kind"], use["id"])
        if unattached(facts).central is not None:
            yield self.atoms(replace(scope, territory=WHOLE), None)

    def open_data(self, facts: ReportFacts) -> Iterator[set[Atom]]:
        for row in rows_of(str(data(facts).files[TABLE])):
            if row["indicator"] == "energy" and row["central"]:
                there = facts.scope.over([int(row["month"].replace("-", ""))])
                yield self.of_line(replace(facts.scope, only=there.only), row["kind"], row["use_case"])

    def exports(self) -> Iterator[set[Atom]]:
        """The rows of every file and address that other software reads."""
        told = told_results(self.home, current_results(self.home))
        every = {(row.id, row.row.service_key, row.row.month) for row in told.scope.rows}
        for row in told.table.to_pylist():
            if row["impact"] == "energy" and row["central"] is not None and row["level"] != "proof":
                yield {
                    (id or "", month)
                    for id, service, month in every
                    if row["service"] in (None, service)
                    and row["month"] in (None, month)
                    and (row["level"] != "cell" or (row["use_case"] or OUTSIDE + service) == id)
                }

    def protected(self) -> Iterator[set[Atom]]:
        """The months of each use, or service in none, that is small today, or in a year, those of too few declared
        agents together, and each month that is of too few by itself."""
        every, years = self.sources.every, [period for period in self.periods if len(period.text) == 4]
        ever, today = every.ever, small_today(every)
        for scope, small in (
            (ever, today),
            *((one, small_ids(one)) for one in (replace(ever, period=y) for y in years)),
        ):
            known = heads_of(scope)
            agents = {c.id: (as_compared(c.service), known.get(as_compared(c.service), 5)) for c in scope.cases}
            for size in (1, 2):
                for some in combinations(sorted(small), size):
                    services = dict(agents[id] for id in some)
                    if len(services) == 1 or sum(services.values()) < 5:
                        yield self.atoms(scope, *some)
        for row in every.rows:
            heads = self.sources.commitments.with_access(last_day(row.row.month))
            stated = None if row.use_case is None else heads.get(as_compared(row.use_case.service))
            if row.id and (stated if stated is not None else 5) < 5:
                yield {(row.id, row.row.month)}

    def exposed(self, told: list[set[Atom]]) -> list[set[Atom]]:
        """The protected sets that a combination of these sums is about alone."""
        columns = {atom: at for at, atom in enumerate(sorted(set().union(*told, *self.protected())))}
        sums = np.zeros((len(told), len(columns)))
        for line, one in zip(sums, told, strict=True):
            line[[columns[atom] for atom in one]] = 1
        sums, found = np.unique(sums, axis=0), []
        for some in self.protected():
            inside = np.array([atom in some for atom in columns])
            _, sizes, directions = np.linalg.svd(sums[:, ~inside].T)
            free = directions[int((sizes > 1e-9).sum()) :]
            if np.abs(free @ sums[:, inside]).max(initial=0.0) > 1e-9:
                found.append(some)
        return found


def audit(home: Path, *periods: str) -> Audit:
    sources = Sources(current_results(home), Register(home), Commitments(home), home, TODAY)
    years = dict.fromkeys(str(row.row.month // 100) for row in sources.rows)
    return Audit(home, sources, tuple(map(Period, (*years, *periods))))


def everything(found: Audit) -> list[set[Atom]]:
    every = [facts_in(scope, "fr") for scope in found.scopes()]
    told = [one for facts in every for part in (found.sheets, found.open_data) for one in part(facts)]
    return [*filter(None, told), *found.exports()]


YEARS, BOTH_YEARS = ("2025", "2026"), Period("2025-04..2026-09")


@pytest.fixture(scope="module")
def example(metropole: Path) -> Audit:
    """The métropole over two years, both together, a quarter and a month."""
    return audit(metropole, BOTH_YEARS.text, "2026-T1", "2025-12")


def test_no_small_use_of_the_example_is_a_difference_of_what_is_published(example: Audit) -> None:
    """Every period of every territory, and the exports, all read by one person."""
    told = everything(example)
    assert list(example.protected()) and example.exposed(told) == []


@pytest.mark.parametrize("lang", kept(["fr", "en"], "fr"))
def test_the_sheets_tell_the_same_figures_in_both_languages(example: Audit, lang: str) -> None:
    """What the records of a sheet tell is what its equations hold, no more."""
    for scope in (scope for scope in example.scopes() if scope.period.text in YEARS):
        told = {name: set[str]() for name in ("indicateur", "mois", "usage")}
        for kind, name, month, _, central, *_ in document(example.body(scope), lang).records:
            if kind in told and central is not None and (kind == "usage" or name == "energy"):
                told[kind].add(str(month or name))
        energy = sheet(scope)["indicators"]["energy"]
        assert told["indicateur"] == ({"energy"} if energy["value"]["central"] is not None else set())
        assert told["mois"] == {str(m) for m, v in energy["months"].items() if v and v["central"] is not None}
        known = [use for use in uses(scope) if use["energy"]["central"] is not None]
        assert told["usage"] == {use["id"] or use["kind"] for use in known}


def test_a_small_use_alone_in_its_commune_costs_the_total_of_the_lightest_other(tmp_path: Path) -> None:
    """Nancy 2 kWh of 9 uses a month, alone; Vandœuvre 10, Villers 30, the métropole 100 and 50: 152 + 30 + 10 of all
    less the others would be Nancy's. So it is joined with Vandœuvre: 12 kWh, told as 10, and only these two have no
    total."""
    register, energy = Register(tmp_path), {"a": 2, "b": 10, "c": 30, "d": 100, "e": 50}
    for name, commune in zip(energy, ("54395", "54547", "54578", "metropole", "metropole"), strict=True):
        case(register, name, name, commune)
    rows = [run(name, kwh, requests=9.0 if name == "a" else 900.0) for name, kwh in energy.items()]
    built(tmp_path, *rows)
    scopes = {scope.territory: scope for scope in audit(tmp_path).scopes()}
    totals = {place: sheet(scope)["indicators"]["energy"]["value"] for place, scope in scopes.items()}
    told = {place: total["central"] for place, total in totals.items() if total["central"] is not None}
    assert told == {
        place: pytest.approx(kwh, rel=1e-3) for place, kwh in (("all", 190), ("metropole", 150), ("54578", 30))
    }
    assert (totals["54395"]["missing"]["code"], totals["54547"]["missing"]["code"]) == ("small_group", "by_difference")
    assert uses(scopes["54395"]) == [], "its one use is small"
    assert uses(scopes["54547"]) == [], "its one use is told with it"
    lines = {use["name"] or use["kind"]: use["energy"]["central"] for use in uses(scopes["all"])}
    assert lines == {
        name: pytest.approx(kwh, rel=1e-3) for name, kwh in (("d", 100), ("e", 50), ("c", 30), ("others", 10))
    }
    for lang, words in (("fr", "celui de moins de cinq agents"), ("en", "that of fewer than five")):
        page = rendered(document(synthesis(scopes["all"]), lang), "txt")
        assert plain(page).count(words) == 1 and plain(tell("merged_why", lang)) in plain(page)
        assert words in plain(rendered(document(synthesis(scopes["54547"]), lang), "txt"))
    for place, form in product(("54395", "54547"), ("txt", "html", "csv")):
        for lang, told, unknown in (("fr", "non publié :", "estimable"), ("en", "not published:", "estimated")):
            page = plain(rendered(document(synthesis(scopes[place]), lang), form)).partition("Bornes :")[0]
            assert told in page and unknown not in page.partition("Bounds:")[0], "known, and not told"


def test_a_territory_without_a_total_tells_its_uses_that_are_told_elsewhere(tmp_path: Path) -> None:
    """Vandœuvre has 10 kWh told with the 2 of Nancy, so no total; its other 40 kWh are told by the whole territory, and
    so by itself, without a share: 40 over its share would be its 50."""
    register, energy = Register(tmp_path), {"a": 2, "b": 10, "f": 40, "d": 100}
    for name, commune in zip(energy, ("54395", "54547", "54547", "metropole"), strict=True):
        case(register, name, name, commune)
    built(tmp_path, *(run(name, kwh, requests=9.0 if name == "a" else 900.0) for name, kwh in energy.items()))
    found = audit(tmp_path)
    scopes = {scope.territory: scope for scope in found.scopes()}
    assert withheld(scopes["54547"]) and found.exposed(everything(found)) == []
    (line,) = uses(scopes["54547"])
    assert (line["name"], line["energy"]["central"], line["share"]) == ("f", pytest.approx(40, rel=1e-3), None)
    (same,) = (use for use in uses(scopes["all"]) if use["name"] == "f")
    assert same["energy"] == line["energy"]
    for lang, told in (("fr", "non publié"), ("en", "not published")):
        page = plain(rendered(document(synthesis(scopes["54547"]), lang), "txt"))
        assert told in page and "40 kWh" in page


def test_the_months_of_a_group_that_are_of_one_small_use_are_told_as_one(tmp_path: Path) -> None:
    """A small use of 2 kWh in March, its neighbour of 5 in April and 6 in May: March is in no sheet, nor any before the
    large one or after it, and May, its largest, is not told; April is, and the year is, of 13: less April, it is of
    both, 8 kWh."""
    register = Register(tmp_path)
    for name in ("a", "b"):
        case(register, name, name)
    months = (("a", 2, "2026-03"), ("b", 5, "2026-04"), ("b", 6, "2026-05"))
    built(tmp_path, *(run(name, kwh, month, requests=9.0 if name == "a" else 900.0) for name, kwh, month in months))
    (scope,) = (scope for scope in audit(tmp_path).scopes() if scope.territory == "metropole")
    energy = sheet(scope)["indicators"]["energy"]
    known = {month: amount["central"] for month, amount in energy["months"].items() if amount}
    assert known == {202604: pytest.approx(5, rel=1e-3), 202605: None}
    assert energy["value"]["central"] == pytest.approx(13, rel=1e-3)
    reasons = [amount.missing for amount in energy["months"].values() if amount and amount.central is None]
    assert [reason and reason["code"] for reason in reasons] == ["month_apart"]


def shares_in(found: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Every share in a body that leaves, with its name, but those of a count, and a change of totals."""
    if isinstance(found, dict) and found.get("numerator") is None and name != "change":
        for key, value in found.items():
            each = key in EACH and isinstance(value, dict)
            told = [(key, one) for one in value.values() if one is not None] if each else shares_in(value, key)
            yield from told
    elif isinstance(found, list):
        yield from (one for value in found for one in shares_in(value, name))
    elif name in SHARES and isinstance(found, float):
        yield name, found


def test_no_share_that_leaves_times_a_total_is_the_figure_of_a_few(example: Audit) -> None:
    """Each share of electricity of a sheet is to the percent, in every form, and all or nothing where some of its uses
    are merged, for one of them may be all that is measured; nor is a count of requests told there. A share of 0.01378
    to its last digit, times 6,600 kWh, was the 91 kWh of the uses of one region."""
    checked = 0
    for scope in (scope for scope in example.scopes() if scope.period != BOTH_YEARS):
        body = example.body(scope)
        parts = {name: value for name, value in body.items() if name not in ("uses", "uses_rest", "decisions")}
        for name, share in shares_in(parts):
            checked += share not in (0.0, 1.0)
            assert share in (0.0, 1.0) or not grouped(scope).others, (scope.territory, name, share)
            assert share in (0.005, 0.995) or share == round(share, 2), (scope.territory, name, share)
        hidden = bool(grouped(scope).others) or withheld(scope)
        requests = body["indicators"]["right_sized"]["value"]
        assert not (hidden and "denominator" in requests), "a number of requests"
        for use in (*body["uses"], *filter(None, [body["uses_rest"]])):
            assert use["kind"] != "others" or use["proof"] == {}
        for row in rows_of(str(data(facts_in(scope, "fr")).files[TABLE])):
            assert row["kind"] != "others" or not row["proof_measured"]
    assert checked > 50


def random_home(home: Path, seed: int, change: bool = False) -> Path:
    """Two to seven uses in one to four territories, a fifth of them small, some months without any, some agents
    declared, a service outside the register or none."""
    chance, register, rows = random.Random(seed), Register(home), []
    places = ["metropole", "54395", "54547", "54578"][: chance.randint(1, 4)]
    for name in "abcdefg"[: chance.randint(2, 7)]:
        case(register, name, f"service {name}", chance.choice(places))
        if chance.random() < 0.3:
            heads(home, f"service {name}", chance.choice((2, 3, 40)))
        if change and chance.random() < 0.5:
            agents(home, f"service {name}", (chance.choice((2, 40)), "2026-02-01"))
        often, kwh = chance.choice((20, 20, 300, 900, 5000)), 10 ** chance.uniform(-1, 2)
        for month in chance.sample(("2025-11", "2025-12", "2026-01", "2026-02", "2026-03"), chance.randint(1, 5)):
            rows.append(run(name, kwh * chance.uniform(0.5, 1.5), month, requests=float(often)))
    if chance.random() < 0.6:
        rows.append(run("perdu", 3, "2026-01", requests=900.0))
    built(home, *rows)
    return home


@pytest.mark.parametrize("seed", kept(range(20, 28), 20, 21))
def test_no_small_month_of_a_random_register_that_changes_is_a_difference(tmp_path: Path, seed: int) -> None:
    found = audit(random_home(tmp_path, seed, True), "2025-11..2026-03", "2026-T1", "2026-02", "2025-12..2026-01")
    assert found.exposed(everything(found)) == []


READ_AT_FIRST = (11, 13, 15, 207, 218, 227, 233)


@pytest.mark.parametrize("seed", kept([*range(8), *READ_AT_FIRST], 0, 1, 15, 233))
def test_no_small_use_of_a_random_register_is_a_difference(tmp_path: Path, seed: int) -> None:
    found = audit(random_home(tmp_path, seed), "2025-11..2026-03", "2026-T1", "2026-02", "2025-12..2026-01")
    assert found.exposed(everything(found)) == []


MONTHS = [f"2025-{month:02}" for month in range(1, 13)]


def agents(home: Path, service: str, *said: tuple[int, str]) -> None:
    for number, day in said:
        statement = {"service": service, "date": day, "trained": 0, "with_access": number, "kind": "essai"}
        Commitments(home).state_training(statement, voter("Ressources humaines", "déclaration"))


def grows(home: Path, *said: tuple[int, str]) -> Path:
    """A use whose head count changes, beside two large ones and an unattached service, in each month of 2025."""
    register = Register(home)
    for name, commune in (("croit", "54395"), ("grand", "54395"), ("metro", "metropole")):
        case(register, name, f"service {name}", commune)
    agents(home, "service croit", *said)
    agents(home, "service grand", (60, "2025-01-01"))
    kwh = {"croit": 2.3, "grand": 14.0, "metro": 31.0, "perdu": 5.0}
    built(home, *(run(name, each, month, requests=500.0) for name, each in kwh.items() for month in MONTHS))
    return home


CHANGED = [  # how many agents from which day on
    [(2, "2025-01-01"), (9, "2025-07-01")],
    [(9, "2025-01-01"), (2, "2025-07-01")],
    [(9, "2024-12-01"), (2, "2025-04-05"), (9, "2025-05-05")],
    [(2, "2024-03-01"), (9, "2025-01-31")],
    [(9, "2025-01-01"), (2, "2026-02-01")],
]


@pytest.mark.parametrize("said", kept(CHANGED, *CHANGED[2:4]))
def test_months_of_two_agents_are_told_in_no_year_quarter_or_month(tmp_path: Path, said: Any) -> None:
    """Two agents who become nine in July, the reverse, one month of two between months of nine, and two of today: in no
    document of any period is a month of two agents a figure, nor a difference of figures. Where each month of 2025 is
    of nine and today too, the use is told."""
    found = audit(grows(tmp_path, *said), "2025-T1", "2025-T3", "2025-02", "2025-04", "2025-08", "2025-05..2025-09")
    (use,) = (one.id for one in found.sources.cases if one.name == "croit")
    open_year = said[-1] == (9, "2025-01-31")
    assert found.exposed(everything(found)) == []
    assert all((use in grouped(scope).shown) is open_year for scope in found.scopes() if scope.territory == "54395")


def test_an_undeclared_use_of_one_busy_month_has_no_month_told(tmp_path: Path) -> None:
    """4 uses a month and 1,200 in December are more than 100 a month on average, and the eleven months are told in no
    document; at 100 in each month they are. A running month is held to its days: 30 uses by the 8th are enough."""
    register = Register(tmp_path)
    for name in ("pic", "plat", "grand"):
        case(register, name, f"service {name}")
    rows = [run("pic", 2, month, requests=1200.0 if month == MONTHS[-1] else 4.0) for month in MONTHS]
    rows += [run("plat", 3, month, requests=100.0 if month < MONTHS[-1] else 30.0) for month in MONTHS]
    built(tmp_path, *rows, *(run("grand", 90, month, requests=900.0) for month in MONTHS))
    found = audit(tmp_path, "2025-T1", "2025-03")
    ids = {one.name: one.id for one in found.sources.cases}
    assert found.exposed(everything(found)) == []
    for day, few in ((8, {"pic"}), (30, {"pic", "plat"})):
        then = replace(found.sources, today=date(2025, 12, day))
        assert small_ids(Scope(then, "all", Period("2025-T1"))) == {ids[name] for name in few}


def counted(body: Mapping[str, Any]) -> int:
    """The uses of known electricity of a body, as its lines count them, and the services in no use."""
    return services_of(weighed(body))


def test_the_sheet_judges_each_promise_as_the_pages_do_or_says_that_it_does_not(example: Audit) -> None:
    """Of every territory and year: what differs is named on the sheet, with why, and its table says so too. What is
    merged counts its uses, as where each is named."""
    inside, untold, rests = replace(example.sources, inside=True), 0, 0
    for scope in (scope for scope in example.scopes() if scope.period.text in YEARS):
        sheet, page = example.body(scope), synthesis(replace(scope, sources=inside))
        pairs = list(zip(sheet["charter"], page["charter"], strict=True))
        apart = [read_name(there, "fr") for there, _ in pairs if there["withheld"]]
        assert not any(check["withheld"] for check in page["charter"])
        assert {there["status"] for there in sheet["charter"] if there["withheld"]} <= {"not_measured"}
        assert all(there["status"] in (here["status"], "not_measured") for there, here in pairs)
        assert {read_name(there, "fr") for there, here in pairs if there["status"] != here["status"]} <= {*apart}
        told = plain(rendered(document(sheet, "fr"), "html"))
        none = re.search("connus : (aucun(?! n'y est dit un par un)|il n'y)", told)
        assert not none, "no count of none without why"
        assert all(f"« {plain(name)} »" in told for name in apart) and ("ne sont pas jugées ici" in told) is bool(apart)
        assert rendered(document(sheet, "fr"), "csv").count("trop peu de personnes") == len(apart)
        untold += len(apart)
        assert withheld(scope) or counted(sheet) == counted(page)
        rests += bool(sheet["uses_rest"]) and any(use["kind"] == "others" for use in sheet["uses"])
    assert untold and rests, "the example shows both"
