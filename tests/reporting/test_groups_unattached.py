"""What a home measures and no use has is in no file of groups: it is said at the commune, in the file, and of a total
that merges it, without how much."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.published_groups import PublishedGroups
from estimator.governance.indicators.told_results import told_results
from estimator.governance.register.register import Register, author
from estimator.reporting.exports.api import ADDRESSES, PREFIX
from estimator.reporting.exports.tables import rows_in_words
from estimator.results.reading import current_results
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, files_of, plain, run
from tests.support import built, sobria

CODE = "54395"
WHO = author("Service numérique", "essai")


def _groups(home: Path, out: Path, lang: str = "fr") -> tuple[str, dict[str, Any]]:
    """What the command says, in text and in JSON, and the file."""
    asked = ["report", "groups", "--territory", CODE, "--period", "2026", "--out", str(out)]
    notes = json.loads(sobria(home, *asked, "--json").stdout)["notes"]
    said = plain(sobria(home, *asked, lang=lang).stdout)
    assert lang != "fr" or all(plain(note) in said for note in notes)
    return said, json.loads(out.read_text("utf-8"))


def _numbers(body: Any) -> Iterator[float]:
    if isinstance(body, dict | list):
        for one in body.values() if isinstance(body, dict) else body:
            yield from _numbers(one)
    elif isinstance(body, float):
        yield body


@pytest.fixture
def commune(tmp_path: Path) -> Path:
    """2 kWh of a use, and 3.5 kWh at a desk that `register attach` was not told of."""
    case(Register(tmp_path / "commune"), "Courrier", CODE, "courrier")
    built(tmp_path / "commune", run("courrier", 2, requests=500.0), run("oublie", 3.5))
    return tmp_path / "commune"


def test_what_no_use_has_is_said_where_the_file_is_written(commune: Path, tmp_path: Path) -> None:
    """By the sentence of `report reen-file`; the file tells that there is some, and no amount of it."""
    said, file = _groups(commune, tmp_path / "a.json")
    own = plain(sobria(commune, "report", "reen-file", "--territory", CODE, "--out", str(tmp_path / "b.json")).stdout)
    sentence = next(line for line in own.splitlines() if "rattachée à aucun usage" in line) if "\n" in own else own
    assert "rattachée à aucun usage n'est dans aucun fichier" in said and "register attach" in said
    assert said[said.index("L'électricité du site qui") :][:120] in plain(sentence)
    assert file["unattached"] is True and not [n for n in _numbers(file["groups"]) if n in (3.5, 5.5)]
    english, _ = _groups(commune, tmp_path / "a.json", "en")
    assert "attached to no use" in english


def test_a_total_that_merges_it_no_longer_says_that_all_is_covered(
    commune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cover is unknown, with why, in text, JSON, the rollup and the pages."""
    _groups(commune, tmp_path / "a.json")
    national = tmp_path / "national"
    assert "des minimums" in plain(sobria(national, "ledger", "merge", str(tmp_path / "a.json")).stdout)
    said = plain(sobria(national, "totals").stdout)
    assert "Couverture : inconnue" in said and "Couverture : 100 %" not in said and f"Commune {CODE}" in said
    body = json.loads(sobria(national, "totals", "--json").stdout)
    assert set(body["coverage"]["by_figure"].values()) == {None} and body["coverage"]["site_energy"] is None
    assert body["coverage"]["missing"]["by_figure"]["code"] == "unattached_elsewhere"
    assert body["indicators"]["energy"]["covers"] is None and body["authorities"][0]["files"][0]["unattached"] is True
    asked = ["report", "reen-rollup", "--period", "2026"]
    told = json.loads(sobria(national, *asked, "--json").stdout)
    sobria(national, *asked, "--out", str(tmp_path / "r.html"))
    assert told["indicators"]["energy"]["covers"] is None and told["unattached_in"] == [CODE]
    rollup = plain((tmp_path / "r.html").read_text("utf-8"))
    sobria(national, *asked, "--out", str(tmp_path / "r.csv"))
    lines = [line for line in plain((tmp_path / "r.csv").read_text("utf-8")).split(";") if "des minimums" in line]
    assert lines and "n'y sont pas : des mesures" in plain((tmp_path / "r.csv").read_text("utf-8"))
    assert "1 sur 1, dont 1 en partie" in rollup and "des minimums" in rollup
    assert "des minimums" in plain(files_of("reen", facts(national))[""])
    json.loads(sobria(national, "explain", "total.energy", "--json").stdout)
    monkeypatch.setenv("SOBRIA_HOME", str(national))
    assert page("accueil", "fr") and page("mesures", "fr") and page("synthese", "fr")


@pytest.mark.parametrize("told_kwh", [0.0, 0.5])
def test_a_row_of_such_a_total_has_no_coverage_and_says_why(commune: Path, tmp_path: Path, told_kwh: float) -> None:
    """Total and month, in a table, the API and the gauges, whether the authority withholds some too: 2 of 2.5 kWh would
    be 80 %. A service that it tells covers itself."""
    _, file = _groups(commune, tmp_path / "a.json")
    more = {"withheld": 2, "uses_withheld": 2, "withheld_kwh": told_kwh} if told_kwh else {}
    held = PublishedGroups.model_validate({name: v for name, v in (file | more).items() if name != "digest"}).sealed()
    (tmp_path / "b.json").write_text(held.model_dump_json(), "utf-8")
    national = tmp_path / "national"
    sobria(national, "ledger", "merge", str(tmp_path / "b.json"))
    told = told_results(national, current_results(national))
    rows = [row for row in rows_in_words(told, "fr") if row["central"] is not None]
    sums = [row for row in rows if row["level"] in ("total", "month")]
    assert sums and all(row["coverage"] is None and not row["covers_roughly"] for row in sums)
    assert all("ce qui est couvert est inconnu" in row["reason"] for row in sums)
    assert {row["coverage"] for row in rows if row["level"] == "service" and row["impact"] == "energy"} == {1.0}
    body = ADDRESSES[f"{PREFIX}/totals"].body(told, None)
    assert {row["reason"]["code"] for row in body["rows"] if row["central"] is not None} == {"unattached_cover"}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_part_of_such_a_total_does_not_say_that_all_is_covered(tmp_path: Path, lang: str) -> None:
    """A year among two, and its months, of which figures say that they are minimums: their cover is unknown too, in the
    sheet, the file of the DINUM and what is read of the page; nor does a promise say that it would show a small use."""
    case(Register(tmp_path / "commune"), "Courrier", CODE, "courrier")
    rows = [run("courrier", 2, month, requests=500.0) for month in ("2025-03", "2026-02", "2026-03")]
    built(tmp_path / "commune", *rows, run("oublie", 3.5, "2026-03"))
    for year in ("2025", "2026"):
        out = str(tmp_path / f"{year}.json")
        sobria(tmp_path / "commune", "report", "groups", "--territory", CODE, "--period", year, "--out", out)
    national = tmp_path / "national"
    sobria(national, "ledger", "merge", str(tmp_path / "2025.json"), str(tmp_path / "2026.json"))
    body = json.loads(sobria(national, "indicators", "--period", "2026", "--json").stdout)
    energy = body["indicators"]["energy"]
    there = [amount for amount in (*energy["months"].values(), energy["value"]) if amount]
    assert len(there) == 3 and all(amount["covers"] is None and amount["untold"] == ["covers"] for amount in there)
    known = next(one for one in body["charter"] if one["reads"] == "footprints_known")
    assert known["share"] is None and not known["withheld"]
    whole = {"fr": "est connue : 100 %", "en": "is known: 100 %"}[lang]
    said = [plain(sobria(national, "indicators", "--period", "2026", lang=lang).stdout)]
    said += [plain(text) for text in files_of("schema-impact", facts(national)).values()]
    assert not any(whole in text or "est connue : 100 %" in text for text in said), said


def test_once_attached_all_is_covered_again_and_a_file_of_before_still_merges(commune: Path, tmp_path: Path) -> None:
    _, file = _groups(commune, tmp_path / "a.json")
    old = {name: value for name, value in file.items() if name not in ("unattached", "digest")}
    held = PublishedGroups.model_validate(old).sealed()
    (tmp_path / "old.json").write_text(json.dumps(held.model_dump(mode="json", exclude={"unattached"})), "utf-8")
    Register(commune).attach("courrier", {"service_key": "oublie"}, WHO)
    said, file = _groups(commune, tmp_path / "b.json")
    assert file["unattached"] is False and "rattachée à aucun usage" not in said
    for name in ("old", "b"):
        sobria(tmp_path / name, "ledger", "merge", str(tmp_path / f"{name}.json"))
        told = plain(sobria(tmp_path / name, "totals").stdout)
        assert "Couverture : 100 %" in told and "des minimums" not in told


def test_a_commune_whose_measures_no_use_has_is_not_one_that_recorded_nothing(tmp_path: Path) -> None:
    built(tmp_path / "commune", run("oublie", 3.5))
    said, file = _groups(tmp_path / "commune", tmp_path / "a.json")
    assert "qu'aucun usage n'a" in said and "aucun usage mesuré" not in said and "3,5" in said
    assert file["unattached"] is True and file["groups"] == [] and "3.5" not in json.dumps(file)
    national = tmp_path / "national"
    sobria(national, "ledger", "merge", str(tmp_path / "a.json"))
    told = plain(sobria(national, "totals").stdout)
    assert "rien dans ce total" not in told and "part inconnue" in told and "à aucun usage" in told
    sobria(national, "report", "reen-rollup", "--period", "2026", "--out", str(tmp_path / "r.html"))
    rollup = plain((tmp_path / "r.html").read_text("utf-8"))
    assert "Sans aucun usage mesuré" not in rollup and "0 sur 1" in rollup and "0 kWh" not in rollup
