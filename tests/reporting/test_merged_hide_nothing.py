"""A home that has a small use of its own and merges the groups of a town: who reads these takes them off every sum, so
they hide nothing; only what the home itself has in no use does."""

import json
from pathlib import Path

import pytest

from estimator.governance.indicators.told_results import told_results
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from estimator.results.reading import current_results
from tests.reporting.authority import case, facts, files_of, plain, rows_of, run, text
from tests.support import built, kept, sobria

CODE = "54010"
WHY = {
    "fr": "moins les groupes réunis, que d'autres publient",
    "en": "less the merged groups, which others publish",
}
LOOSE = [run(name, 30, requests=800.0) for name in ("perdu", "egare")]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of 50 kWh in March 2026, in groups that anyone can read."""
    home = tmp_path_factory.mktemp("town")
    case(Register(home), "Courrier", CODE, "courrier")
    built(home, run("courrier", 50, requests=500.0))
    path = tmp_path_factory.mktemp("files") / f"{CODE}.json"
    path.write_text(published_groups(facts(home, CODE)).model_dump_json(), "utf-8")
    return path


def _home(folder: Path, town: Path, *loose: object) -> Path:
    """A use of 12 requests a month and 7 kWh, with these services in no use, and the groups of the town."""
    case(Register(folder), "Rare", "metropole", "rare", "Rare")
    built(folder, run("rare", 7, requests=12.0), *loose)
    sobria(folder, "ledger", "merge", str(town))
    return folder


@pytest.mark.parametrize("lang", kept(WHY, "fr"))
def test_the_total_less_the_published_groups_is_not_told(town: Path, tmp_path: Path, lang: str) -> None:
    """57 kWh less 50 would be 7: no document tells the total, nor what the home has of its own, and each says why."""
    home = _home(tmp_path, town)
    value = facts(home, lang=lang).body["indicators"]["energy"]["value"]
    assert value["central"] is None and value["missing"]["code"] == "less_published"
    assert plain(value["missing"][lang]).startswith(WHY[lang])
    assert rows_of(text(home, "data").split("\n{", 1)[0]) == []
    bilan = tmp_path / "bilan.txt"
    asked = ("report", "reen-rollup", "--period", "2026")
    sobria(home, *asked, "--out", str(bilan), lang=lang)
    assert WHY[lang] in plain(bilan.read_text("utf-8"))
    own = json.loads(sobria(home, *asked, "--json").stdout)["own"]
    assert own["central"] is None
    export = told_results(home, current_results(home))
    assert {row["level"] for row in export.table.to_pylist() if row["impact"] == "energy"} <= {
        "service",
        "service_month",
        "cell",
    }
    assert "rare" not in json.dumps(export.table.to_pylist())
    assert WHY[lang] in plain("".join(files_of("reen", facts(home, lang=lang)).values()))


def test_what_the_home_has_in_no_use_hides_it_still(town: Path, tmp_path: Path) -> None:
    """60 kWh of its own in no use: 117 in all, told as 120."""
    value = facts(_home(tmp_path, town, *LOOSE)).body["indicators"]["energy"]["value"]
    assert value["central"] == 120


def test_published_groups_are_told_alone_in_exports_and_hide_no_service(town: Path, tmp_path: Path) -> None:
    """Those of a town are 50 kWh in a row of their own, whatever is beside; a small service of the home is
    withheld, and none of them is merged with it."""
    built(tmp_path, run("mince", 3, requests=12.0))
    sobria(tmp_path, "ledger", "merge", str(town))
    told = told_results(tmp_path, current_results(tmp_path))
    rows = [row for row in told.table.to_pylist() if row["impact"] == "energy"]
    assert {row["level"] for row in rows} <= {"service", "service_month", "cell"} and "mince" not in json.dumps(rows)
    (town_row,) = (row for row in rows if row["level"] == "service")
    assert town_row["central"] == pytest.approx(50, rel=1e-3)
