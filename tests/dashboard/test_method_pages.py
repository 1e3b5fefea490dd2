"""Méthode et limites, and Confrontation aux publications: what they say is what the formulas and the summary say."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest

from dashboard.shared import estimator_gateway, html_parts, svg_charts
from dashboard.shared.texts import t, words
from estimator.assessment import method_documentation
from estimator.assessment.coefficients import COEFFICIENTS
from estimator.assessment.equations import FORMULAS
from estimator.assessment.uncertainty import DRAWS
from estimator.catalogue.load import load
from estimator.core.typography import typeset
from scripts.validation_summary import quantile, stripped, summary
from tests.dashboard.test_dashboard_pages import LANGUAGES, page

TITLES = {"methode": "method.title", "validation": "validation.title"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", TITLES)
def test_a_page_asks_its_question_even_without_a_build(empty_home: Path, name: str, lang: str) -> None:
    text = page(name, lang)
    assert f"<h1>{t(TITLES[name], lang)}</h1>" in text
    assert text.count('class="answer" role="status"') == 1
    assert text.count("<figure") == text.count('<figure class="chart') and 'aria-label=""' not in text


def of_several_targets(text: str) -> dict[str, set[str]]:
    """RGAA 6.1: the links of a page whose name, as it is read alone, leads to several places."""
    found: dict[str, set[str]] = {}
    for target, name in re.findall(r'<a\b[^>]*? ?href="([^"]+)"[^>]*>(.*?)</a>', text, re.DOTALL):
        found.setdefault(" ".join(re.sub("<[^>]+>", "", name).split()), set()).add(target)
    assert len(found) > 10
    return {name: targets for name, targets in found.items() if len(targets) > 1}


def test_links_of_one_name_have_one_target(empty_home: Path) -> None:
    """Two of the publications are kept at one host, and only their paths tell them apart."""
    assert of_several_targets(page("validation", "fr")) == {}


@pytest.mark.parametrize(
    ("lang", "asked"),
    [
        ("fr", {"sujet": "France"}),  # one value a year, those of the same years of several sources
        ("fr", {"sujet": "pue"}),  # one year, one source, two places in it
        ("en", {"sujet": "grid_gwp"}),
        *(("fr", {"page": n}) for n in ("5", "8", "12", "20", "40")),
        ("en", {"facteur": "grid_reservoir_water_intensity/AFG/2022"}),  # its picture has one value in two years
    ],
)
def test_factors_of_one_name_are_told_apart(empty_home: Path, lang: str, asked: dict[str, str]) -> None:
    assert of_several_targets(page("facteurs", lang, **asked)) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_source_says_is_marked_up_as_a_quotation(empty_home: Path, lang: str) -> None:
    """RGAA 9.4: of the place in a source, of what was published, of the charter, which alone is known to be French."""
    factor = page("facteurs", lang, facteur="reading_ratio/mode/powermetrics/2026")
    assert re.search("<q>«.Average power values[^<]*.»</q>", factor)
    assert re.search("<q>«.requête moyenne.»</q>|<q>“average query”</q>", page("methode", lang))
    glossary = page("glossaire", lang)
    assert glossary.count("<q") == 1 and re.search('<q lang="fr">«.cas d[’\']usage.»</q>', glossary)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_number_of_draws_is_that_of_the_code_wherever_it_is_said(empty_home: Path, root: Path, lang: str) -> None:
    """4,096: Méthode, Glossaire and the documentation in both languages; none writes it in words."""
    number = {"fr": "4\u202f096", "en": "4,096"}[lang]
    assert int(re.sub(r"\D", "", number)) == DRAWS
    for name, told in (("methode", "{} tirages|{} draws"), ("glossaire", "{} fois|{} times")):
        assert re.search(told.replace("{}", number), page(name, lang)), name
    said = root / "docs" / "explication" / {"fr": "incertitude.md", "en": "incertitude.en.md"}[lang]
    assert number in said.read_text("utf-8").replace("4 096", number)


def test_a_hostile_quotation_stays_text() -> None:
    assert html_parts.quoted("a « <b> » c") == "a <q>« &lt;b&gt; »</q> c"


def test_every_formula_and_every_line_of_the_boundary_is_on_the_method_page(empty_home: Path) -> None:
    text = page("methode", "fr")
    found = estimator_gateway.method_text("fr")
    assert len(found["rules"]) == len(FORMULAS) + len(COEFFICIENTS)
    for rule in found["rules"]:
        assert typeset(rule.label, "fr") in text
    for element in found["boundary"]:
        assert typeset(element.how, "fr") in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_method_is_described_in_both_languages(lang: str) -> None:
    assert len(method_documentation.boundary(lang)) == len(method_documentation.BOUNDARY)
    named = [label for i in method_documentation.indicators(load(), lang) for term in i.terms for label in term.labels]
    assert named and all(named)
    words = method_documentation.coefficients(load(), lang)[0].words
    assert {"fr": "8\u202f766", "en": "8,766"}[lang] in words and "_" not in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_family_of_the_summary_is_on_the_page(empty_home: Path, lang: str) -> None:
    text = page("validation", lang)
    rows = method_documentation.validation_results()
    for row in rows:
        if row.mode in ("prediction", "reproduction"):
            assert html_parts.publications_name(row.name, lang) in text
        if row.mode == "indicator":
            assert t(f"published.{row.name}", lang) in text
    inside = sum(r.inside for r in rows if r.mode == "prediction")
    assert f"{inside}" in text.split('class="answer"')[1].split("</p>")[0]
    said = {"fr": r"rapports de [\d,]+ à [\d,]+", "en": r"ratios from [\d.]+ to [\d.]+"}[lang]
    assert (bars := re.findall(r'alt="([^"]+)"', text)) and all(re.fullmatch(said, bar) for bar in bars)


def test_the_summary_holds_counts_and_ratios_alone(root: Path) -> None:
    with (root / "factors" / "results" / "validation_summary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == method_documentation.COLUMNS
    for row in method_documentation.validation_results():
        assert row.inside <= max(row.outputs, row.cases) and row.transcribed <= row.cases
        assert list(row.ratios.values()) == sorted(row.ratios.values())


def test_cuts_of_the_predictions_count_the_same_values() -> None:
    rows = method_documentation.validation_results()
    counts = {
        mode: (sum(r.outputs for r in rows if r.mode == mode), sum(r.inside for r in rows if r.mode == mode))
        for mode in ("prediction", "indicator", "device")
    }
    assert len(set(counts.values())) == 1


def made_up(kind: str, value: float, **more: object) -> dict:
    return {
        "id": f"{kind}-{value}", "family": "Made up", "phase": "training", "kind": kind, "quality": "A",
        "workload": {"it_energy_kwh": 100}, "site": {"pue": 1.2},
        "published": [{"indicator": "site_energy_kwh", "value": value, "scope": "site", "overhead": True}],
        "source": {"url": "https://example.org/a", "seen_as": "third_party_transcription"},
    } | more  # fmt: skip


def test_a_summary_is_counted_by_hand() -> None:
    today = date(2026, 11, 25)
    cases = [made_up("arithmetic", 120.0), made_up("arithmetic", 150.0), made_up("physics", 60.0)]
    rows = {(r["mode"], r["name"]): r for r in summary(cases, today)}
    again = rows["reproduction", "Made up"]
    assert (again["cases"], again["outputs"], again["inside"], again["transcribed"]) == (2, 2, 1, 2)
    assert again["ratio_p50"] == f"{(120 / 120 + 120 / 150) / 2:.3g}"
    assert rows["prediction", "Made up"]["inside"] == 0 and rows["prediction", "Made up"]["ratio_p50"] == "2"
    assert rows["indicator", "site_energy_kwh"]["outputs"] == 1


def test_answers_are_not_given_to_the_estimator() -> None:
    asked = stripped(made_up("physics", 60.0, fault="unit_error", remark="x"))
    assert not {"kind", "quality", "fault", "remark", "source"} & asked.keys()
    assert "value" not in asked["published"][0]


def test_quantiles_are_interpolated() -> None:
    assert quantile([1.0, 2.0, 4.0], 0.75) == 3.0 and quantile([], 0.5) is None


def test_the_summary_that_ships_is_that_of_the_visible_cases(shared_data: Path) -> None:
    """Only the counts: ratios move with the factors, and the summary says of which version it is."""
    cases = json.loads((shared_data / "validation" / "cases.json").read_text("utf-8"))
    shipped = {r.name: r.cases for r in method_documentation.validation_results() if r.mode == "prediction"}
    families = {c["family"] for c in cases if c["kind"] == "physics" and c["quality"] != "C"}
    assert shipped.keys() == families


def test_a_scale_of_ratios_holds_its_values_and_one_is_in_the_middle() -> None:
    ticks = svg_charts.ratio_ticks(0.14, 2.2)
    assert ticks[0] == 0.1 and ticks[-1] == 10 and svg_charts.ratio_share(1.0, ticks) == pytest.approx(0.5)
    assert svg_charts.ratio_ticks(0.04, 3)[0] == pytest.approx(0.01)
    assert "div" in svg_charts.ratio_axis(ticks, "fr")


def test_the_new_words_exist_in_both_languages() -> None:
    for table in ("method", "validation", "published"):
        assert words("fr")[table].keys() == words("en")[table].keys()
