"""Groups published a period at a time: their total is that of one home that holds every row, new year included."""

from itertools import chain
from pathlib import Path

import pytest

from estimator.builds.merged_groups import merge
from estimator.governance.register.register import Register
from estimator.ledger.rows import Activity
from estimator.reporting.publications.groups_file import published_groups
from estimator.results.reading import current_results
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, run
from tests.reporting.test_groups import TOKENS, _numbers
from tests.support import activity, built, sobria

CODES = ("54010", "54011", "54012")
PERIODS = ("2025", "2026-T1", "2026-T2")
DESK = {"host": "class/desk", "zone": "FRA", "cpu_energy_kwh": None, "cpu_mode": "mode/none"}


def _rows(code: str, number: int) -> list[Activity]:
    """Six runs of two large uses, and one of 12 hours that straddles new year, 3 kWh at a desk."""
    found = [run(f"courrier-{code}", 1.5 + number, m, requests=500.0) for m in ("2025-12", "2026-02", "2026-05")]
    found += [run(f"chat-{code}", 0, m, requests=400.0 + number, **TOKENS) for m in ("2025-12", "2026-02", "2026-05")]
    energy = {"other_energy_kwh": 3.0, "other_mode": "mode/meter", "requests": 300.0 + number}
    return [*found, activity("2025-12-31T18:00:00", 12.0, service_key=f"courrier-{code}", **DESK, **energy)]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One home with every row, and one that merges three files of each commune."""
    whole, national, folder = (tmp_path_factory.mktemp(name) for name in ("whole", "national", "files"))
    for number, code in enumerate(CODES):
        alone = tmp_path_factory.mktemp(code)
        for home in (whole, alone):
            for name in ("courrier", "chat"):
                case(Register(home), f"{name}{code}", code, f"{name}-{code}", f"{name} {code}")
        built(alone, *_rows(code, number))
        for period in PERIODS:
            made = published_groups(facts(alone, code, period=period))
            assert made.withheld == 0
            (folder / f"{code}-{period}.json").write_text(made.model_dump_json(), "utf-8")
    built(whole, *chain.from_iterable(_rows(code, number) for number, code in enumerate(CODES)))
    merge(national, sorted(folder.iterdir()))
    return whole, national


def test_the_totals_of_several_periods_are_those_of_one_home_with_every_row(homes: tuple[Path, Path]) -> None:
    """To 1e-12, in all and month by month, and so is the electricity of each proof."""
    whole, national = map(current_results, homes)
    one, other = whole.totals(), national.totals()
    for name, amount in one.indicators.items():
        assert list(_numbers(other.indicators[name])) == pytest.approx(list(_numbers(amount)), rel=1e-12), name
    assert dict(other.proof) == pytest.approx(dict(one.proof), rel=1e-12)
    assert other.coverage.weight_kwh == pytest.approx(one.coverage.weight_kwh, rel=1e-12)
    months = national.figures_of_months()
    for month, found in whole.figures_of_months().items():
        for name, amount in found.items():
            assert list(_numbers(months[month][name])) == pytest.approx(list(_numbers(amount)), rel=1e-12)


def test_a_run_that_straddles_two_months_counts_in_each_and_it_is_said(homes: tuple[Path, Path]) -> None:
    """7 runs a commune, of which 1 straddles new year: 21 in one home, at most 24 of merged months; six services in
    both, each once although it is in three files."""
    counts = [current_results(home).totals().coverage for home in homes]
    assert [(cover.runs, cover.services) for cover in counts] == [(21, 6), (24, 6)]
    whole, national = homes
    assert "21 exécutions de 6 services" in plain(sobria(whole, "totals").stdout)
    said = plain(sobria(national, "totals").stdout)
    assert "Au plus 24 exécutions de 6 services" in said and "à cheval sur deux mois compte dans chacun" in said
    assert "At most 24 runs" in plain(sobria(national, "totals", lang="en").stdout)


def test_the_page_of_measures_says_at_most(homes: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for home, words in zip(homes, ("21 exécutions", "au plus 24 exécutions (une par mois où elle court)"), strict=True):
        monkeypatch.setenv("SOBRIA_HOME", str(home))
        current_results(home)  # a page reads the last build, and makes none
        said = plain(page("mesures", "fr"))
        assert words in said and ("au plus" in said) == (home == homes[1])
