"""What authorities withhold is told rounded by each: its sum has no finer figure than the coarsest of them."""

import pytest

from estimator.core.errors import LANGUAGES
from estimator.reporting.summary.standing import outside_text
from estimator.results.totals import AuthorityPart, MergedFile, outside, rough_sum
from tests.reporting.authority import plain


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((), 0.0),
        ((0.0, 0.0), 0.0),
        ((0.3, 0.4), 0.7),
        ((1.0, 0.02), 1.0),
        ((1.0, 0.6), 2.0),
        ((20.0, 3.0), 20.0),
        ((9.0, 8.0), 17.0),
        ((3000.0, 400.0, 400.0), 4000.0),
    ],
)
def test_a_sum_has_the_last_figure_of_its_coarsest_part(told: tuple[float, ...], expected: float) -> None:
    """3 000, 400 and 400 are 3 800, told to the thousand: 4 000."""
    assert rough_sum(told) == expected


def _part(code: str, *kwh: float) -> AuthorityPart:
    about = {"made_at": "2027-01-05T10:00:00+00:00", "build": "0", "factors_version": "0", "formulas_version": "0"}
    about |= {"groups": 1, "withheld": 2, "uses_withheld": 2}
    files = [MergedFile(period=f"2026-T{number}", withheld_kwh=value, **about) for number, value in enumerate(kwh, 1)]
    return AuthorityPart(territory=code, administration="", share=None, files=files)


def test_what_two_authorities_withhold_is_said_without_false_figures() -> None:
    """About 1 kWh, then about 0.02 twice: « environ 1 kWh » of two, and not 1.04."""
    found = outside([_part("54010", 1.0), _part("54011", 0.02, 0.02)])
    assert (found.kwh, found.authorities) == (1.0, 2)
    said = [plain(outside_text(found, lang)) for lang in LANGUAGES]
    assert "environ 1 kWh d'électricité des machines, avant refroidissement, retenus par 2" in said[0]
    assert "about 1 kWh of electricity of machines, before cooling, withheld by 2" in said[1]
