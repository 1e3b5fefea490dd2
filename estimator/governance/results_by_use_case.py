"""The results of a home with the use case of each cell, for notebooks and other programs."""

from pathlib import Path

import pyarrow as pa

from estimator.core.home import default_home
from estimator.governance.indicators.usage_by_case import last_day
from estimator.governance.register.attachments import use_case_of
from estimator.governance.register.register import Register
from estimator.results.file import ResultTable
from estimator.results.reading import current_results
from estimator.results.schema import SCHEMA, USE_CASE

ATTACHED = ("level", "service", "place", "model", "month")


def results(home: str | Path | None = None) -> ResultTable:
    """Every result of the current ledger, built first when it has changed.

    Parameters
    ----------
    home : the folder of SobrIA; None: that of the commands.

    Returns
    -------
    A table for pandas, Arrow, Polars or DuckDB. The use case of a cell is that of the register today: it changes
    without a new calculation.

    Raises
    ------
    SobriaError : nothing could be built, with the reason.
    """
    folder = Path(home or default_home())
    return ResultTable(with_use_cases(current_results(folder).table().arrow(), Register(folder)))


def with_use_cases(table: pa.Table, register: Register) -> pa.Table:
    """The rows of a file of results, each cell with its use case of today."""
    patterns = register.attachments()
    found: dict[tuple[str | None, ...], str | None] = {}
    names = []
    for key in zip(*(table.column(name).to_pylist() for name in ATTACHED), strict=True):
        if key not in found:
            level, service, place, model, month = key
            cell = level == "cell"
            found[key] = use_case_of(service, place, model, last_day(month), patterns) if cell else None
        names.append(found[key])
    place = SCHEMA.get_field_index(USE_CASE)
    return table.add_column(place, SCHEMA.field(USE_CASE), pa.array(names, pa.string()))
