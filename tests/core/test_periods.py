"""Periods: read, written in the shortest way, counted in months, named in two languages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.core.periods import Period, PeriodRefused

MONTHS = st.integers(1950 * 12, 2900 * 12)


@pytest.mark.parametrize(
    ("text", "months", "previous", "same", "labels"),
    [
        ("2026", (202601, 202612), "2025", "2025", ("année 2026", "year 2026")),
        ("2026-T1", (202601, 202603), "2025-T4", "2025-T1", ("1er trimestre 2026", "1st quarter of 2026")),
        ("2026-T3", (202607, 202609), "2026-T2", "2025-T3", ("3e trimestre 2026", "3rd quarter of 2026")),
        ("2026-03", (202603, 202603), "2026-02", "2025-03", ("mars 2026", "March 2026")),
        ("2026-01", (202601, 202601), "2025-12", "2025-01", ("janvier 2026", "January 2026")),
        (
            "2025-07..2026-06",
            (202507, 202606),
            "2024-07..2025-06",
            "2024-07..2025-06",
            ("juillet 2025 à juin 2026", "July 2025 to June 2026"),
        ),
        (
            "2026-02..2026-04",
            (202602, 202604),
            "2025-11..2026-01",
            "2025-02..2025-04",
            ("février 2026 à avril 2026", "February 2026 to April 2026"),
        ),
        (
            "2025-07..2026-09",
            (202507, 202609),
            "2024-04..2025-06",
            "2023-07..2024-09",
            ("juillet 2025 à septembre 2026", "July 2025 to September 2026"),
        ),
    ],
)
def test_each_writing(text: str, months: tuple[int, int], previous: str, same: str, labels: tuple[str, str]) -> None:
    period = Period(text)
    assert str(period) == text
    assert ((period.first, period.last), str(period.previous())) == (months, previous)
    assert str(period.same_months_before()) == same
    assert (period.label("fr"), period.label("en")) == labels


def test_months_and_last_day_by_hand() -> None:
    assert Period("2025-11..2026-02").months() == [202511, 202512, 202601, 202602]
    assert Period("2024-02").last_day == date(2024, 2, 29) and Period("2026").last_day == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("long", "short"),
    [(" 2026-01..2026-12 ", "2026"), ("2026-04..2026-06", "2026-T2"), ("2026-05..2026-05", "2026-05")],
)
def test_the_same_months_are_the_same_period(long: str, short: str) -> None:
    assert Period(long) == Period(short) and len({Period(long), Period(short)}) == 1 and str(Period(long)) == short


@given(MONTHS, st.integers(0, 40))
def test_a_period_is_read_back_and_follows_the_one_before(first: int, more: int) -> None:
    start, end = (f"{m // 12}-{m % 12 + 1:02}" for m in (first, first + more))
    period = Period(f"{start}..{end}")
    assert Period(str(period)) == period and len(period.months()) == more + 1
    assert period.months()[0] == period.first and period.months()[-1] == period.last
    before = period.previous()
    joined = before.months() + period.months()
    assert len(before.months()) == more + 1
    assert all(b - a == (89 if a % 100 == 12 else 1) for a, b in zip(joined, joined[1:], strict=False))


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-T0", "2026-T5", "2026-00", "2026-13", "2026-1", "2026-t1", "2026-03..2026-02", "2026..2027",
     "2026-T1..2026-T2", "1899", "3000", "２０２６", "2026-01-01", "2026\n2027"],
)  # fmt: skip
def test_what_is_no_period_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(PeriodRefused) as caught:
        Period(text)
    assert f"« {text} » a été lu ; une période est attendue" in caught.value.message("fr")
    assert f"“{text}” was read; a period is expected" in caught.value.message("en")
