"""The set that two versions are compared by: drawn alike, masked of what changes by itself and of nothing else."""

from datetime import date

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
