"""The read-only JSON API of a home: what each address answers, from the told results of its current build."""

import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from estimator.catalogue.load import load
from estimator.core.errors import SobriaError
from estimator.core.fields import Strict
from estimator.core.interval import json_text
from estimator.core.typography import printable, some_of
from estimator.core.validation_messages import LONGEST_READ
from estimator.core.validation_messages import told as fault_told
from estimator.governance.indicators.told_results import ToldResults
from estimator.ingestion.http.endpoints import Reply
from estimator.reporting.exports.current import CurrentResults
from estimator.reporting.exports.electricity_by_place import place_of, proof_shares_by_place, unknown_runs_by_place
from estimator.results.reading import split_number
from estimator.results.schema import VERSION

T = TypeVar("T", bound=Strict)
API = "1"  # of the addresses: a field that goes or changes its meaning is another version
PREFIX = f"/api/v{API}"
MOST_NAMED = 30  # of the values that were expected
OF_METHOD = ("build", "made_at", "factors_version", "formulas_version", "engine")  # of a build, what is not of all rows
MONTH = {"type": "string", "pattern": "^(19|2[0-9])[0-9]{2}(0[1-9]|1[0-2])$"}  # yyyymm


def _month(asked: Any) -> int:
    if not re.fullmatch(MONTH["pattern"], str(asked)):
        raise PydanticCustomError("month_digits", "not a month")
    return int(asked)


Month = Annotated[int, BeforeValidator(_month), WithJsonSchema(MONTH)]


class NothingAsked(Strict):
    """No parameter."""


class ResultsAsked(Strict):
    """Which rows, a page at a time."""

    level: Literal["total", "service", "month", "service_month", "proof", "cell"] | None = None
    service: str | None = None
    impact: str | None = None
    month: Month | None = None
    offset: int = Field(0, ge=0)
    limit: int = Field(1000, ge=1, le=10_000)


class FigureAsked(Strict):
    """Which figure: total.FIGURE or service.NAME.FIGURE."""

    id: str


class ReadAddress(NamedTuple):
    """An address: what is asked of it, and the body that it answers; its key in the words says what it is."""

    key: str
    asked: type[Strict]
    body: Callable[[ToldResults, Any], Mapping[str, Any]]


def answer(results: CurrentResults, address: ReadAddress, query: Mapping[str, str]) -> Reply:
    """The body of an address, given the query of a request. Refuses what `asked_of` does, and what it asks."""
    asked = asked_of(address.asked, query)
    return Reply(json_text(results.read(lambda told: _about(told) | dict(address.body(told, asked)))))


def asked_of(form: type[T], query: Mapping[str, str]) -> T:
    """What a query asks. api_query, api_missing."""
    try:
        return form.model_validate(query)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(map(str, fault["loc"]))
        if fault["type"] == "missing":
            raise SobriaError("api_missing", name=name) from error
        raise SobriaError("api_query", name=name, **fault_told(fault)) from error


def _about(told: ToldResults) -> dict[str, Any]:
    """What every body says of the build that it is of."""
    build = told.build
    about = {"build": build.id, "made_at": build.made_at, "sample": build.sample}
    return about | {"withheld": bool(told.withheld), "lacks_rows": build.lacks_rows}


def _version(told: ToldResults, _: NothingAsked) -> dict[str, Any]:
    meta = told.build.meta
    formulas = {"factors_version": meta["factors_version"], "method_version": meta["formulas_version"]}
    return {"api": API, "sobria": version("sobria"), "results": VERSION} | formulas


def _totals(told: ToldResults, _: NothingAsked) -> dict[str, Any]:
    return {"rows": _rows(told, {"level": "total"})}


def _results(told: ToldResults, asked: ResultsAsked) -> dict[str, Any]:
    wanted = asked.model_dump(exclude={"offset", "limit"}, exclude_none=True)
    _check_known(told, wanted)
    rows = _rows(told, wanted)
    page = {"total": len(rows), "offset": asked.offset, "limit": asked.limit}
    return page | {"rows": rows[asked.offset : asked.offset + asked.limit]}


def _check_known(told: ToldResults, wanted: Mapping[str, Any]) -> None:
    """api_value where a value is in no row that is told, in the build or not; api_none_told where no other could be."""
    for name, value in wanted.items():
        known = [one for one in told.table.column(name).unique().to_pylist() if one is not None]
        if value in known:
            continue
        facts = {"name": name, "read": printable(str(value))[:LONGEST_READ]}
        if not known:
            raise SobriaError("api_none_told", **facts)
        raise SobriaError("api_value", expected=some_of([*map(str, known)], MOST_NAMED), **facts)


def _rows(told: ToldResults, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows with these values, each with its proof [1], the runs that it leaves out, whether it and its coverage are
    rounded, and why it has no value, or nobody knows what it covers."""
    shares, unknown, found = proof_shares_by_place(told), unknown_runs_by_place(told), []
    for row in told.table.to_pylist():
        if all(row[name] == value for name, value in wanted.items()):
            known = {row["proof"]: 1.0} if row["proof"] else shares.get((place_of(row), row["impact"]))
            about = {"unknown_runs": unknown.get(place_of(row))}
            about |= {"rounded": told.is_rounded(row), "covers_roughly": told.is_rough(row)}
            found.append(row | {"proof_shares": known, "reason": told.reason(row)} | about)
    return found


def _explain(told: ToldResults, asked: FigureAsked) -> dict[str, Any]:
    """An explanation without the lines of files behind it, nor what its build knows of other rows. NumberUnknown,
    FigureUnknown; api_number where it is not told, in the build or not."""
    scope, service, _ = split_number(asked.id)
    known = {row["service"] for row in _rows(told, {"level": "service"})}
    if scope == "run" or (told.withheld if scope == "total" else service not in known):
        raise SobriaError("api_number", id=asked.id)
    body = told.build.explain(asked.id).as_dict()
    body["build"] = {name: body["build"][name] for name in OF_METHOD}
    return {"explanation": {name: value for name, value in body.items() if name != "trace"}}


def _factors(told: ToldResults, _: NothingAsked) -> dict[str, Any]:
    """The factors of the uses that are told, each with its source."""
    used = {bound.factor for row in told.rows for bound in row.row.group.bounds.values() if bound.factor}
    sources = load().sources
    return {
        "factors": [
            factor.model_dump(mode="json")
            | {"citation": sources[factor.source].citation, "url": sources[factor.source].url}
            for factor in sorted(used, key=lambda factor: factor.id)
        ]
    }


ADDRESSES = {
    f"{PREFIX}/version": ReadAddress("version", NothingAsked, _version),
    f"{PREFIX}/totals": ReadAddress("totals", NothingAsked, _totals),
    f"{PREFIX}/results": ReadAddress("results", ResultsAsked, _results),
    f"{PREFIX}/explain": ReadAddress("explain", FigureAsked, _explain),
    f"{PREFIX}/factors": ReadAddress("factors", NothingAsked, _factors),
}
