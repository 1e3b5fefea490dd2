"""What is lacking in one of two years, attached later, or spread over a year, is no change of what AI uses."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.published_groups import PublishedGroups
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.reporting.authority import WHO, case, facts, files_of, plain, run, text
from tests.support import activity, built, sobria

NANCY, OTHER = "54395", "54547"
AGENTS = {"chat": 60, "aide": 3, "note": 3, "tri": 3}
RISES = ("en hausse", "en baisse", "de plus qu", "de moins qu", "up by", "down by")
Rows = Mapping[str, Mapping[str, float]]  # the kWh of each use by month


def _commune(home: Path, code: str, rows: Rows) -> Path:
    """A commune of these uses, small but `chat`."""
    for name in rows:
        case(Register(home), name, code, name, f"Service {name}")
        said = {"service": f"Service {name}", "date": "2025-01-02", "trained": 1, "with_access": AGENTS[name]}
        Commitments(home).state_training(said | {"kind": "essai"}, voter("RH", "déclaration"))
    built(home, *(run(name, kwh, month, requests=500.0) for name, of in rows.items() for month, kwh in of.items()))
    return home


def _file(home: Path, code: str, period: str, **changed: Any) -> Path:
    body = json.loads(published_groups(facts(home, code, period=period, by=f"Mairie {code}")).model_dump_json())
    body = PublishedGroups.model_validate(body | changed | {"digest": ""}).sealed()
    path = home / f"{code}-{period}.json"
    path.write_text(body.model_dump_json(), "utf-8")
    return path


def _national(home: Path, *files: Path) -> Path:
    sobria(home, "ledger", "merge", *map(str, files))
    return home


def _energy(home: Path, territory: str = "all", period: str = "2026") -> dict[str, Any]:
    asked = ("indicators", "--period", period, "--territory", territory, "--json")
    found = json.loads(sobria(home, *asked).stdout)["indicators"]["energy"]
    assert isinstance(found, dict)
    return found


def _refuses(home: Path, code: str, words: Mapping[str, str], territory: str = "all") -> None:
    """The change is not told, for that reason, at the terminal and in a report."""
    found = _energy(home, territory)["change"]
    assert (found["established"], found["months"], found["missing"]["code"]) == (None, 0, code) and "share" not in found
    for lang, said in words.items():
        asked = ("indicators", "--period", "2026", "--territory", territory)
        for page in (sobria(home, *asked, lang=lang).stdout, text(home, "reen", territory, lang)):
            assert said in plain(page) and not any(word in plain(page) for word in RISES)


def _months(year: int, kwh: float, last: int = 12, first: int = 1) -> dict[str, float]:
    return {f"{year}-{month:02}": kwh for month in range(first, last + 1)}


def test_equal_months_of_a_year_are_not_compared_in_part(tmp_path: Path) -> None:
    """100 kWh of `chat` each month; 1,350 of nine agents in November and December 2025 alone. From January to October
    nothing moved, where 2,700 / 12 a month would be said 69 % less; two whole years are compared."""
    few = {name: _months(2025, kwh, 12, 11) for name, kwh in (("aide", 500.0), ("note", 450.0), ("tri", 400.0))}
    home = _commune(tmp_path / "a", NANCY, {"chat": _months(2025, 100.0) | _months(2026, 100.0, 10), **few})
    files = [_file(home, NANCY, year) for year in ("2025", "2026")]
    words = {"fr": "ne sont connus que d'une année entière", "en": "are known of whole years alone"}
    _refuses(_national(tmp_path / "part", *files), "compared_cut", words)
    home = _commune(tmp_path / "b", NANCY, {"chat": _months(2024, 121.0) | _months(2025, 100.0), **few})
    whole = _national(tmp_path / "whole", *(_file(home, NANCY, year) for year in ("2024", "2025")))
    change = _energy(whole, period="2025")["change"]
    assert change["months"] == 12 and change["share"] == pytest.approx(3900 / 1452 - 1)


def test_what_no_use_had_is_no_change(tmp_path: Path) -> None:
    """10 kWh then 12.1, where the file of 2025 says that some activity, of any size, is in no group."""
    home = _commune(tmp_path / "a", NANCY, {"chat": {"2025-03": 10.0, "2026-03": 12.1}})
    files = _file(home, NANCY, "2025"), _file(home, NANCY, "2026")
    assert _energy(_national(tmp_path / "whole", *files))["change"]["share"] == pytest.approx(0.21)
    files = _file(home, NANCY, "2025", unattached=True), files[1]
    words = {"fr": f"des mesures de {NANCY} Mairie {NANCY} ne sont rattachées", "en": "are attached to no use"}
    _refuses(_national(tmp_path / "loose", *files), "compared_unattached", words)


def test_a_file_of_nothing_is_no_zero(tmp_path: Path) -> None:
    """One commune goes from 10 to 12.1 kWh; the other recorded nothing of 2025 and 100 kWh in 2026: neither its rise,
    nor an objective against a year of which nothing is known of it."""
    one = _commune(tmp_path / "a", NANCY, {"chat": {"2025-03": 10.0, "2026-03": 12.1}})
    other = _commune(tmp_path / "b", OTHER, {"chat": {"2026-03": 100.0}})
    files = [_file(home, code, year) for home, code in ((one, NANCY), (other, OTHER)) for year in ("2025", "2026")]
    home = _national(tmp_path / "home", *files)
    vote = {"indicator": "energy", "unit": "kWh", "territory": "all", "by": "État", "date": "2026-01-15"}
    vote |= {"document": "loi 1", "change_percent": -20, "reference_year": 2025, "due_year": 2027}
    Commitments(home).vote_objective(vote, voter("Secrétariat", "vote"))
    words = {"fr": f"rien n'est enregistré par {OTHER} Mairie {OTHER}", "en": "recorded nothing"}
    _refuses(home, "compared_empty", words)
    assert _energy(home)["path"]["verdict"] is None, "a year of which one told nothing is no reference"


@pytest.mark.parametrize(("name", "code"), [("Accueil", "compared_twice"), ("Autre", "")])
def test_one_service_of_two_authorities_with_the_same_each_month_may_count_twice(
    name: str, code: str, tmp_path: Path
) -> None:
    """40 kWh, then 60, each month in both files, under one name: perhaps the same measurements. Under two names, two
    uses of round amounts."""
    files = []
    for commune, service in ((NANCY, "Accueil"), (OTHER, name)):
        home = tmp_path / commune
        case(Register(home), service, commune, service)
        months = _months(2025, 40.0, 3) | _months(2026, 60.0, 3)
        built(home, *(run(service, kwh, month, requests=500.0) for month, kwh in months.items()))
        files += [_file(home, commune, year) for year in ("2025", "2026")]
    home = tmp_path / "home"
    said = sobria(home, "ledger", "merge", *map(str, files)).stdout
    words = "Compté deux fois peut-être, les mêmes chiffres chaque mois : Accueil"
    assert (words in plain(said)) is bool(code)
    if code:
        _refuses(home, code, {"fr": "comptés deux fois peut-être", "en": "perhaps counted twice"})
    else:
        assert _energy(home)["change"]["share"] == pytest.approx(0.5)


def test_the_day_a_service_is_attached_is_no_change(tmp_path: Path) -> None:
    """10 kWh in March of both years, that a use of the commune has since 2026 alone: of the commune nothing is told to
    rise; of the whole territory, which holds it in both, nothing moved."""
    home, register = tmp_path / "home", Register(tmp_path / "home")
    case(register, "Chat", NANCY, "chat", "Service chat")
    case(register, "Accueil", NANCY, "autre", "Service chat")
    register.attach("accueil", {"service_key": "accueil", "since": "2026-01-01"}, WHO)
    rows = [run("accueil", 10.0, month, requests=500.0) for month in ("2025-03", "2026-03")]
    rows += [run("chat", 1.0, month, requests=500.0) for month in ("2025-03", "2026-03")]
    built(home, *rows)
    words = {"fr": "dans une partie seulement des mois comparés", "en": "in some only of the months compared"}
    _refuses(home, "compared_late", words, NANCY)
    assert _energy(home)["change"]["months"] == 1


def _year_begun_late(home: Path, *more: str) -> Path:
    """A year of 10 kWh each month, its first run of 3 kWh from 00:40 to 01:40 on 1 January 2025 in Paris, which is from
    23:40 UTC; 1 kWh more on each of these moments."""
    said: dict[str, Any] = {"service_key": "chat", "host": "class/desk", "cpu_mode": "mode/none"}
    said |= {"cpu_energy_kwh": None, "other_mode": "mode/meter"}
    rows = [activity(at, other_energy_kwh=1.0, **said) for at in more]
    rows += [run("chat", kwh, month) for month, kwh in _months(2025, 10.0).items()]
    built(home, activity("2024-12-31T23:40:00", other_energy_kwh=3.0, **said), *rows)
    return home


@pytest.mark.parametrize("period", ["2025", "2025-T1"])
def test_the_first_hour_of_a_year_told_in_another_clock_is_no_december(period: str, tmp_path: Path) -> None:
    """20 minutes of 60, 3 / 3 = 1 kWh, are in December 2024 by UTC: 10 kWh of December 2025 would be ten times as much,
    and 10 of March. The total of 2024 has it still."""
    home = _year_begun_late(tmp_path)
    assert _energy(home, period=period)["change"] == {"established": None, "effects": None, "months": 0}
    for lang, said in (("fr", "pas de période précédente à comparer"), ("en", "no earlier period to compare with")):
        report = "\n".join(files_of("reen", facts(home, lang=lang, period=period)).values())
        for page in (sobria(home, "indicators", "--period", period, lang=lang).stdout, report):
            assert said in plain(page) and not any(word in plain(page) for word in (*RISES, "décembre 2024", "×"))
    assert _energy(home, period="2024")["value"]["at_factor_values"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("first", "months"), [("2024-12-30T09:00", 1), ("2024-12-31T09:59", 1), ("2024-12-31T10:00", 0)]
)
def test_a_month_is_compared_where_a_run_began_before_its_last_14_hours(
    first: str, months: int, tmp_path: Path
) -> None:
    """The same with 1 kWh more in December 2024, 2 in all, then 10 in December 2025: 4 times more, but where that too
    may be of 1 January somewhere, as 10:00 UTC is at UTC+14."""
    change = _energy(_year_begun_late(tmp_path, first), period="2025")["change"]
    assert change["months"] == months and change.get("share") == (pytest.approx(4.0) if months else None)


def test_a_last_hour_of_a_month_that_is_not_the_first_is_compared(tmp_path: Path) -> None:
    """1 kWh in December 2024 by its last 20 minutes alone, where the ledger has November: no clock explains it."""
    assert _energy(_year_begun_late(tmp_path, "2024-11-05T10:00"), period="2025")["change"]["compared"] == {
        "before": [202411, 202412],
        "now": [202511, 202512],
    }
