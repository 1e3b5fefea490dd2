"""Made-up cases for the tests of what published cases ask for, in the shared vocabulary."""

from datetime import date
from typing import Any

from estimator.workloads.published_case import read_case
from estimator.workloads.validation.case_figures import CaseFigure, figures_of
from estimator.workloads.validation.case_inventory import Options

TODAY = date(2026, 11, 25)


def figure(indicator: str, scope: str | None = None, overhead: bool | None = None, per: str | None = None) -> dict:
    body = {"indicator": indicator, "scope": scope, "overhead": overhead, "per": per}
    return {key: value for key, value in body.items() if value is not None}


def case(workload: dict | None = None, site: dict | None = None, *figures: dict, **more: Any) -> dict[str, Any]:
    body = {"id": "made-up", "workload": workload or {}, "published": list(figures)} | more
    return body | ({"site": site} if site else {})


def valued(data: dict[str, Any], without: frozenset[str] = frozenset()) -> list[CaseFigure]:
    return figures_of(read_case(data), Options(without_source=without, today=TODAY), explain=True)
