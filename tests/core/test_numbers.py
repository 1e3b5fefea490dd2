"""How numbers read on screens, in French and English, written out by hand to be checked without the code."""

from decimal import Decimal
from typing import Any

import pytest
from babel.numbers import format_decimal

from dashboard.shared.dates import duration_text, period_text, short_day
from estimator.core.column_units import column_step, in_column
from estimator.core.interval import Interval
from estimator.core.language import decimal_text
from estimator.core.number_format import (
    as_computed,
    bounds_text,
    count_text,
    exact_text,
    figure,
    interval_text,
    plain,
    range_text,
    said_in_sentence,
    share_text,
    spoken_numbers,
    step_for,
    step_in_full,
    two_figures,
)
from estimator.core.said_number import bare_number

HOST = {"code": "no_host", "fr": "l'hébergement n'est pas indiqué", "en": "the hosting is not stated"}


def amount(low: float | None, central: float | None, high: float | None, unit: str = "kWh", **more: Any) -> Interval:
    return Interval(low=low, central=central, high=high, unit=unit, **more)


def spaced(text: str) -> str:
    """The text with ordinary spaces, to compare words; where spaces may not break is a test of its own."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")


INTERVALS = [
    # the rule's own example
    (amount(20, 41, 90), "entre 20 et 90 kWh (valeur centrale : 41)", "between 20 and 90 kWh (central value: 41)"),
    # bounds take the unit of the central value
    (
        amount(0.4, 0.9, 1.6),
        "entre 400 et 1 600 Wh (valeur centrale : 900)",
        "between 400 and 1,600 Wh (central value: 900)",
    ),
    # 999.6 Wh rounds to 1000 Wh, which is 1.0 kWh
    (
        amount(0.5, 0.9996, 2),
        "entre 0,50 et 2,0 kWh (valeur centrale : 1,0)",
        "between 0.50 and 2.0 kWh (central value: 1.0)",
    ),
    # halves away from zero: 0.125 is 0.13
    (
        amount(0.125, 0.5, 0.995),
        "entre 130 et 1 000 Wh (valeur centrale : 500)",
        "between 130 and 1,000 Wh (central value: 500)",
    ),
    # more than ten times: an order of magnitude
    (
        amount(2, 14, 90),
        "ordre de grandeur, entre 2,0 et 90 kWh (valeur centrale : 14)",
        "order of magnitude, between 2.0 and 90 kWh (central value: 14)",
    ),
    # exactly ten times is still a plain interval
    (amount(9, 30, 90), "entre 9,0 et 90 kWh (valeur centrale : 30)", "between 9.0 and 90 kWh (central value: 30)"),
    # from zero: no ratio is small enough
    (
        amount(0, 5, 20, "L"),
        "ordre de grandeur, entre 0 et 20 L (valeur centrale : 5,0)",
        "order of magnitude, between 0 and 20 L (central value: 5.0)",
    ),
    # bounds that cannot be told apart at two figures
    (amount(41, 41, 41), "environ 41 kWh", "about 41 kWh"),
    (amount(41.1, 41.2, 41.3), "environ 41 kWh", "about 41 kWh"),
    # zero is a value
    (amount(0, 0, 0, "L"), "0 L", "0 L"),
    # tiny
    (
        amount(2e-8, 5e-8, 1e-7, "kgSbeq"),
        "entre 20 et 100 µg éq. Sb (valeur centrale : 50)",
        "between 20 and 100 µg Sb eq (central value: 50)",
    ),
    (
        amount(1e-9, 2e-9, 3e-9),
        "entre 1,0 et 3,0 µWh (valeur centrale : 2,0)",
        "between 1.0 and 3.0 µWh (central value: 2.0)",
    ),
    # 0.00099 Wh is 990 µWh, 0.001 Wh stays in Wh; 58 fg of antimony
    (amount(9.9e-7, 9.9e-7, 9.9e-7), "environ 990 µWh", "about 990 µWh"),
    (amount(1e-6, 1e-6, 1e-6), "environ 0,0010 Wh", "about 0.0010 Wh"),
    (amount(5.8e-17, 5.8e-17, 5.8e-17, "kgSbeq"), "environ 58 fg éq. Sb", "about 58 fg Sb eq"),
    (amount(1e-14, 2e-14, 3e-14), "moins de 0,0001 µWh", "less than 0.0001 µWh"),
    # never mWh, too close to MWh
    (
        amount(9e-6, 1.5e-5, 2.8e-5),
        "entre 0,0090 et 0,028 Wh (valeur centrale : 0,015)",
        "between 0.0090 and 0.028 Wh (central value: 0.015)",
    ),
    # huge
    (
        amount(1.2e9, 2.5e9, 5e9),
        "entre 1 200 et 5 000 GWh (valeur centrale : 2 500)",
        "between 1,200 and 5,000 GWh (central value: 2,500)",
    ),
    (
        amount(800, 1500, 2200, "L"),
        "entre 0,80 et 2,2 m³ (valeur centrale : 1,5)",
        "between 0.80 and 2.2 m³ (central value: 1.5)",
    ),
    (
        amount(0.0012, 0.0052, 0.0083, "kgCO2e"),
        "entre 1,2 et 8,3 g CO₂e (valeur centrale : 5,2)",
        "between 1.2 and 8.3 g CO₂e (central value: 5.2)",
    ),
    (
        amount(900, 1500, 2000, "MJ"),
        "entre 0,90 et 2,0 GJ (valeur centrale : 1,5)",
        "between 0.90 and 2.0 GJ (central value: 1.5)",
    ),
    # unknown is never zero
    (
        amount(None, None, None, missing=HOST),
        "non estimable : l'hébergement n'est pas indiqué",
        "cannot be estimated: the hosting is not stated",
    ),
    (amount(None, None, None), "non estimable", "cannot be estimated"),
]


@pytest.mark.parametrize(("given", "fr", "en"), INTERVALS, ids=[row[1] for row in INTERVALS])
def test_an_interval_in_words(given: Interval, fr: str, en: str) -> None:
    assert spaced(interval_text(given, "fr")) == fr
    assert spaced(interval_text(given, "en")) == en


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (1234, "1200"),
        (0.0996, "0.10"),
        (99.6, "100"),
        (0.995, "1.0"),
        (41, "41"),
        (2, "2.0"),
        (1e-12, "1.0E-12"),
    ],
)
def test_two_significant_figures(value: float, expected: str) -> None:
    found = two_figures(value)
    assert str(found if abs(found) < 1e-6 else format(found, "f")) == expected


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_line_break_parts_a_value_from_its_unit_or_a_mark_from_its_word(lang: str) -> None:
    text = interval_text(amount(2e-8, 5e-8, 1e-7, "kgSbeq"), lang)
    assert "100\u00a0µg\u00a0" in text
    if lang == "fr":
        assert "centrale\u00a0:\u00a050" in text
        assert interval_text(amount(1.2e9, 2.5e9, 5e9), lang).count("\u202f") == 3  # 1 200, 5 000, 2 500


def test_a_figure_holds_the_central_value_in_large_type_unless_it_is_only_an_order_of_magnitude() -> None:
    close, wide = figure(amount(20, 41, 90), "fr"), figure(amount(2, 14, 90), "fr")
    assert (close.value, close.unit, spaced(close.interval), close.rough) == ("41", "kWh", "entre 20 et 90 kWh", False)
    assert (wide.value, wide.unit, spaced(wide.central), wide.rough) == ("2,0 à 90", "kWh", "14 kWh", True)
    assert figure(amount(None, None, None, missing=HOST), "fr").value == ""


def test_an_interval_around_a_noun() -> None:
    said = [spaced(text) for text in said_in_sentence(amount(20, 41, 90), "fr")]
    assert said == ["entre 20 et 90 kWh", " (valeur centrale : 41)"]
    rough = [spaced(text) for text in said_in_sentence(amount(2, 14, 90), "fr")]
    assert rough == ["entre 2,0 et 90 kWh", ", ordre de grandeur (valeur centrale : 14)"]
    assert said_in_sentence(amount(0, 0, 0), "fr") == ("0\u00a0kWh", "")
    assert spaced(range_text(amount(20, 41, 90), "en")) == "20 to 90 kWh"


@pytest.mark.parametrize(
    ("share", "fr", "en"),
    [
        (0, "0 %", "0%"),
        (0.004, "moins de 1 %", "less than 1%"),
        (0.384, "38 %", "38%"),
        (0.385, "39 %", "39%"),
        (0.995, "plus de 99 %", "more than 99%"),
        (1, "100 %", "100%"),
        (0.9999999999999998, "100 %", "100%"),
        (1 - 1e-6, "plus de 99 %", "more than 99%"),
        (1e-6, "moins de 1 %", "less than 1%"),
        (-1e-16, "0 %", "0%"),
    ],
)
def test_a_share(share: float, fr: str, en: str) -> None:
    assert (spaced(share_text(share, "fr")), share_text(share, "en")) == (fr, en)


def test_a_factor_is_shown_as_published() -> None:
    assert spaced(exact_text(0.0461, "kgCO2e/kWh", "fr")) == "46,1 g CO₂e/kWh"
    assert spaced(exact_text(1.155, "1", "fr")) == "1,155"
    noisy = 1.0184999999999997  # 1.0185, but for what the operations on floats leave
    assert exact_text(noisy, "1", "fr") == spoken_numbers(f"{noisy:.15g}", "fr") == "1,019"
    assert spaced(exact_text(4.86e-8, "kgSbeq/kWh", "en")) == "48.6 µg Sb eq/kWh"
    assert spaced(exact_text(2.5e-5, "1", "fr")) == "2,5 × 10⁻⁵"
    assert spaced(exact_text(None, "1", "fr")) == "donnée absente"
    step = step_for("kgCO2e/kWh", 0.0461, "fr")
    assert spaced(bounds_text(0.031, 0.0569, step, "fr")) == "31 à 56,9 g CO₂e/kWh"
    assert bounds_text(1, 1, step, "fr") == "valeur exacte"


def test_numbers_inside_a_formula() -> None:
    assert spaced(spoken_numbers("29.0143 × 1.4 ÷ (2.7e-07 + 3)", "fr")) == "29,01 × 1,4 ÷ (2,7 × 10⁻⁷ + 3)"
    assert spoken_numbers("29.0143 × 1.4", "en") == "29.01 × 1.4"


@pytest.mark.parametrize("lang", ["fr", "en", "br"])
@pytest.mark.parametrize("places", range(5))
def test_thousands_and_decimals_are_marked_as_a_locale_says(lang: str, places: int) -> None:
    """Against babel, whose way takes twenty times as long for each number."""
    pattern = "#,##0" + ("." + "0" * places if places else "")
    for value in (0, 1, 12, 999, 1000, 12_345, 1_234_567, 987_654_321_012, -1, -4321):
        one = Decimal(value).scaleb(-places)
        assert decimal_text(one, lang) == format_decimal(one, format=pattern, locale=lang)
        assert count_text(value, lang) == format_decimal(value, locale=lang)


def test_a_count() -> None:
    assert (spaced(count_text(12345, "fr")), count_text(12345, "en")) == ("12 345", "12,345")


@pytest.mark.parametrize(
    ("first", "last", "fr", "en"),
    [
        ("2026-11-24", "2026-11-24", "Le 24 novembre 2026", "On 24 November 2026"),
        ("2026-11-01", "2026-11-24", "Du 1er au 24 novembre 2026", "From 1 to 24 November 2026"),
        ("2026-04-02", "2026-11-24", "D'avril à novembre 2026", "From April to November 2026"),
        ("2025-12-30", "2026-01-02", "De décembre 2025 à janvier 2026", "From December 2025 to January 2026"),
        (None, None, "À une date inconnue", "At an unknown date"),
    ],
)
def test_a_period_begins_a_sentence(first: str | None, last: str | None, fr: str, en: str) -> None:
    assert (spaced(period_text([first, last], "fr")), period_text([first, last], "en")) == (fr, en)


def test_days_and_durations() -> None:
    assert (short_day("2026-01-05", "fr"), spaced(short_day("2026-01-05", "en"))) == ("05/01/2026", "5 Jan 2026")
    seconds = (None, 0.2, 12, 250, 7500, 270_000, 2_592_000)
    assert [spaced(duration_text(s, "fr")) for s in seconds] == [
        "–",
        "moins de 1 s",
        "12 s",
        "4 min",
        "2 h 05",
        "3 j 3 h",
        "30 j",
    ]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("value", [1e15, 3.07e295, 1.7976931348623157e308, 5e-324])
def test_any_float_can_be_written(value: float, lang: str) -> None:
    """A number that no use can have is still a number that a page must not fall over."""
    written = interval_text(amount(value, value, value), lang) + exact_text(value, "kWh", lang)
    assert written and "E" not in written


@pytest.mark.parametrize(
    ("text", "percent", "read"),
    [
        ("0,5", None, "0.5"),
        (" 1\u202f200,50 ", None, "1200.50"),
        ("40 000", None, "40000"),
        ("-1e3", None, "-1e3"),
        ("70 %", 1.0, "70.0"),
        ("93,5\u00a0%", 0.01, "0.935"),
        ("70 %", None, "70 %"),
        ("100 %", 0.01, "1.00"),
        ("400 %", 0.01, "400 %"),  # not the mark 4
        ("400 %", 1.0, "400.0"),
        ("400", 0.01, "400"),
        ("1 2", None, "1 2"),
        ("1_000", None, "1_000"),
        ("environ 3", 0.01, "environ 3"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, percent: float | None, read: str) -> None:
    """One reader for commands, tables and forms: decimal comma, groups of three, and « % » where one may be written."""
    assert bare_number(text, percent) == read


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((0.00018, 0.0017, 0.002, 0.2), ("0,18", "1,7", "2,0", "200")),  # [kg]: in grams
        ((0.43, 3.4, 0.21, 17.0), ("0,43", "3,4", "0,21", "17")),
        ((0.00043, 17.0), ("0,43", "17 000")),  # never « 0,00043 »: in the unit of the smaller one
    ],
)
def test_a_column_has_one_unit_in_which_its_least_value_is_read(
    values: tuple[float, ...], told: tuple[str, ...]
) -> None:
    unit = "kgSbeq" if len(values) == 4 and values[0] < 0.001 else "kWh"  # noqa: PLR2004
    amounts = [Interval(low=value, central=value, high=value, unit=unit) for value in values]
    step = column_step(amounts, "fr")
    assert step and tuple(plain(v, step, "fr").replace("\u202f", " ") for v in values) == told
    assert all(in_column(amount, step) == step for amount in amounts)


def test_an_amount_far_below_its_column_keeps_its_own_unit() -> None:
    """A billionth of the largest: no unit shows both."""
    little, much = (Interval(low=v, central=v, high=v, unit="kWh") for v in (1e-6, 1000.0))
    step = column_step([little, much], "fr")
    assert in_column(much, step) == step and in_column(little, step) is None
    assert column_step([Interval(unit="kWh")], "fr") is None


@pytest.mark.parametrize(
    ("low", "high", "french", "english"),
    [
        (880, 1_900, "entre 0,88 et 1,9 tonne", "between 0.88 and 1.9 tonnes"),
        (1_800, 4_800, "entre 1,8 et 4,8 tonnes", "between 1.8 and 4.8 tonnes"),
        (1_100, 1_960, "entre 1,1 et 2,0 tonnes", "between 1.1 and 2.0 tonnes"),
        (0, 0, "0 kilogramme", "0 kilograms"),
        (2e6, 1.2e9, "entre 2,0 et 1 200 milliers de tonnes", "between 2.0 and 1,200 thousands of tonnes"),
    ],
)
def test_a_unit_in_words_has_the_form_of_the_last_number_printed(
    low: float, high: float, french: str, english: str
) -> None:
    """In French the singular is that of all that is below 2, as printed: 1.96 is « 2,0 »; in English of 1 alone."""
    central = (low + high) / 2 if high < 1e9 else 2e6
    gases = amount(low, central, high, "kgCO2e")
    for lang, wanted in (("fr", french), ("en", english)):
        step = step_in_full("kgCO2e", central, lang)
        assert spaced(figure(gases, lang, step).interval) == wanted


@pytest.mark.parametrize(
    ("years", "french", "english"),
    [(0.5, "0,5 an", "0.5 years"), (1, "1 an", "1 year"), (1.5, "1,5 an", "1.5 years"), (3, "3 ans", "3 years")],
)
def test_years_are_counted_as_words_are(years: float, french: str, english: str) -> None:
    told = {lang: spaced(exact_text(years, "year", lang)) for lang in ("fr", "en")}
    assert told == {"fr": french, "en": english}
    assert spaced(as_computed(years, years, years, "year", "fr")) == french
    assert range_text(amount(1, 2, 5, "year"), "fr") == "1,0 à 5,0\u00a0ans"
