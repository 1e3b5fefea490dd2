"""What the measurements cover: counts that add up, gaps in plain sight, the unknown never shown as zero."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.measurements.coverage import coverage_by_service, months_picture, months_table
from dashboard.shared.texts import t
from estimator.builds.queries import ANY, RunFilter
from estimator.builds.timelines import lines_of
from estimator.core.periods import months_between
from estimator.ledger.rows import Activity
from estimator.results.reading import Results
from tests.dashboard.test_charts import pictures
from tests.support import activity, built

LANGUAGES = ("fr", "en")
COUNTS_ALONE: dict[str, Any] = {
    "cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/not_declared", "requests": 5.0,
}  # fmt: skip


def rows() -> list[Activity]:
    """Three services: one with two gaps, one known in part, one with counts and no electricity."""
    metered: dict[str, Any] = {"cpu_mode": "mode/rapl", "gap": "gap/laptop", "host": "class/desk"}
    found = [activity(f"2026-{m:02}-03T10:00:00", service_key="trous", **metered) for m in (1, 2, 5, 6, 8)]
    found += [activity(f"2026-{m:02}-03T10:00:00", service_key="mixte", cpu_mode="mode/cpu_load") for m in (2, 3)]
    found += [activity("2026-03-04T10:00:00", service_key="mixte", **COUNTS_ALONE)]
    return found + [activity(f"2026-{m:02}-03T10:00:00", service_key="comptes", **COUNTS_ALONE) for m in (3, 4)]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The build of these rows."""
    return built(tmp_path_factory.mktemp("coverage"), *rows())


def test_a_month_says_its_runs_and_those_whose_electricity_is_not_known(build: Results) -> None:
    found = {(r["service_key"], r["month"]): r for r in build.coverage_by_month()}
    assert len(found) == 5 + 2 + 2
    march = found["mixte", 202603]
    assert (march["runs"], march["unknown"], set(march["kwh"])) == (2, 1, {"estimated"})
    # 1 kWh read by RAPL, and a quarter of it (unmetered_ratio of a laptop) added as an estimate
    january = found["trous", 202601]["kwh"]
    assert january["estimated"] == pytest.approx(0.25 * january["measured"])
    assert found["comptes", 202604] | {"runs": 1, "unknown": 1, "kwh": {}} == found["comptes", 202604]


def test_a_run_across_two_months_is_in_both_and_counts_once_in_its_service(tmp_path: Path) -> None:
    long = built(tmp_path, activity("2026-03-31T12:00:00", hours=24.0))
    assert [(r["month"], r["runs"]) for r in long.coverage_by_month()] == [(202603, 1), (202604, 1)]
    assert long.services()[0].proved == {"unknown": 1}


def test_each_service_says_how_many_runs_each_proof_has(build: Results) -> None:
    found = {s.service_key: (s.runs, s.proved, s.unknown) for s in build.services()}
    assert found == {
        "trous": (5, {"measured": 5}, 0),
        "mixte": (3, {"estimated": 2}, 1),
        "comptes": (2, {}, 2),
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_link_opens_as_many_runs_as_it_says(build: Results, lang: str) -> None:
    html = coverage_by_service(build.services(), build.coverage_by_month(), {}, lang)
    links = re.findall(r'<a href="([^"]+)">(\d+)', html)
    totals = []
    for link, _ in links:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link.replace("&amp;", "&")).query).items()}
        totals.append(build.runs(RunFilter(asked["service"], None, asked.get("preuve")))["total"])
    assert totals == [int(said) for _, said in links]
    assert sorted(totals) == [1, 2, 2, 2, 3, 5, 5]  # of each service: all its runs, then those of each proof or of none


def test_a_run_that_could_not_be_modelled_has_no_proof(tmp_path: Path) -> None:
    found = built(tmp_path, activity(**COUNTS_ALONE, model="no-such-model", output_tokens=100.0))
    assert found.runs(RunFilter(proof="estimated"))["total"] == 0
    assert found.runs(RunFilter(proof="none"))["total"] == 1


def test_all_that_is_to_check_can_be_asked_at_once(tmp_path: Path) -> None:
    twice, once = activity(checks=("zero_duration", "no_country")), activity(checks=("no_country",))
    found = built(tmp_path, twice, once, activity())
    assert found.runs(RunFilter(check="no_country"))["total"] == found.runs(RunFilter(check=ANY))["total"] == 2


def test_a_gap_is_a_month_without_a_row_between_the_first_and_the_last(build: Results) -> None:
    lines = {line.key: line for line in lines_of(build.coverage_by_month(), ["trous", "mixte", "comptes"])}
    assert lines["trous"].gaps == [[202603, 202604], [202607]]
    assert lines["mixte"].gaps == lines["comptes"].gaps == []
    assert months_between(202511, 202602) == [202511, 202512, 202601, 202602]


def test_ten_years_at_most_are_drawn() -> None:
    month = {"service_key": "s", "runs": 1, "unknown": 0, "kwh": {"measured": 1.0}}
    (line,) = lines_of([month | {"month": m} for m in (201001, 201608, 202607)], ["s"])
    assert list(line.found) == [201608, 202607]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_the_words_and_the_table_say_the_gaps_and_the_unknown(build: Results, lang: str) -> None:
    lines = lines_of(build.coverage_by_month(), ["trous", "mixte", "comptes"])
    html, table = months_picture(lines, lang, {}), months_table(lines, lang, {"trous": "Un usage"})
    french, english = (
        "aucune ligne de mars 2026 à avr. 2026, en juil. 2026",
        "no row from Mar 2026 to Apr 2026, in Jul 2026",
    )
    gap = {"fr": french, "en": english}
    unknown = {"fr": "électricité non connue", "en": "electricity not known"}
    nothing = {"fr": "aucune donnée", "en": "no data"}
    assert gap[lang] in html and unknown[lang] in html
    drawn = {proof for line in lines for month in line.found.values() for proof, kwh in month["kwh"].items() if kwh}
    [name] = re.findall('<figure [^>]*aria-label="([^"]*)"', html)
    assert "</span><span" not in html, "words that no style sheet parts (RGAA 10.3)"
    rows = html.split('<ol class="bars">')[1]
    assert drawn and all(t(f"proof.{proof}", lang) in rows for proof in drawn), "of its textures (RGAA 1.3)"
    alts = [alt.replace("\u00a0", " ") for alt in re.findall('<img class="column" alt="([^"]*)"', html)]
    assert len(alts) == 3 and all(len(alt) < 200 for alt in alts)
    assert [alt.count("kWh") for alt in alts] == [2, 2, 0] and alts[2].count(unknown[lang]) == 2, "first and last month"
    assert name == t("chart.in_table", lang, title=t("coverage.caption", lang)) and len(name) < 200
    assert "Un usage" in table and "trous" not in table
    rows = [tuple(re.findall('<th scope="row">(.*?)</th>', row)) for row in table.split("<tr>")[2:]]
    assert {len(row) for row in rows} == {2} and len(set(rows)) == len(rows), "of each row, its own (RGAA 5.7)"
    assert table.count(nothing[lang]) == 3 and table.count(unknown[lang]) == 2
    assert not re.search(r"(?<![\d.,])0\u00a0k?Wh", html + table)
    strips = pictures(html)[-3:]
    dashes = [[e.get("stroke-dasharray") for e in strip.iter() if e.get("stroke-dasharray")] for strip in strips]
    assert dashes == [["1 5"] * 3, ["4 3"], ["4 3"] * 2]  # dots for a gap, an open box for what is not known


def test_the_account_of_a_file_is_that_of_its_rows(tmp_path: Path) -> None:
    """Of a file with four rows two are snapshots of one run: the later one counts."""
    first = activity(file_sha="a", run_key="r", cumulative=True)
    later = activity(file_sha="a", run_key="r", cumulative=True, hours=2.0, cpu_energy_kwh=2.0)
    rest = [activity(file_sha="a"), activity(file_sha="a"), activity(file_sha="b")]
    found = built(tmp_path, first, later, *rest)
    account = found.run(later.row_id)["file"]
    assert account == {"read": 4, "current": 3, "superseded": 1, "duplicate": 0, "refused": 0}
