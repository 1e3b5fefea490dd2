"""A file that an authority did not hand over is no change of what the merged ones use."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.published_groups import PublishedGroups
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.reporting.authority import case, facts, plain, run, text
from tests.support import built, sobria

NANCY, OTHER = "54395", "54547"
WORDS = {"fr": ("pas comparable", f"{NANCY} Nancy (2025)"), "en": ("not comparable", f"{NANCY} Nancy (2025)")}

TWICE = {
    "fr": "Compté deux fois, les mêmes mesures : transport",
    "en": "Counted twice, the same measurements: transport",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Of two communes, 10 kWh each in March 2025 and 12.1 kWh each in March 2026, the files of both years."""
    folder, made = tmp_path_factory.mktemp("files"), dict[tuple[str, str], Path]()
    for code, name in ((NANCY, "Nancy"), (OTHER, "Vandœuvre")):
        home = tmp_path_factory.mktemp(name)
        case(Register(home), "Courrier", code, "courrier")
        rows = ((10.0, "2025-03"), (12.1, "2026-03"))
        built(home, *(run("courrier", kwh, month, requests=500.0) for kwh, month in rows))
        for year in ("2025", "2026"):
            made[code, year] = folder / f"{code}-{year}.json"
            made[code, year].write_text(
                published_groups(facts(home, code, period=year, by=name)).model_dump_json(), "utf-8"
            )
    return made


def _national(home: Path, files: dict[tuple[str, str], Path], *left: tuple[str, str]) -> Path:
    """All of these files but those left out, with an objective and a ceiling of the whole territory."""
    sobria(home, "ledger", "merge", *(str(path) for key, path in files.items() if key not in left))
    vote = {"indicator": "energy", "unit": "kWh", "territory": "all", "by": "État", "date": "2026-01-15"}
    vote |= {"document": "loi 1"}
    who = voter("Secrétariat", "vote")
    asked = {"change_percent": -20, "reference_year": 2025, "due_year": 2027}
    Commitments(home).vote_objective(vote | asked, who)
    Commitments(home).vote_budget(vote | {"year": 2026, "value": 10000.0}, who)
    return home


def _energy(home: Path) -> dict[str, Any]:
    found = json.loads(sobria(home, "indicators", "--period", "2026", "--json").stdout)["indicators"]
    assert isinstance(found["energy"], dict)
    return found["energy"] | {"reference": found["trajectory"]["reference"]}


def test_a_year_that_one_did_not_hand_over_is_no_change(files: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    """24.2 kWh after 20: + 21 %. Without the file of Nancy of 2026, 12.1 after 20 would be said - 39.5 %."""
    whole = _energy(_national(tmp_path / "whole", files))
    assert whole["change"]["share"] == pytest.approx(0.21) and "missing" not in whole["change"]
    assert whole["path"]["at_least"] is False and whole["budget"]["verdict"] == "under"
    home = _national(tmp_path / "part", files, (NANCY, "2026"))
    found = _energy(home)
    assert (found["change"]["established"], found["change"]["months"]) == (None, 0)
    assert "share" not in found["change"] and found["change"]["missing"]["code"] == "one_sided"
    for lang, words in WORDS.items():
        told = (
            plain(sobria(home, "indicators", "--period", "2026", lang=lang).stdout),
            plain(text(home, "reen", lang=lang)),
        )
        assert all(one in said for one in words for said in told)
        assert not any(one in said for one in ("en baisse", "down by") for said in told)
    for at in ("budget", "path"):
        assert found[at]["at_least"] and found[at]["unknown"] == [f"{NANCY} Nancy (2025)"]
    assert found["budget"]["verdict"] == "open", "12.1 kWh under the ceiling, and what Nancy used is not known"


def test_a_reference_year_that_one_did_not_hand_over_is_no_reference(
    files: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    """24.2 kWh of two communes against the 10 kWh that one of them used in 2025 would be over any objective."""
    found = _energy(_national(tmp_path, files, (NANCY, "2025")))
    assert found["path"]["verdict"] is None and found["path"]["reference"] is None and found["path"]["path"] is None
    assert found["reference"]["central"] is None and f"{NANCY} Nancy (2026" in found["reference"]["missing"]["fr"]
    assert found["change"]["missing"]["code"] == "one_sided"
    assert found["budget"]["verdict"] == "under"


def test_what_is_withheld_of_either_year_is_no_change(files: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    """2025 of Nancy without an unknown part, 2026 whole: its return would be said a rise."""
    body = json.loads(files[NANCY, "2025"].read_text("utf-8"))
    body |= {"withheld": 2, "uses_withheld": 2, "withheld_kwh": 20.0, "digest": ""}
    there = tmp_path / "held.json"
    there.write_text(PublishedGroups.model_validate(body).sealed().model_dump_json(), "utf-8")
    home = _national(tmp_path / "home", {**files, (NANCY, "2025"): there})
    found = _energy(home)["change"]
    assert (found["established"], found["missing"]["code"]) == (None, "compared_withheld") and "share" not in found
    for lang, words in (
        ("fr", "réunissez leurs fichiers à part (sobria --home"),
        ("en", "merge their files apart (sobria --home"),
    ):
        for said in (sobria(home, "indicators", "--period", "2026", lang=lang).stdout, text(home, "reen", lang=lang)):
            assert words in plain(said) and not any(one in plain(said) for one in ("en hausse", "up by"))


def test_measurements_of_two_authorities_are_said_and_are_no_change(tmp_path: Path) -> None:
    """10 kWh each in March 2025; in 2026 11 and 12, and one service of January and March in both: no rise is told."""
    made = []
    for code, name, kwh in ((NANCY, "Nancy", 11.0), (OTHER, "Vandœuvre", 12.0)):
        home = tmp_path / name
        for service in ("transport", name.lower()):
            case(Register(home), service, code, service, f"{name} {service}")
        rows = [run(name.lower(), 10.0, "2025-03", requests=500.0)]
        rows += [run(name.lower(), kwh / 2 + n, m, requests=250.0) for n, m in ((-1, "2026-01"), (1, "2026-03"))]
        rows += [
            run("transport", both, month, requests=500.0) for both, month in ((2.34, "2026-01"), (3.07, "2026-03"))
        ]
        built(home, *rows)
        for year in ("2025", "2026"):
            made.append(tmp_path / f"{code}-{year}.json")
            made[-1].write_text(published_groups(facts(home, code, period=year, by=name)).model_dump_json(), "utf-8")
    sobria(tmp_path / "home", "ledger", "merge", *map(str, made))
    found = _energy_change(tmp_path / "home")
    assert (found["established"], found["missing"]["code"]) == (None, "compared_twice") and "share" not in found
    for lang, words in TWICE.items():
        asked = [["totals"], ["explain", "total.energy"], ["explain", "sheet.authorities.2026.energy"]]
        asked += [["indicators", "--period", "2026"]]
        said = [sobria(tmp_path / "home", *one, lang=lang).stdout for one in asked]
        for one in map(plain, [*said, text(tmp_path / "home", "reen", lang=lang)]):
            assert words in one and "en hausse" not in one and "up by" not in one


@pytest.mark.parametrize("other", [True, False])
def test_what_three_authorities_share_is_said_once(other: bool, tmp_path: Path) -> None:
    """One service of January and March in three files, beside another of each, or the whole of each: it was said of
    each of the three pairs."""
    made, third = [], "54482"
    for code in (NANCY, OTHER, third):
        home = tmp_path / code
        for service in ("transport", code)[: 2 if other else 1]:
            case(Register(home), service, code, service, service)
        rows = [run("transport", kwh, month, requests=500.0) for kwh, month in ((2.34, "2026-01"), (3.07, "2026-03"))]
        own = [run(code, float(code) / n, m, requests=500.0) for n, m in ((1000, "2026-01"), (2000, "2026-03"))]
        built(home, *rows, *(own if other else []))
        made.append(tmp_path / f"{code}.json")
        made[-1].write_text(published_groups(facts(home, code, period="2026", by=f"Mairie {code}")).model_dump_json())
    why = [] if other else ["--why", "une même régie"]
    sobria(tmp_path / "home", "ledger", "merge", *map(str, made), *why)
    [shared] = json.loads(sobria(tmp_path / "home", "totals", "--json").stdout)["reasoned"]
    assert sorted(one["territory"] for one in shared["of"]) == sorted((NANCY, OTHER, third))
    for lang, words in TWICE.items():
        told = plain(sobria(tmp_path / "home", "totals", lang=lang).stdout)
        assert told.count("transport (") == int(other) and (words in told) is other
        named = [f"Mairie {code} (" for code in sorted((NANCY, OTHER, third))]
        assert [told.count(name) for name in named] == [told.count(named[0])] * 3


def _energy_change(home: Path) -> dict[str, Any]:
    found = json.loads(sobria(home, "indicators", "--period", "2026", "--json").stdout)["indicators"]["energy"][
        "change"
    ]
    assert isinstance(found, dict)
    return found
