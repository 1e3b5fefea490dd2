"""The languages, and what each asks by itself: its plural forms, the marks of its numbers, by babel for its code."""

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib import resources

DEFAULT = "fr"  # that of who says no language, and of the names that tables give
OFFICIAL = "fr"  # of the charter and of the forms of the State, whoever reads them
OF_PROGRAMS = "en"  # of the descriptions that programs show: Prometheus, OpenAPI, OpenTelemetry, a Python traceback
OF_TERMINAL = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first variable that is set says it
_PROBE = "core."  # words/core.{lang}.toml is in every language
_SAMPLE = range(1000)  # counts whose plural categories a word must have: « many » of a million may be « other »

LANGUAGES = (
    DEFAULT,
    *sorted(
        {
            file.name.removeprefix(_PROBE).removesuffix(".toml")
            for file in (resources.files("estimator") / "words").iterdir()
            if file.name.startswith(_PROBE) and file.name.endswith(".toml")
        }
        - {DEFAULT}
    ),
)


def plural(count: float | Decimal, lang: str) -> str:
    """The CLDR plural category of a count: « one » of 0 and 1.5 in French, not in English; « few » of 2 in Polish."""
    return str(_rule(lang)(count))


@cache
def plural_categories(lang: str) -> frozenset[str]:
    """The categories that the words of a language must have."""
    return frozenset(plural(count, lang) for count in _SAMPLE) | {"other"}


def language_of(text: str) -> str:
    """The language of « pl », « pl_PL.UTF-8 » or « pl-PL »: the default one where there are no words in it."""
    code = text[:2].lower()
    return code if code in LANGUAGES else DEFAULT


def language_of_terminal() -> str:
    """That which the environment names, as gettext reads it: C and POSIX name none, and it is the default one."""
    return language_of(next((os.environ[name] for name in OF_TERMINAL if os.environ.get(name)), ""))


def language_name(lang: str) -> str:
    """The name of a language in itself: « Français », « English », « Polski »."""
    from babel import Locale

    return str(Locale.parse(lang).get_language_name(lang)).capitalize()


def decimal_text(value: Decimal | int, lang: str) -> str:
    """A decimal number with all its digits, grouped by thousands."""
    return (f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}").translate(_marks(lang))


def decimal_mark(lang: str) -> str:
    """What stands before the decimals: « , » in French."""
    return _marks(lang)[ord(".")]


def thousands_mark(lang: str) -> str:
    """What stands between thousands: a narrow no-break space in French."""
    return _marks(lang)[ord(",")]


def span_text(seconds: float, lang: str) -> str:
    """A time in one unit, rounded: « 12 secondes », « 3 minutes », « 2 heures »."""
    from babel.dates import format_timedelta

    return str(format_timedelta(timedelta(seconds=round(seconds)), threshold=1, locale=lang))


@cache
def percent_sign(lang: str) -> str:
    """What stands after a percentage, with its space."""
    from babel.numbers import format_percent

    return str(format_percent(0, locale=lang)).removeprefix("0")


@cache
def _marks(lang: str) -> dict[int, str]:
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return str.maketrans({",": get_group_symbol(lang), ".": get_decimal_symbol(lang)})


@cache
def _rule(lang: str) -> Callable[[float | Decimal], str]:
    from babel import Locale

    return Locale.parse(lang).plural_form
