"""The units of a table of options, one a column: of the amounts of the period, and of those of so many units."""

from collections.abc import Sequence

from estimator.comparison.answer import AnsweredOption
from estimator.core.column_units import column_step
from estimator.core.number_format import DisplayUnit

Units = tuple[DisplayUnit | None, DisplayUnit | None]


def column_units(options: Sequence[AnsweredOption], name: str, lang: str, count: int = 1) -> Units:
    """The unit of an indicator over the period, and for `count` units; of who does it alone, that of their computer."""
    told = [(o.people_period, o.people, 1) if o.only_people else (o.service, o.per_unit, count) for o in options]
    held = [(whole[name], each[name].per(1 / times)) for whole, each, times in told if name in whole]
    return column_step((whole for whole, _ in held), lang), column_step((each for _, each in held), lang)
