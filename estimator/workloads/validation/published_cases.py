"""Published cases run through the estimator, from the workload alone: one row a figure, all reasons counted."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from estimator.catalogue.load import load
from estimator.core.errors import SobriaError, reason_of, sentences
from estimator.core.json_once import RepeatedKey, loaded
from estimator.core.typography import cut
from estimator.workloads.published_case import CaseRefused, PublishedCase, read_case
from estimator.workloads.validation.case_figures import CaseFigure, figures_of
from estimator.workloads.validation.case_inventory import Options
from estimator.workloads.validation.case_tables import case_tables
from estimator.workloads.validation.input_faults import words as fault_words


class CasesRefused(SobriaError):
    """A file that is not a list of cases."""


def read_cases(path: Path) -> list[dict[str, Any]]:
    """The cases of a JSON file. CasesRefused."""
    try:
        found = loaded(path.read_text("utf-8"))
    except OSError as error:
        raise CasesRefused(file=path.name, found=reason_of(error)) from error
    except RepeatedKey as error:
        found = sentences("cases_read", "repeated_key", name=cut(error.key))
        raise CasesRefused(file=path.name, found=found) from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        read = "no_text" if isinstance(error, UnicodeDecodeError) else "no_json"
        raise CasesRefused(file=path.name, found=sentences("cases_read", read)) from error
    if not isinstance(found, list) or not all(isinstance(case, dict) for case in found):
        raise CasesRefused(file=path.name, found=sentences("cases_read", "no_list"))
    return found


def run(
    cases: Sequence[Mapping[str, Any]],
    leave_out: Literal["architecture"] | None = None,
    without_source: Collection[str] = (),
    today: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Every figure requested by these cases, as JSON: {"cases": [...], "summary": ...}.

    Answers are never read. leave_out "architecture": the regression is fitted without that of the case; without_source:
    ids of sources whose factors are dropped (source_unknown). `progress` is given the cases done, and their count.
    A case outside the vocabulary still has its rows, each with the reason.
    """
    today = today or date.today()
    unknown = [source for source in without_source if source not in load().sources]
    if unknown:
        near = get_close_matches(unknown[0], load().sources, 5, 0.3)
        raise SobriaError("source_unknown", source=unknown[0], near=", ".join(near))
    options = Options(frozenset(without_source), leave_out, today)
    read = [_case_or_refusal(case) for case in cases]
    rows: list[dict[str, Any]] = []
    for done, (data, case) in enumerate(zip(cases, read, strict=True), 1):
        if isinstance(case, CaseRefused):
            rows += _refused_rows(data, case)
        else:
            words = list(fault_words(case, case_tables(options.without_source, today)))
            rows += [_as_dict(case.id, place, row, words) for place, row in enumerate(figures_of(case, options))]
        if progress:
            progress(done, len(cases))
    return {"cases": rows, "summary": _summary(cases, rows, options)}


def _case_or_refusal(data: Mapping[str, Any]) -> PublishedCase | CaseRefused:
    try:
        return read_case(data)
    except CaseRefused as refusal:
        return refusal


def _as_dict(case: str, place: int, row: CaseFigure, words: Iterable[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"id": case, "output": place, "indicator": row.asked.indicator}
    body |= {"low": row.low, "central": row.central, "high": row.high, "warnings": list(words)}
    if row.missing:
        body["missing"] = row.missing
    return body


def _refused_rows(data: Mapping[str, Any], refusal: CaseRefused) -> list[dict[str, Any]]:
    """The rows of an invalid case, one for each requested figure."""
    published = data.get("published")
    asked = published if isinstance(published, list) and published else [{}]
    body: dict[str, Any] = {"low": None, "central": None, "high": None, "warnings": [], "missing": refusal.as_dict()}
    names = [str(one.get("indicator", "")) if isinstance(one, dict) else "" for one in asked]
    return [{"id": str(data.get("id", "")), "output": n, "indicator": name} | body for n, name in enumerate(names)]


def _summary(cases: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], options: Options) -> dict[str, Any]:
    """Counts by family and by row; the cases of one document are not independent."""
    reasons = Counter(row["missing"]["code"] for row in rows if row.get("missing"))
    warned = {row["id"]: tuple(row["warnings"]) for row in rows}
    return {
        "cases": len(cases),
        "families": len({str(case.get("family", "")) for case in cases}),
        "outputs": len(rows),
        "valued": sum(row["central"] is not None for row in rows),
        "not_estimable": dict(sorted(reasons.items())),
        "warnings": dict(sorted(Counter(word for words in warned.values() for word in words).items())),
        "without_source": sorted(options.without_source),
        "leave_out": options.leave_out,
        "factors_version": case_tables(options.without_source, options.today or date.today()).catalogue.version,
    }
