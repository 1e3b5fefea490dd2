"""A use without data in a month, others having some, and runs of unknown electricity: said among the limits of a total,
in every document too, but of a use that is told there by name alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from estimator.core.periods import stretches
from estimator.governance.register.register import Register
from tests.dashboard.test_coverage import COUNTS_ALONE
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, files_of, plain, rows_of, run, text
from tests.support import activity, built, sobria

LACK = {"fr": "Hors de ces chiffres, faute de données : ", "en": "Not in these figures, for lack of data: "}
ROADS = {"fr": "oirie (mars 2026, mai 2026 à juin 2026).", "en": "oirie (March 2026, May 2026 to June 2026)."}
GAPS = [{"name": "voirie", "periods": ["2026-03", "2026-05..2026-06"]}]
DESK = {"fr": "Accueil (juillet 2026), ", "en": "Accueil (July 2026), "}
UNKNOWN = {
    "fr": "Électricité non connue, hors de ces chiffres : au moins 2 exécutions.",
    "en": "Electricity not known, not in these figures: at least 2 runs.",
}


def _unknown(service: str, month: str, requests: float) -> Any:
    """A run that counts requests, and whose electricity nobody knows."""
    return activity(f"{month}-06T10:00:00", service_key=service, **COUNTS_ALONE | {"requests": requests})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 kWh a month of the letters, January to July, and in May two more runs of unknown electricity; the roads lack
    March, May and June. The desk begins in April, and lacks nothing before; it stops after June."""
    home = tmp_path_factory.mktemp("home")
    for name in ("Courrier", "Voirie", "Accueil"):
        case(Register(home), name)
    months = {"courrier": range(1, 8), "voirie": (1, 2, 4, 7), "accueil": (4, 5, 6)}
    rows = [run(key, 1, f"2026-{n:02}", requests=500.0) for key, some in months.items() for n in some]
    built(home, *rows, *(_unknown("courrier", "2026-05", 500.0) for _ in range(2)))
    return home


def test_months_that_follow_one_another_are_one_period() -> None:
    found = stretches([202512, 202601, 202605, 202511, 202607, 202606])
    assert [str(period) for period in found] == ["2025-11..2026-01", "2026-05..2026-07"]


@pytest.mark.parametrize("lang", LACK)
def test_totals_and_indicators_say_the_missing_months_once(home: Path, lang: str) -> None:
    """By service in the totals of the ledger, which do not know whether one that stops was to; by use in the register,
    where the desk is in trial and lacks July."""
    totals = plain(sobria(home, "totals", lang=lang).stdout)
    assert totals.count(f"{LACK[lang]}v{ROADS[lang]}") == 1 and "accueil" not in totals
    told = plain(sobria(home, "indicators", "--period", "2026", lang=lang).stdout)
    assert told.count(f"{LACK[lang]}{DESK[lang]}V{ROADS[lang]}") == 1
    assert json.loads(sobria(home, "totals", "--json").stdout)["gaps"] == GAPS


@pytest.mark.parametrize(("screen", "name"), [("accueil", "v"), ("synthese", f"{DESK['fr']}V")])
def test_pages_say_it(home: Path, monkeypatch: pytest.MonkeyPatch, screen: str, name: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    assert f"{LACK['fr']}{name}{ROADS['fr']}" in plain(page(screen, "fr", territoire="all", periode="2026"))
    assert LACK["fr"] not in plain(page("mesures", "fr")), "said there month by month"


LEAVES = ("reen", "budget-vert", "beges", "schema-impact", "data")


@pytest.mark.parametrize("lang", LACK)
def test_every_document_says_the_missing_months_and_the_unknown_runs(home: Path, lang: str, tmp_path: Path) -> None:
    """The review, the note, the lines of the inventory, both sets of open data (in French as their schemas are), the
    table of the sheet: as the terminal does, 2 runs of May in the letters."""
    told = (f"{LACK[lang]}{DESK[lang]}V{ROADS[lang]}", UNKNOWN[lang])
    french = (f"{LACK['fr']}{DESK['fr']}V{ROADS['fr']}", UNKNOWN["fr"])
    for kind in LEAVES:
        said = plain(text(home, kind, lang=lang))
        wanted = french if kind in ("schema-impact", "data") else told
        assert all(sentence.removesuffix(".") in said for sentence in wanted), kind
    assert UNKNOWN[lang] in plain(sobria(home, "indicators", "--period", "2026", lang=lang).stdout)
    for name in ("fiche.csv",):
        sobria(home, "indicators", "--period", "2026", "--out", str(tmp_path / name), lang=lang)
        said = plain((tmp_path / name).read_text("utf-8"))
        assert all(said.count(sentence) == 1 for sentence in told), name
    outside = json.loads(sobria(home, "indicators", "--period", "2026", "--json").stdout)["outside"]
    assert (outside["gaps"][1:], outside["unknown_runs"]) == ([GAPS[0] | {"name": "Voirie"}], 2)


def test_what_leaves_says_neither_of_a_use_that_is_not_told_there(tmp_path: Path) -> None:
    """« Petit » and « Infime » have 9 requests a month: merged, neither their months nor their unknown runs leave; who
    holds the data reads both."""
    for name in ("Courrier", "Agenda", "Petit", "Infime"):
        case(Register(tmp_path), name, service=name)
    rows = [run(key, 9, f"2026-{n:02}", requests=500.0) for key in ("courrier", "agenda") for n in range(1, 7)]
    rows += [run("petit", 1, f"2026-{n:02}", requests=9.0) for n in (1, 2, 4)]
    rows += [run("infime", 1, f"2026-{n:02}", requests=9.0) for n in (1, 2, 3, 5)]
    built(tmp_path, *rows, _unknown("petit", "2026-04", 9.0))
    for kind in LEAVES:
        said = plain(text(tmp_path, kind))
        assert "faute de données" not in said and "Électricité non connue" not in said, kind
    rows = rows_of(files_of("data", facts(tmp_path))["footprints.csv"])
    assert {(row["kind"], row["unknown_runs"]) for row in rows} == {("case", "0"), ("others", "")}
    inside = plain(sobria(tmp_path, "indicators", "--period", "2026").stdout)
    assert f"{LACK['fr']}Infime (avril 2026, juin 2026), Petit (mars 2026, mai 2026 à juin 2026)." in inside
    assert "Électricité non connue, hors de ces chiffres : au moins 1 exécution." in inside


def test_open_data_count_the_unknown_runs_of_each_month(home: Path) -> None:
    """The letters cover all of what was read in May, beside 2 runs of which nobody knows the electricity."""
    rows = [row for row in rows_of(files_of("data", facts(home))["footprints.csv"]) if row["use_case"] == "courrier"]
    found = {(row["month"], row["covers"], row["unknown_runs"]) for row in rows if row["indicator"] == "energy"}
    assert found == {(f"2026-{n:02}", "1", "2" if n == 5 else "0") for n in range(1, 8)}


def test_an_unknown_run_of_two_months_counts_once_in_its_year(tmp_path: Path) -> None:
    """From 31 March at noon to 1 April at noon: one run in the year and in the quarter, and one in each month."""
    case(Register(tmp_path), "Courrier")
    long = activity("2026-03-31T12:00:00", hours=24.0, service_key="courrier", **COUNTS_ALONE | {"requests": 500.0})
    built(tmp_path, run("courrier", 1, requests=500.0), long)
    for period in ("2026", "2026-T1", "2026-03", "2026-04"):
        assert facts(tmp_path, period=period).body["outside"]["unknown_runs"] == 1
    assert facts(tmp_path, period="2026-05").body["outside"]["unknown_runs"] == 0


def test_a_quarter_says_its_own_months_alone(home: Path) -> None:
    told = plain(sobria(home, "indicators", "--period", "2026-T1").stdout)
    assert "Voirie (mars 2026)" in told and "Accueil (" not in told


LEFT = {
    "fr": "laissés de côté dans les deux périodes, faute de données dans l'une : voirie (février 2025)",
    "en": "left out of both periods, for lack of data in one: voirie (February 2025)",
}


def _two_years(home: Path, rows: Mapping[str, Mapping[str, float]], requests: float = 500.0) -> Path:
    """Uses in trial of these kWh by month; the last one is counted `requests` times in each."""
    for name in rows:
        case(Register(home), name)
    uses = {name: 500.0 for name in rows} | {[*rows][-1]: requests}
    built(home, *(run(name, kwh, month, requests=uses[name]) for name, of in rows.items() for month, kwh in of.items()))
    return home


def _year(year: int, kwh: float, *months: int) -> dict[str, float]:
    return {f"{year}-{month:02}": kwh for month in months}


def _change(home: Path) -> dict[str, Any]:
    found = json.loads(sobria(home, "indicators", "--period", "2026", "--json").stdout)["indicators"]
    assert isinstance(found["energy"]["change"], dict)
    return dict(found["energy"]["change"])


def test_a_month_without_data_of_a_year_is_no_rise_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters: 10 kWh in each month of January to March 2025, 11 of 2026; roads: 10 in each, February 2025 lacking. On
    what both know, 33 + 20 over 30 + 20 is 6 % more, where 33 + 30 over 30 + 20 would be 26 %, a third of it volume."""
    roads = _year(2025, 10.0, 1, 3) | _year(2026, 10.0, 1, 2, 3)
    home = _two_years(tmp_path, {"courrier": _year(2025, 10.0, 1, 2, 3) | _year(2026, 11.0, 1, 2, 3), "voirie": roads})
    change = _change(home)
    assert change["share"] == pytest.approx(0.06) and change["effects"]["volume"] == pytest.approx(0)
    assert (change["before"], change["after"]) == (pytest.approx(50), pytest.approx(53))
    assert change["left_out"] == [{"use_case": "voirie", "name": "voirie", "periods": ["2025-02"], "partly": False}]
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    for lang, said in LEFT.items():
        sobria(home, "indicators", "--period", "2026", "--out", str(tmp_path / "sheet.md"), lang=lang)
        told = [sobria(home, "indicators", "--period", "2026", lang=lang).stdout, text(home, "reen", lang=lang)]
        told += [(tmp_path / "sheet.md").read_text("utf-8"), page("synthese", lang, territoire="all", periode="2026")]
        assert all(said in plain(each).replace("’", "'") for each in told)


def test_uses_known_in_other_months_of_each_year_are_not_compared(tmp_path: Path) -> None:
    """Letters in January 2025 and February 2026, roads in February 2025 and January 2026: nothing is known twice."""
    letters, roads = {"2025-01": 10.0, "2026-02": 30.0}, {"2025-02": 10.0, "2026-01": 30.0}
    home = _two_years(tmp_path, {"courrier": letters, "voirie": roads})
    found = _change(home)
    assert (found["established"], found["months"]) == (None, 0) and "share" not in found
    why = "faute de données dans l'une : courrier (février 2025, janvier 2026), voirie (février 2026)"
    for said in (found["missing"]["fr"], sobria(home, "indicators", "--period", "2026").stdout, text(home, "reen")):
        assert why in plain(said).replace("’", "'")


def test_in_which_months_a_small_use_ran_is_not_told_by_what_is_compared(tmp_path: Path) -> None:
    """50 uses a month are of few: February 2025 lacking is said to who holds the data alone. With roads that lack it
    too, which way the total goes is told, and no amount beside the rounded ones of each month."""
    letters = _year(2025, 10.0, 1, 2, 3) | _year(2026, 11.0, 1, 2, 3)
    few = _year(2025, 2.0, 1, 3) | _year(2026, 2.0, 1, 2, 3)
    home = _two_years(tmp_path / "few", {"courrier": letters, "accueil": letters, "tri": few}, 50.0)
    assert _change(home)["left_out"] == [] and _change(home)["before"]
    assert "tri (février 2025)" in plain(sobria(home, "indicators", "--period", "2026").stdout)
    roads = _year(2024, 10.0, *range(1, 13)) | _year(2025, 10.0, 1, 3) | _year(2026, 11.0, 1, 2, 3)
    more = {"courrier": letters, "accueil": letters, "voirie": roads, "tri": few}
    found = _change(_two_years(tmp_path / "more", more, 50.0))
    assert [one["name"] for one in found["left_out"]] == ["voirie"]
    assert found["rises"] and found["before"] is None and found["after"] is None
