"""The shares of one whole add up to 100 where they are printed side by side."""

import pytest

from dashboard.shared.html_parts import proof_text
from estimator.core.proof_shares import parts_of_whole, proof_words
from estimator.governance.indicators.told_shares import told_shares
from estimator.results.proofs import impact_proof_words
from tests.core.test_numbers import spaced


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        # 13 + 3 + 83 rounded down are 99: one is left, for the first of the two remainders of 0.5; not 14 + 4 + 83
        ((0.135, 0.035, 0.83), ["14%", "3%", "83%"]),
        # 27 + 6 + 65 are 98: two are left, for remainders of 0.9 and 0.6; not 28 + 7 + 66
        ((0.276, 0.065, 0.659), ["28%", "6%", "66%"]),
        ((1 / 3, 1 / 3, 1 / 3), ["34%", "33%", "33%"]),
        ((0.004, 0.498, 0.498), ["less than 1%", "50%", "50%"]),
        ((0.994, 0.006), ["more than 99%", "less than 1%"]),
        ((0.285, 0.715), ["29%", "71%"]),
        ((0.135, 0.035), ["14%", "4%"]),  # no whole: each as it is alone
        ((1.0,), ["100%"]),
        ((), []),
    ],
)
def test_rounded_shares_of_a_whole_add_up(shares: tuple[float, ...], said: list[str]) -> None:
    assert parts_of_whole(shares, "en") == said


def test_shares_of_proof_add_up_wherever_they_are_printed() -> None:
    shares = {"measured": 0.135, "estimated": 0.035, "declared": 0.83}
    assert spaced(proof_words(shares, "fr")) == "14 % mesuré, 3 % estimé, 83 % déclaré"
    assert all(f"{share}%" in proof_text(shares, "en") for share in (14, 3, 83))
    told = impact_proof_words("gwp", shares, "en")
    assert all(f"{share}%" in told for share in (14, 3, 83)) and "4%" not in told.replace("14%", "")


def test_shares_that_leave_add_up_too() -> None:
    """To the percent: 13.5 + 3.5 + 83 as 14, 3 and 83, which a page then says too; 0.4 % stays « less than »."""
    shares = {"measured": 0.135, "estimated": 0.035, "declared": 0.83}
    told = told_shares({"proof": shares, "share": 0.035})
    assert told == {"proof": {"measured": 0.14, "estimated": 0.03, "declared": 0.83}, "share": 0.04}
    assert proof_words(told["proof"], "fr") == proof_words(shares, "fr")
    assert told_shares({"proof": {"measured": 0.004, "estimated": 0.498, "declared": 0.498}})["proof"] == {
        **{"measured": 0.005, "estimated": 0.5, "declared": 0.5}
    }
