"""What no use of the register has is judged as a use is: small services in none are told by no document."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from estimator.core.errors import LANGUAGES
from estimator.governance.indicators.anonymity import grouped, withheld
from estimator.governance.indicators.scope import Scope
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.open_data import TABLE, data
from estimator.reporting.publications.reen_file import commune_file
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.summary import synthesis
from estimator.reporting.summary.use_cases import uses
from tests.reporting.authority import facts, files_of, plain, rows_of
from tests.reporting.test_no_difference import agents, audit, everything
from tests.reporting.test_synthesis import WHO, case, run
from tests.support import built, kept, sobria

CODE = "54395"
MONTHS = ("2026-01", "2026-02", "2026-03")
ASKED = ("2026-T1", "2026-02", "2026-01..2026-02")


def _home(home: Path, loose: Mapping[str, tuple[float, float, int | None]], small: bool = False) -> Path:
    """Voirie 9 kWh a month, Écoles 12, attached; services in no use: kWh and requests a month, agents if stated. small:
    beside an attached use of three agents."""
    register = Register(home)
    case(register, "voirie", "Voirie", CODE)
    case(register, "ecoles", "Écoles", CODE)
    kwh, often = {"voirie": 9.0, "ecoles": 12.0}, {"voirie": 900.0, "ecoles": 1200.0}
    agents(home, "Voirie", (200, "2026-01-01"))
    agents(home, "Écoles", (50, "2026-01-01"))
    if small:
        case(register, "fonds", "Archives", CODE)
        agents(home, "Archives", (3, "2026-01-01"))
        kwh, often = kwh | {"fonds": 2.0}, often | {"fonds": 120.0}
    for name, (energy, requests, number) in loose.items():
        kwh[name], often[name] = energy, requests
        if number:
            agents(home, name, (number, "2026-01-01"))
    built(home, *(run(name, kwh[name], month, requests=often[name]) for name in kwh for month in MONTHS))
    return home


def _data(home: Path, month: str = "2026-01") -> dict[str, float | None]:
    """The electricity of a month in the open data, by name or kind."""
    rows = [row for row in rows_of(str(data(facts(home)).files[TABLE])) if row["indicator"] == "energy"]
    told = {row["use_case_name"] or row["kind"]: row["central"] for row in rows if row["month"] == month}
    return {name: float(value) if value else None for name, value in told.items()}


@pytest.mark.parametrize(("lang", "told"), [("fr", "la page Synthèse le disent"), ("en", "the Summary page tell it")])
def test_the_terminal_says_where_a_total_that_does_not_leave_is_told(tmp_path: Path, lang: str, told: str) -> None:
    """One service of two agents, in no use, is all of a home: its JSON withholds the total that its text tells."""
    agents(tmp_path, "Cabinet", (2, "2026-01-01"))
    built(tmp_path, *(run("Cabinet", 3.3, month, requests=140.0) for month in MONTHS))
    as_json, as_text = (sobria(tmp_path, "indicators", *more, lang=lang) for more in (("--json",), ()))
    assert json.loads(as_json.stdout)["indicators"]["energy"]["value"]["central"] is None
    assert told in as_json.stderr and "kWh" in as_text.stdout and told not in as_text.stderr
    assert told in sobria(tmp_path, "indicators", "--out", str(tmp_path / "a.html"), lang=lang).stderr


ALONE = {
    "two agents": {"Cabinet": (3.3, 140.0, 2)},
    "seldom": {"essai": (3.0, 12.0, None)},
    "two services of two": {"Cabinet": (3.3, 140.0, 2), "Presse": (2.1, 110.0, 2)},
}


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("loose", ALONE.values(), ids=ALONE)
def test_small_services_in_no_use_are_told_with_a_large_use(tmp_path: Path, loose: Any, small: bool) -> None:
    """In no document alone, nor as a difference; the total of all is told, and that of the commune is not, for their
    difference is what is in no use."""
    home = _home(tmp_path, loose, small)
    found = audit(home, *ASKED)
    assert found.exposed(everything(found)) == []
    for month in MONTHS:
        assert "unregistered" not in (told := _data(home, month)) and "others" in told
    every, commune = facts(home), facts(home, CODE)
    held = commune_file(commune)
    assert held.unattached.central is None and held.withheld and withheld(commune.scope) and not withheld(every.scope)
    (line,) = (use for use in uses(every.scope) if use["kind"] == "others")
    assert line["loose"] == len(loose) and line["count"] == len(grouped(every.scope).others) + len(loose)
    assert "hors du registre compris" in plain(files_of("reen", every)[""])
    sheet = plain(rendered(document(synthesis(every.scope), "fr"), "txt"))
    assert "hors du registre compris" in sheet and "Hors du registre (" not in sheet


def test_two_agents_in_no_use_by_hand(tmp_path: Path) -> None:
    """3.3 kWh a month of two agents, beside 9 and 12: joined with the 9 of the use of fewer requests, whose owner
    would take them off 12.3 a month: 36.9 of the year alone are told, as 40; the year of all is 72.9, told as 73."""
    home = _home(tmp_path, ALONE["two agents"])
    assert _data(home) == {"ecoles": pytest.approx(12, rel=1e-3), "others": None}
    (line,) = (use for use in uses(facts(home).scope) if use["kind"] == "others")
    assert line["energy"].central == 40.0
    assert facts(home).body["indicators"]["energy"]["value"]["central"] == 73.0


def test_nothing_is_told_where_small_services_have_no_large_use_beside_them(tmp_path: Path) -> None:
    """Four agents in two services, and no use: their sum is of fewer than five. The terminal names them, and says how
    to attach them."""
    agents(tmp_path, "Cabinet", (2, "2026-01-01"))
    agents(tmp_path, "Presse", (2, "2026-01-01"))
    built(tmp_path, *(run(name, 3, month, requests=140.0) for name in ("Cabinet", "Presse") for month in MONTHS))
    found = audit(tmp_path, *ASKED)
    assert everything(found) == [] and facts(tmp_path).withheld and _data(tmp_path) == {}
    said = plain(sobria(tmp_path, "report", "reen", "--period", "2026", "--out", str(tmp_path / "r.md")).stderr)
    assert "« Cabinet »" in said and "« Presse »" in said and "register attach USAGE --service-key" in said


def test_a_small_service_that_a_large_one_in_no_use_hides_is_told_with_it(tmp_path: Path) -> None:
    """3.3 and 5 kWh a month are told as one line: no use loses its name, and the commune keeps its total. Whoever knows
    the 5 is left with two agents: 24.9 of the year are told as 20, and 8.3 of a month are not."""
    home = _home(tmp_path, {"Cabinet": (3.3, 140.0, 2), "traces": (5.0, 900.0, None)})
    found = audit(home, *ASKED)
    assert found.exposed(everything(found)) == []
    assert _data(home)["unregistered"] is None and "others" not in _data(home)
    assert commune_file(facts(home, CODE)).unattached.central == 20.0
    assert not withheld(facts(home, CODE).scope)


def test_large_services_in_no_use_are_told_as_before(tmp_path: Path) -> None:
    home = _home(tmp_path, {"traces": (5.0, 900.0, None)})
    assert _data(home)["unregistered"] == pytest.approx(5, rel=1e-3)
    assert sobria(home, "report", "data", "--out", str(tmp_path / "d")).stderr.count("Hors du registre") == 0


def test_what_a_home_has_in_no_use_beside_merged_groups_is_not_told(tmp_path: Path) -> None:
    """The groups of a commune are public: a wider home that adds 3.3 kWh a month of two agents to them tells no total,
    nor « its own measures »."""
    commune, wider = _home(tmp_path / "commune", {}), tmp_path / "wider"
    asked = ["--territory", CODE, "--administration", "Mairie", "--period", "2026", "--out", str(tmp_path / "g.json")]
    sobria(commune, "report", "groups", *asked)
    agents(wider, "Cabinet", (2, "2026-01-01"))
    built(wider, *(run("Cabinet", 3.3, month, requests=140.0) for month in MONTHS))
    sobria(wider, "ledger", "merge", str(tmp_path / "g.json"))
    found = facts(wider)
    assert found.withheld and found.body["indicators"]["energy"]["value"]["central"] is None and _data(wider) == {}
    told = json.loads(sobria(wider, "report", "reen-rollup", "--period", "2026", "--json").stdout)
    assert told["own"]["central"] is None and told["indicators"]["energy"]["central"] is not None


def _random(home: Path, seed: int) -> Path:
    """Two to five uses in one or two territories, and one to three services in none, most of them small."""
    chance, register, rows = random.Random(seed), Register(home), []
    for name in "abcde"[: chance.randint(2, 5)] + "xyz"[: chance.randint(1, 3)]:
        service = name
        if name < "x":
            service = f"service {name}"
            case(register, name, service, chance.choice(("metropole", CODE)))
        if chance.random() < 0.5:
            agents(home, service, (chance.choice((2, 2, 3, 40)), "2025-01-01"))
        often, kwh = chance.choice((20, 60, 300, 900)), 10 ** chance.uniform(-1, 2)
        for month in chance.sample(("2025-11", "2025-12", *MONTHS), chance.randint(1, 5)):
            rows.append(run(name, kwh * chance.uniform(0.5, 1.5), month, requests=float(often)))
    built(home, *rows)
    return home


@pytest.mark.parametrize("seed", kept(range(24), *range(6)))
def test_no_small_service_of_a_random_home_is_a_difference(tmp_path: Path, seed: int) -> None:
    found = audit(_random(tmp_path, seed), "2025-11..2026-03", "2026-T1", "2026-02", "2025-12..2026-01")
    assert found.exposed(everything(found)) == []


def test_a_month_without_a_small_service_changes_nothing_of_what_is_named(tmp_path: Path) -> None:
    """With its February or without, the same names, kinds and months are told."""
    found = []
    for name in ("all", "less"):
        home = _home(tmp_path / name, {})
        agents(home, "Cabinet", (2, "2026-01-01"))
        there = [month for month in MONTHS if name == "all" or month != "2026-02"]
        rows = [run("Cabinet", 3.3, month, requests=140.0) for month in there]
        rows += [
            run(use, kwh, month, requests=900.0) for use, kwh in (("voirie", 9), ("ecoles", 12)) for month in MONTHS
        ]
        built(home, *rows)
        found.append([(scope.territory, _names(scope)) for scope in audit(home, *ASKED).scopes()])
    assert found[0] == found[1]


def _names(scope: Scope) -> list[tuple[str, str, int, bool]]:
    return sorted((use["kind"], use["id"], use["count"], use["energy"]["central"] is None) for use in uses(scope))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_withholds_a_total_is_named_with_the_command_that_may_open_it(tmp_path: Path, lang: str) -> None:
    """A service in no use is to be attached, its agents then stated: three open nothing, six do. What residents use is
    told of nobody, and hides nobody."""
    Register(tmp_path).change(case(Register(tmp_path), "guichet", "DSI", CODE), {"users": "habitants"}, WHO)
    built(
        tmp_path, *(run(name, 9.0, "2026-02", requests=often) for name, often in (("guichet", 900.0), ("actes", 12.0)))
    )
    (tmp_path / "out").mkdir()

    def said(kind: str = "reen", suffix: str = "html") -> tuple[str, str]:
        asked = ("report", kind, "--period", "2026-02", "--out", str(tmp_path / "out" / f"{kind}.{suffix}"))
        found = sobria(tmp_path, *asked, lang=lang)
        return plain(found.stderr), plain(found.stdout)

    empty = {"fr": "octets, sans aucun chiffre de consommation.", "en": "bytes, with no figure of consumption."}[lang]
    use = {"fr": "USAGE", "en": "USE"}[lang]
    assert f"sobria register attach {use} --service-key actes" in said()[0]
    Register(tmp_path).attach(
        case(Register(tmp_path), "conseil", "Secrétariat général", CODE), {"service_key": "actes"}, WHO
    )
    for kind, suffix in (("reen", "html"), ("budget-vert", "html"), ("beges", "csv"), ("data", "d")):
        found, written = said(kind, suffix)
        assert "sobria commitments training 'Secrétariat général' --trained" in found and empty in written, kind
        assert "sobria register set conseil usagers=habitants" in found
    agents(tmp_path, "Secrétariat général", (3, "2026-01-01"))
    few = {"fr": "« conseil » : moins de cinq agents", "en": "“conseil”: fewer than five staff"}[lang]
    assert few in said()[0] and "commitments training" not in said()[0]
    agents(tmp_path, "Secrétariat général", (6, "2026-01-01"))
    assert "conseil" not in said()[0] and empty not in said()[1]
