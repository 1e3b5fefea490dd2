"""The set that two versions are compared by: drawn alike, masked of what changes by itself and of nothing else."""

from datetime import date

from estimator.core.errors import LANGUAGES
from estimator.core.periods import day_label, short_day
from scripts.golden.__main__ import masked
from scripts.golden.requests import COUNT, SEED, requests


def test_requests_are_drawn_alike_each_time() -> None:
    first, second = (list(requests(SEED, COUNT)) for _ in range(2))
    assert first == second and len(first) == COUNT
    assert len({" ".join(request) for request in first}) == COUNT
    assert list(requests(SEED + 1, COUNT)) != first


def test_only_what_changes_by_itself_is_masked() -> None:
    text = f"calcul 3b4bdc0ea5bb922a du {date.today().isoformat()}, 32 g, 1.25e-05 kWh, 2026-03-01, 12345678"
    assert masked(text) == "calcul <build> du <today>, 32 g, 1.25e-05 kWh, 2026-03-01, 12345678"


def test_the_day_is_masked_however_it_is_written() -> None:
    """In each language, long or short; no other day is, nor a number that ends as it does."""
    today = date.today()
    for lang in LANGUAGES:
        for day in (day_label(today, lang), short_day(today, lang)):
            assert masked(f"Écrit le {day}.") == "Écrit le <today>.", day
            assert masked(f"1{day}") == f"1{day}"
    assert masked("Consommé au 30/09/2025") == "Consommé au 30/09/2025"
