"""A figure says what is known of the rows behind it: electricity that nobody read, powers that cannot be."""

import json
from pathlib import Path

import pytest

from dashboard.explanation.explanation import explain_view
from dashboard.shared.html_parts import how_read, impossible_note
from estimator.core.typography import typeset
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.practices import coverage
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.standing import caveat
from estimator.reporting.summary.summary import synthesis
from estimator.results.reading import Results
from tests.support import activity, built, sobria

CARD = {"gpu_energy_kwh": 7.0, "gpu_mode": "mode/nvml", "device": "gpu/l4", "device_count": 1, "device_hours": 100.0}


@pytest.fixture
def unread(tmp_path: Path) -> Results:
    """« sans »: 7 kWh of a card beside a processor that was not read; « lu »: both, of 12 kWh; « seul »: 1 kWh."""
    rows = [
        activity(hours=100, service_key="sans", run_id="a1", cpu_energy_kwh=None, **CARD, checks=("cpu_not_metered",)),
        activity(hours=100, service_key="lu", run_id="b2", cpu_energy_kwh=5.0, **CARD),
        activity(hours=100, service_key="seul", checks=("no_host", "constant_42_5")),
    ]
    return built(tmp_path, *rows)


@pytest.mark.parametrize(
    ("number", "minimum"),
    [("service.sans.energy", True), ("run.a1.gwp", True), ("total.water", True), ("sheet.all.2026.energy", True)]
    + [("service.lu.energy", False), ("run.b2.energy", False), ("service.seul.energy", False)],
)
def test_a_figure_of_a_processor_that_nobody_read_is_a_minimum(
    unread: Results, tmp_path: Path, number: str, minimum: bool
) -> None:
    """In the terminal, in its JSON and on its page, whose bar does not say then that the true value is in it."""
    text = sobria(tmp_path, "explain", number).stdout
    said = "! 1 × Le processeur est présent mais son énergie est nulle"
    assert (said in text, "au moins : une part n'a pas été relevée" in text) == (minimum, minimum), text
    assert ('"code": "cpu_not_metered"' in sobria(tmp_path, "explain", number, "--json").stdout) == minimum
    if number.startswith("sheet"):
        return
    page = str(explain_view(unread.explain(number), "fr"))
    told = {
        "au moins ; de ce qui est relevé": minimum,
        "1 exécution. Le processeur est présent": minimum,
        "la vraie valeur est au-dessus": minimum,
        "La vraie valeur est dans la barre neuf fois sur dix": not minimum,
        "Rien n'a été laissé de côté": not minimum,
    }
    assert {words: typeset(words, "fr") in page for words in told} == told


def test_a_remark_on_several_runs_is_a_sentence_of_its_own(tmp_path: Path) -> None:
    """6 t and 9 t said of 1 kWh each: « 2 exécutions. Au pire, les émissions… »."""
    found = built(tmp_path, *(activity(reported_gwp_kg=kg) for kg in (6_000.0, 9_000.0))).explain("total.energy")
    for lang, told in (("fr", "2 exécutions. Au pire, les émissions"), ("en", "2 runs. At worst, the emissions")):
        assert typeset(told, lang) in str(explain_view(found, lang))


def test_totals_are_a_minimum_where_one_run_was_not_read_whole(unread: Results, tmp_path: Path) -> None:
    assert unread.totals().at_least and not built(tmp_path / "whole", activity()).totals().at_least


def test_a_figure_has_the_remarks_that_it_rests_on_and_no_other(unread: Results) -> None:
    """The site of « seul » is not known, which its cooling rests on and its machines do not; its processor is supposed
    to draw 42.5 W, which both rest on."""
    codes = {
        figure: {remark["code"] for remark in unread.explain(f"service.seul.{figure}").remarks}
        for figure in ("energy", "it_energy")
    }
    assert codes == {"energy": {"no_host", "constant_42_5"}, "it_energy": {"constant_42_5"}}


@pytest.fixture
def impossible(tmp_path: Path) -> Results:
    """In March « odd » reads 3 kWh of processors in an hour, 3 kW, which is possible, and 30 kWh in another, which is
    not; « sound » 7 kWh in 7 hours. In April « sound » reads 10 kWh in 10."""
    rows = [
        activity(service_key="odd", run_id="odd", cpu_energy_kwh=30.0),
        activity("2026-03-02T10:00:00", service_key="odd", cpu_energy_kwh=3.0),
        activity(service_key="sound", hours=7, cpu_energy_kwh=7.0),
        activity("2026-04-01T10:00:00", service_key="sound", hours=10, cpu_energy_kwh=10.0),
    ]
    return built(tmp_path, *rows)


def test_powers_that_cannot_be_are_counted_and_their_share_is_said(impossible: Results, tmp_path: Path) -> None:
    """30 of 50 kWh in all, 30 of 33 in « odd », all of its first run, none of « sound »; 30 of 40 in March."""
    shares = {"total": 30 / 50, "service.odd": 30 / 33, "run.odd": 1.0, "service.sound": 0.0}
    found = {scope: impossible.explain(f"{scope}.energy").impossible for scope in shares}
    assert found == pytest.approx(shares) and impossible.totals().coverage.impossible == pytest.approx(30 / 50)
    assert impossible.explain("total.it_energy").amount.at_factor_values == pytest.approx(50.0), "counted as read"
    months = {period: coverage(scope_of(tmp_path, "all", period))["impossible"] for period in ("2026-03", "2026-04")}
    assert months == pytest.approx({"2026-03": 30 / 40, "2026-04": 0.0})
    text = sobria(tmp_path, "explain", "total.energy").stdout
    assert "! Relevés impossibles : 60 % de l’électricité" in text.replace("\u00a0", " ")
    page = str(explain_view(impossible.explain("total.energy"), "fr"))
    assert typeset("La barre suppose les puissances lues possibles", "fr") in page and "neuf fois sur dix" not in page


def test_only_what_weighs_leads_to_its_correction() -> None:
    """A hundredth of the electricity is not said; a little more is, with the way to the runs."""
    assert impossible_note(0.01, "fr") == "" and how_read(0.01, "fr") == "chart.how"
    assert 'href="mesures?voir=corriger"' in impossible_note(0.02, "fr")


@pytest.mark.parametrize(("period", "odd"), [("2026-03", True), ("2026-04", False)])
def test_the_summary_says_it_in_place_of_its_proof(impossible: Results, tmp_path: Path, period: str, odd: bool) -> None:
    body = synthesis(scope_of(tmp_path, "all", period))
    assert ("Électricité des machines" in caveat(body, "fr")) != odd
    assert ("Impossible readings: 75% of the electricity" in rendered(document(body, "en"), "md")) == odd


def test_what_can_be_opened_is_listed(impossible: Results, tmp_path: Path) -> None:
    text = sobria(tmp_path, "explain").stdout
    assert all(f"\n    {one}\n" in text for one in ("total.energy", "service.odd.energy", "service.sound.energy"))
    assert text.index("service.odd.energy") < text.index("service.sound.energy"), "33 kWh, then 17"
    newest = text.split()[-1]
    assert newest in sobria(tmp_path, "explain", "service.sound.energy").stdout, "the reference of a run is at its line"
    opened = json.loads(sobria(tmp_path, "explain", newest.replace(".energy", ".it_energy"), "--json").stdout)
    assert opened["amount"]["at_factor_values"] == pytest.approx(10.0)
