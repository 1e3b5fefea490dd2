"""Of merged groups, months are known and no day: their period is told in months, and ends no later than their file."""

import json
from pathlib import Path

import pytest

from estimator.builds.published_groups import PublishedGroups
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from estimator.results.totals import MergedFile
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

CODE = "54395"


def _national(tmp_path: Path, made_at: str) -> Path:
    """A home that merges 1 kWh of February and 2 of November, in a file written at a moment."""
    case(Register(tmp_path / "commune"), "Courrier", CODE, "courrier")
    rows = [run("courrier", 1, "2026-02", requests=500.0), run("courrier", 2, "2026-11", requests=500.0)]
    built(tmp_path / "commune", *rows)
    held = published_groups(facts(tmp_path / "commune", CODE)).model_copy(update={"made_at": made_at})
    assert isinstance(held, PublishedGroups)
    (tmp_path / "a.json").write_text(held.sealed().model_dump_json(), "utf-8")
    sobria(tmp_path / "national", "ledger", "merge", str(tmp_path / "a.json"))
    return tmp_path / "national"


def test_totals_of_months_say_months_and_no_day_to_come(tmp_path: Path) -> None:
    home = _national(tmp_path, "2026-11-20T10:00:00+01:00")
    said = plain(sobria(home, "totals").stdout)
    assert "(février 2026 à novembre 2026)" in said and "2026-11-30" not in said and "2026-02-01" not in said
    body = json.loads(sobria(home, "totals", "--json").stdout)
    assert body["coverage"]["period"] == ["2026-02-01", "2026-11-20"]


def test_a_month_that_was_over_is_whole(tmp_path: Path) -> None:
    body = json.loads(sobria(_national(tmp_path, "2026-11-29T23:00:00-05:00"), "totals", "--json").stdout)
    assert body["coverage"]["period"] == ["2026-02-01", "2026-11-30"], "the 30th at 4 in the morning, UTC"


def _merged(tmp_path: Path, code: str, *files: tuple[str, str, str]) -> None:
    """Merge files of an authority, each of a period, written at a moment, of 1 kWh in a month."""
    case(Register(tmp_path / code), "Courrier", code, "courrier")
    kwh = 1 + int(code) / 1e6
    built(tmp_path / code, *(run("courrier", kwh, month, requests=500.0) for *_, month in files))
    names = []
    for period, made_at, _ in files:
        held = published_groups(facts(tmp_path / code, code, period=period)).model_copy(update={"made_at": made_at})
        assert isinstance(held, PublishedGroups)
        names.append(str(tmp_path / f"{code}-{period}.json"))
        Path(names[-1]).write_text(held.sealed().model_dump_json(), "utf-8")
    sobria(tmp_path / "national", "ledger", "merge", *names)


@pytest.mark.parametrize(
    ("files", "ends", "handed"),
    [
        (
            [("2025", "2025-03-15T10:00:00+01:00", "2025-03"), ("2024", "2026-10-01T10:00:00+02:00", "2024-06")],
            ["2024-06-01", "2025-03-15"],
            "2024, 2025-01..2025-02",
        ),
        ([("2024", "2024-02-29T10:00:00+01:00", "2024-02")], ["2024-02-01", "2024-02-29"], "2024-01"),
        ([("2025", "2025-03-31T22:00:00+00:00", "2025-03")], ["2025-03-01", "2025-03-31"], "2025-01..2025-02"),
    ],
)
def test_a_month_ends_with_the_file_that_it_is_in(
    tmp_path: Path, files: list[tuple[str, str, str]], ends: list[str], handed: str
) -> None:
    """A year written in March of that year, beside the year before, written again since: no day after 15 March is
    known. On a leap day, and on the last day of a month, that month is not over."""
    _merged(tmp_path, CODE, *files)
    body = json.loads(sobria(tmp_path / "national", "totals", "--json").stdout)
    assert (body["coverage"]["period"], body["lacking"]) == (ends, {CODE: handed})


def test_authorities_end_each_with_its_own_file(tmp_path: Path) -> None:
    """Until 15 March of one, and February of the other, whose file of the year was written once it was over."""
    _merged(tmp_path, CODE, ("2025", "2025-03-15T10:00:00+01:00", "2025-03"))
    _merged(tmp_path, "54547", ("2025", "2026-01-10T10:00:00+01:00", "2025-02"))
    body = json.loads(sobria(tmp_path / "national", "totals", "--json").stdout)
    assert body["coverage"]["period"] == ["2025-02-01", "2025-03-15"]
    assert body["lacking"] == {CODE: "2025-01..2025-02"}, "the other one handed over all of 2025"


@pytest.mark.parametrize(
    ("made_at", "last"), [("2025-12-31T20:00:00-05:00", 202512), ("2026-01-01T00:30:00+01:00", 202511)]
)
def test_months_are_over_in_the_time_of_their_rows(made_at: str, last: int) -> None:
    facts_of = {"build": "", "factors_version": "", "formulas_version": "", "groups": 1}
    file = MergedFile(period="2025", made_at=made_at, withheld=0, uses_withheld=0, withheld_kwh=0.0, **facts_of)
    assert max(file.months) == last


def test_a_commune_whose_total_is_withheld_says_how_many_months_it_answered(tmp_path: Path) -> None:
    """Written in November 2025, of that year: ten months were over, whatever it withholds of them."""
    case(Register(tmp_path / "commune"), "Courrier", CODE, "courrier")
    built(tmp_path / "commune", run("courrier", 1, "2025-02", requests=500.0))
    body = json.loads(published_groups(facts(tmp_path / "commune", CODE, period="2025")).model_dump_json())
    body |= {"made_at": "2025-11-20T10:00:00+01:00", "digest": "", "groups": [], "servings": []}
    body |= {"withheld": 2, "uses_withheld": 2, "withheld_kwh": 2.0}
    body["review"] |= {"services": [], "months": []}
    held = PublishedGroups.model_validate_json(json.dumps(body)).sealed()
    (tmp_path / "a.json").write_text(held.model_dump_json(), "utf-8")
    sobria(tmp_path / "national", "ledger", "merge", str(tmp_path / "a.json"))
    asked = ("report", "reen-rollup", "--period", "2025")
    assert "année 2025 (10 mois sur 12)" in plain(sobria(tmp_path / "national", *asked).stdout)
    assert "2025 (10 months of 12)" in plain(sobria(tmp_path / "national", *asked, lang="en").stdout)
