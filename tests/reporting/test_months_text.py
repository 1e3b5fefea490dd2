"""The words and the table of a picture by month: all that it draws."""

from estimator.core.interval import Interval
from estimator.governance.indicators.anonymity import withheld_amount
from estimator.reporting.summary.months import LARGE, History, months_svg, samples
from estimator.reporting.summary.months_text import months_alt, months_table
from tests.core.test_numbers import spaced


def kwh(low: float, central: float, high: float) -> Interval:
    return Interval.of((low, central, high), "kWh")


# Two months before the period; of it, one without data, one known, one to come at the pace of the year; 30 kWh voted.
DRAWN = {202511: kwh(10, 12, 15), 202512: kwh(20, 22, 25), 202601: None, 202602: kwh(30, 33, 36), 202603: None}
HISTORY = History(DRAWN, frozenset({202601, 202602, 202603}), limit=30.0, pace=kwh(28, 31, 35), tall=LARGE)


def test_the_alternative_is_short_and_says_the_first_and_the_last_month() -> None:
    assert spaced(months_alt(HISTORY, "fr")) == (
        "Par mois : novembre 2025, entre 10 et 15 kWh ; février 2026, entre 30 et 36 kWh. "
        "Tout ce qui est dessiné est dans le tableau des mois."
    )


def test_a_lone_month_is_told_once() -> None:
    alone = History({202511: DRAWN[202511]}, frozenset({202511}))
    assert spaced(months_alt(alone, "en")) == (
        "By month: November 2025, between 10 and 15 kWh. All that is drawn is in the table of months."
    )


def test_the_table_has_every_month_the_pace_and_the_path() -> None:
    table = months_table("Électricité", HISTORY, "fr")
    assert table.columns == ("Mois", "Électricité")
    assert [tuple(spaced(str(cell)) for cell in row) for row in table.rows] == [
        ("novembre 2025", "entre 10 et 15 kWh (valeur centrale : 12)"),
        ("décembre 2025", "entre 20 et 25 kWh (valeur centrale : 22)"),
        ("janvier 2026", "mois sans donnée"),
        ("février 2026", "entre 30 et 36 kWh (valeur centrale : 33)"),
        ("Chaque mois à venir, mars 2026", "à ce rythme, entre 28 et 35 kWh (valeur centrale : 31)"),
        ("Trajectoire votée, chaque mois de 2026", "30 kWh"),
    ]


def test_a_month_that_is_not_told_is_no_month_to_come_nor_one_without_data() -> None:
    """September is counted and not told: it was « à ce rythme », and a dot at zero that no legend named."""
    untold = withheld_amount(kwh(1, 2, 3), "month_apart")
    months = {
        202605: None,
        202606: kwh(10, 12, 15),
        202607: None,
        202608: kwh(20, 22, 25),
        202609: untold,
        202610: None,
    }
    drawn = History(months, frozenset(months), pace=kwh(28, 31, 35), tall=LARGE)
    assert [tuple(spaced(str(cell)) for cell in row) for row in months_table("Électricité", drawn, "fr").rows] == [
        ("mai 2026", "avant les premières données publiées"),
        ("juin 2026", "entre 10 et 15 kWh (valeur centrale : 12)"),
        ("juillet 2026", "mois sans donnée"),
        ("août 2026", "entre 20 et 25 kWh (valeur centrale : 22)"),
        ("septembre 2026", "non publié"),
        ("Chaque mois à venir, octobre 2026", "à ce rythme, entre 28 et 35 kWh (valeur centrale : 31)"),
    ]
    picture = months_svg(drawn, 40.0)
    assert picture.count("<circle") == 2 and {"legend_untold", "legend_gap", "legend_pace"} <= samples(drawn).keys()
    told = History({month: amount for month, amount in months.items() if amount is not untold}, frozenset(months))
    assert not {"legend_untold", "legend_pace"} & samples(told).keys()
