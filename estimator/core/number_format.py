"""Number formatting: two significant figures, unit and interval, in each language."""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from estimator.core.errors import LANGUAGES, say, texts
from estimator.core.interval import Interval
from estimator.core.language import decimal_mark, decimal_text, thousands_mark
from estimator.core.typography import typeset

NO_BREAK = "\u00a0"
LADDERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    # no mWh nor mJ: too easily misread as MWh and MJ; the first unit is for values below a thousandth of the second
    # unit of the estimator: (size of the display unit in it, key of the display unit in the words files)
    "kWh": (("1e-9", "uwh"), ("1e-3", "wh"), ("1", "kwh"), ("1e3", "megawh"), ("1e6", "gwh")),
    "kgCO2e": (
        ("1e-12", "ng_co2e"),
        ("1e-6", "mg_co2e"),
        ("1e-3", "g_co2e"),
        ("1", "kg_co2e"),
        ("1e3", "t_co2e"),
        ("1e6", "kt_co2e"),
    ),
    "kgSbeq": (
        ("1e-18", "fg_sbeq"),
        ("1e-12", "ng_sbeq"),
        ("1e-9", "ug_sbeq"),
        ("1e-6", "mg_sbeq"),
        ("1e-3", "g_sbeq"),
        ("1", "kg_sbeq"),
    ),
    "L": (("1e-9", "nl"), ("1e-3", "ml"), ("1", "l"), ("1e3", "m3")),
    "MJ": (("1e-6", "j"), ("1e-3", "kj"), ("1", "mj"), ("1e3", "gj"), ("1e6", "tj")),
}
APART = 0.02  # relative difference from which two numbers are both printed
ROUGH = 10  # ratio high / low above which a figure is an order of magnitude
FINER = 10  # times, under the highest value of a picture: its unit is one in which the lower ones are readable too
NAMES = {"1": "one", "year": "year", "h": "hour", "GB": "gigabyte", "kWh": "kwh", "L": "l"} | {
    "kgCO2e": "kg_co2e", "kgSbeq": "kg_sbeq", "MJ": "mj"
}  # key in the words of a unit of the estimator  # fmt: skip
SEVERAL = 100  # a count of the plural of most languages, for a unit without a number
SMALLEST = Decimal("0.0001")  # below it, in the display unit, the text is « moins de 0,0001 »
TINY = Decimal("0.001")  # of the second unit of a ladder, below which the first is used
ANY_FLOAT = Context(prec=400)  # digits enough for every float
HUNDREDTH = Decimal("0.01")
ROUGHLY = {"rough_little": 0.15, "rough_less": 0.4, "rough_half": 0.6, "rough_more": 0.85}  # shares below [1]
WHOLE = 0.995  # a share from which a text says all of it


class DisplayUnit(NamedTuple):
    """A display unit: its size in the estimator's unit, its text, and whether it has smaller or larger ones; of a word,
    « tonnes », its section and key in the words, and its language: the number before it calls for its form."""

    worth: Decimal
    text: str
    scaled: bool = True
    word: tuple[str, str, str] | None = None


class Shown(NamedTuple):
    """The texts of a figure: the number in large type, its unit, interval and central value, or why it is missing."""

    value: str
    unit: str
    interval: str
    central: str
    rough: bool
    missing: str


def two_figures(value: float | Decimal) -> Decimal:
    """The value rounded to two significant figures, half away from zero."""
    return significant(value, 2)


def significant(value: float | Decimal, figures: int) -> Decimal:
    """The value rounded to so many significant figures, half away from zero."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if exact == 0:
        return Decimal(0)
    rounded = exact
    for _ in range(2):  # 99.6 becomes 100: its last figure moves one place up
        rounded = rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - figures + 1), rounding=ROUND_HALF_UP)
    return rounded


def step_for(unit: str, value: float | None, lang: str) -> DisplayUnit:
    """The largest unit in which the rounded value is at least 1 (999.6 Wh is 1.0 kWh); below a thousandth of the second
    one, the smallest."""
    base, slash, per = unit.partition("/")
    ladder = LADDERS.get(base)
    if ladder is None:
        return base_unit(unit, lang)
    worth, name = _rung(ladder, value)
    text = _t(f"units.{name}", lang).replace(" ", NO_BREAK)
    return DisplayUnit(Decimal(worth), f"{text}/{_per(per, lang)}" if slash else text)


def step_in_full(unit: str, value: float | None, lang: str) -> DisplayUnit:
    """The same unit, in words: « mégawattheures »."""
    worth, name = _rung(LADDERS[unit], value)
    section = "units_in_full"
    return DisplayUnit(Decimal(worth), _t(f"{section}.{name}", lang, n=SEVERAL), word=(section, name, lang))


def _rung(ladder: Sequence[tuple[str, str]], value: float | None) -> tuple[str, str]:
    """The step of a ladder in which a value is shown."""
    chosen = ladder[0] if value else next(step for step in ladder if Decimal(step[0]) == 1)
    for rung, (worth, name) in enumerate(ladder if value else ()):
        if two_figures(abs(value or 0)) >= Decimal(worth) * (TINY if rung == 1 else 1):
            chosen = (worth, name)
    return chosen


def base_unit(unit: str, lang: str) -> DisplayUnit:
    """A unit of the formulas, as it is: no smaller nor larger one."""
    name = NAMES.get(unit, "")
    word = ("units", name, lang) if isinstance(texts("units", lang).get(name), dict) else None
    return DisplayUnit(Decimal(1), unit_text(unit, lang), scaled=False, word=word)


def common_step(amounts: Sequence[Interval], lang: str) -> DisplayUnit:
    """The one unit of a picture: that of its lowest central value, or a tenth of the highest one where it is lower."""
    unit = amounts[0].unit if amounts else "kWh"
    centres = [amount.ends.central for amount in amounts if amount.known] or [0.0]
    return step_for(unit, max(min(centres), max(centres) / FINER), lang)


def unit_text(unit: str, lang: str) -> str:
    """The text of a unit, of a ratio of units too; no text for a pure number."""
    base, slash, per = unit.partition("/")
    if slash:
        return f"{unit_text(base, lang)}/{_per(per, lang)}"
    return _t(f"units.{NAMES[unit]}", lang, n=SEVERAL) if unit in NAMES else unit


def _per(unit: str, lang: str) -> str:
    """What a ratio is by: « kWh/an », and not « kWh/ans »."""
    return _t("units.a_year", lang) if unit == "year" else unit_text(unit, lang)


def plain(value: float | Decimal, step: DisplayUnit, lang: str, rounded: bool | None = False) -> str:
    """A value in a given unit, two significant figures, unit omitted; rounded: without last zeros, « 0,7 »."""
    inside = (value if isinstance(value, Decimal) else Decimal(repr(float(value)))) / step.worth
    if not step.scaled and 0 < inside < SMALLEST:
        return _figures(inside, lang, 2)
    if 0 < inside < SMALLEST:
        return _t("numbers.less_than", lang, value=decimal_text(SMALLEST, lang))
    return _figures(inside, lang, 2) if rounded else decimal_text(two_figures(inside), lang)


def with_unit(number: str, step: DisplayUnit) -> str:
    """Value and unit, joined by a no-break space; a unit in words in the form that the printed number calls for."""
    text = _form_of(number, *step.word) if step.word else step.text
    return f"{number}{NO_BREAK}{text}" if text else number


def _form_of(number: str, section: str, name: str, lang: str) -> str:
    """« tonne » of 1,9, « tonnes » of 2,0: what is printed counts, not what was rounded; a power of ten is less than
    one."""
    thousands, mark = thousands_mark(lang), decimal_mark(lang)
    found = re.search(rf"\d[\d{re.escape(thousands)}]*(?:{re.escape(mark)}\d+)?", number)
    count = found[0].replace(thousands, "").replace(mark, ".") if found and "×" not in number else "0.1"
    return _t(f"{section}.{name}", lang, n=Decimal(count))


def is_rough(amount: Interval) -> bool:
    """Is the high bound more than ten times the low one?"""
    low, _, high = amount.ends
    return high > low and high > ROUGH * low


def pair_text(name: object, value: object, lang: str) -> str:
    """« Électricité du site : 12 Wh »."""
    return say("numbers", "pair", lang, name=name, value=value)


def missing_text(amount: Interval, lang: str) -> str:
    """« non estimable : … », « non publié : … » where it is known and not told, with its reason when there is one."""
    reason = typeset(str((amount.missing or {}).get(lang, "")), lang)
    if amount.withheld:
        return _t("numbers.withheld_why", lang, reason=reason)
    return _t("numbers.missing_why", lang, reason=reason) if reason else _t("numbers.missing", lang)


def figure(amount: Interval, lang: str, step: DisplayUnit | None = None) -> Shown:
    """A figure for a tile. The large type shows the central value, or the interval when high / low is above ten."""
    central = amount.central
    if central is None:
        return Shown("", "", "", "", False, missing_text(amount, lang))
    step = step or step_for(amount.unit, central, lang)
    low, middle, high = (plain(end, step, lang, amount.rounded) for end in amount.ends)
    value = with_unit(middle, step)
    if low == high:
        told = central / float(step.worth) >= float(SMALLEST)  # neither for zero nor for « moins de 0,0001 »
        about = _t("numbers.about" if told else "numbers.alone", lang, value=value)
        return Shown(middle, step.text, about, value, False, "")
    between = _t("numbers.between", lang, low=low, high=with_unit(high, step))
    if is_rough(amount):
        return Shown(_t("numbers.range", lang, low=low, high=high), step.text, between, value, True, "")
    return Shown(middle, step.text, between, value, False, "")


def interval_text(amount: Interval, lang: str, step: DisplayUnit | None = None) -> str:
    """« entre 20 et 90 kWh (valeur centrale : 41) », « ordre de grandeur, … », or why there is no figure."""
    shown = figure(amount, lang, step)
    if shown.missing:
        return shown.missing
    step = step or step_for(amount.unit, amount.central, lang)
    low, middle, high = (plain(end, step, lang, amount.rounded) for end in amount.ends)
    if low == high:
        return shown.interval
    whole = _t("numbers.whole", lang, between=shown.interval, central=middle)
    return _t("numbers.rough", lang, whole=whole) if shown.rough else whole


def said_in_sentence(amount: Interval, lang: str, step: DisplayUnit | None = None) -> tuple[str, str]:
    """(« entre 20 et 90 kWh », « (valeur centrale : 41) »): the texts around a noun, « … d'électricité … »."""
    shown = figure(amount, lang, step)
    if shown.missing or amount.low == amount.high:
        return shown.missing or shown.interval, ""
    central = shown.central.partition(NO_BREAK)[0]
    return shown.interval, _t("numbers.aside_rough" if shown.rough else "numbers.aside", lang, central=central)


def range_text(amount: Interval, lang: str, step: DisplayUnit | None = None) -> str:
    """« 20 à 90 kWh », for a line that prints the central value in another column."""
    shown = figure(amount, lang, step)
    if shown.missing:
        return shown.missing
    step = step or step_for(amount.unit, amount.central, lang)
    low, _, high = (plain(end, step, lang, amount.rounded) for end in amount.ends)
    return shown.interval if low == high else _t("numbers.range", lang, low=low, high=with_unit(high, step))


@lru_cache(maxsize=1024)
def exact_text(value: float | None, unit: str, lang: str, step: DisplayUnit | None = None) -> str:
    """A published value, up to four significant figures, with its unit."""
    if value is None:
        return _t("numbers.unknown", lang)
    step = step or step_for(unit, value, lang)
    return with_unit(_figures(Decimal(f"{value:.15g}") / step.worth, lang, 4), step)


def two_values_text(amount: Interval, lang: str) -> str:
    """Both numbers when the steps of a figure give another value than its printed central value; else empty."""
    central, exact = amount.central, amount.get("at_factor_values")
    if not central or exact is None or abs(exact / central - 1) <= APART:
        return ""
    shown = {"at_values": exact, "median": central}
    return _t("numbers.two_values", lang, **{n: exact_text(v, amount.unit, lang) for n, v in shown.items()})


def sentences_with(section: str, key: str, **facts: float | str | Mapping[str, str]) -> dict[str, str]:
    """A text for machines and people, {"code"} and each language, with its numbers in the format of each."""
    body = {"code": key}
    for lang in LANGUAGES:
        told = {n: exact_text(v, "1", lang) if isinstance(v, int | float) else v for n, v in facts.items()}
        body[lang] = say(section, key, lang, **told)
    return body


def as_computed(value: float, low: float | None, high: float | None, unit: str, lang: str) -> str:
    """« 0,0461 kg CO₂e/kWh [0,031 à 0,0569 kg CO₂e/kWh] »: a value with its bounds, in the unit of the formulas."""
    step = base_unit(unit, lang)
    bounds = "" if low == high else f" [{bounds_text(low, high, step, lang)}]"
    return exact_text(value, unit, lang, step) + bounds


def bounds_text(low: float | None, high: float | None, step: DisplayUnit, lang: str) -> str:
    """« 1,1 à 1,5 », up to four significant figures, in the unit of the printed value."""
    if low is None or high is None:
        return _t("numbers.unknown", lang)
    if low == high:
        return _t("numbers.exact", lang)
    numbers = [_figures(Decimal(f"{bound:.15g}") / step.worth, lang, 4) for bound in (low, high)]
    return _t("numbers.range", lang, low=numbers[0], high=with_unit(numbers[1], step))


def spoken_numbers(text: str, lang: str) -> str:
    """A formula with its numbers (`2.7e-05 × 1.5`) in the number format of a language."""
    return re.sub(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", lambda m: _figures(Decimal(m.group()), lang, 4), text)


def made_share(amount: Interval) -> float:
    """Share of the electricity of a figure with all of its manufacture in it [1]; 1 where it counts none."""
    return float(amount.get("made", 1.0))


def made_text(made: float, partly: float, lang: str) -> str:
    """« fabrication connue : 60 % », « …, en partie : 20 % », of these shares of an electricity; empty of all of it."""
    if made > WHOLE:
        return ""
    if not made and (not partly or partly > WHOLE):
        return _t("numbers.made_partly" if partly else "numbers.made_none", lang)
    told = [("made", made), *([("made_part", partly)] if partly else [])]
    return ", ".join(_t(f"numbers.{key}", lang, share=share_text(share, lang)) for key, share in told)


def rough_share_text(share: float, lang: str) -> str:
    """« environ la moitié »: a share that rests on an amount told to one digit, in words."""
    key = next((key for key, below in ROUGHLY.items() if share < below), "rough_most")
    return _t(f"numbers.{key}", lang)


def covered_share_text(amount: Interval, lang: str, roughly: bool = False) -> str:
    """« 90 % », or « la plus grande part » where it rests on an amount told to one digit: what a figure covers."""
    said = rough_share_text if roughly or amount.get("covers_roughly") else share_text
    return said(amount.get("covers") or 0.0, lang)


def partly_text(amount: Interval, lang: str, roughly: bool = False) -> str:
    """« couvre 60 % de l'électricité connue », « fabrication connue en partie »: what an amount leaves out, in words
    where its share is known roughly; empty of a whole one, and of none."""
    if not amount.known:
        return ""
    covers, untold = amount.get("covers"), frozenset(amount.get("untold", ()))
    made = made_text(made_share(amount), amount.get("made_partly", 0.0), lang)
    part = covers is not None and covers <= WHOLE
    covered = _t("numbers.covers", lang, share=covered_share_text(amount, lang, roughly)) if part else ""
    covered = _t("numbers.covers_part", lang) if "covers" in untold else covered
    made = _t("numbers.made_partly", lang) if untold - {"covers"} else made
    return ", ".join(filter(None, (covered, made)))


def impossible_text(share: float | None, lang: str) -> str:
    """« Relevés impossibles : 95 % de l'électricité… », where they are known to be more than a hundredth of it."""
    much = share is not None and share > float(HUNDREDTH)
    return _t("numbers.impossible", lang, share=share_text(min(share or 0.0, 1.0), lang)) if much else ""


def tick_text(value: float, step: DisplayUnit, lang: str) -> str:
    """A round number of a chart axis, unit omitted."""
    return _figures(Decimal(f"{value:.15g}") / step.worth, lang, 4)


def share_text(share: float, lang: str) -> str:
    """A share as a whole percentage; a small one is never printed as 0, nor one close to all as 100. What sums of
    floats leave, up to a billionth, is neither some nor missing."""
    from babel.numbers import format_percent

    share = round(share, 9) + 0.0  # the sum takes the sign off a zero
    if 0 < share < 0.01:
        return _t("numbers.less_than", lang, value=format_percent(0.01, locale=lang))
    if 0.99 < share < 1:
        return _t("numbers.more_than", lang, value=format_percent(0.99, locale=lang))
    return str(format_percent(Decimal(repr(float(share))).quantize(HUNDREDTH, ROUND_HALF_UP), locale=lang))


def stated_share_text(share: float, lang: str) -> str:
    """A share that somebody stated or counted, to a hundredth of a percent: « 84,9 % », « 78,33 % » of 47 out of 60."""
    from babel.numbers import format_percent

    return str(format_percent(Decimal(repr(round(share, 4))), locale=lang, decimal_quantization=False))


def mark_text(value: float, lang: str) -> str:
    """The result of a test, or a threshold: a share as « 93 % », a mark as it is."""
    return stated_share_text(value, lang) if value <= 1 else exact_text(value, "1", lang)


def count_text(count: int, lang: str) -> str:
    """A whole count, grouped by thousands."""
    return decimal_text(int(count), lang)


def uses_text(count: float, lang: str) -> str:
    """How many times, stated: whole from ten on; below, up to four significant figures, never « 0 » of what is some."""
    return count_text(round(count), lang) if count >= 10 else exact_text(count, "1", lang)  # noqa: PLR2004


def _figures(value: Decimal, lang: str, count: int) -> str:
    """At most `count` significant figures, no trailing zero; powers of ten below a ten-thousandth."""
    if value == 0:
        return "0"
    if abs(value) < Decimal("1e-4"):
        exponent = value.adjusted()
        power = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{_figures(value.scaleb(-exponent), lang, count)}{NO_BREAK}×{NO_BREAK}10{power}"
    least = Decimal(1).scaleb(min(value.adjusted() - count + 1, 0))
    rounded = value.quantize(least, ROUND_HALF_UP, ANY_FLOAT)
    return decimal_text(Decimal(f"{rounded.normalize():f}"), lang)


def _t(key: str, lang: str, **facts: object) -> str:
    section, _, name = key.partition(".")
    return typeset(say(section, name, lang, **facts), lang)
