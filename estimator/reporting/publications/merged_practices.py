"""What the files of authorities tell of their practices, in the facts of a home that merges them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from estimator.builds.published_review import COUNTED
from estimator.core.errors import SobriaError, sentences
from estimator.governance.indicator_list import OTHERS
from estimator.governance.register.schema import WHOLE
from estimator.reporting.publications.context import ReportFacts
from estimator.reporting.publications.territory_files import read_merged


def with_merged(facts: ReportFacts) -> ReportFacts:
    """The same facts with the counts that `report reen-rollup` adds up, of the whole territory; what no file tells is
    unknown with that reason. FilesRefused."""
    if not facts.body["elsewhere"] or facts.scope.territory != WHOLE:
        return facts
    entries = facts.body["indicators"]
    told = {name: {**entries[name], "value": value} for name, value in _values(facts).items()}
    return replace(facts, body={**facts.body, "indicators": {**entries, **told}})


def _values(facts: ReportFacts) -> Mapping[str, Any]:
    """The value of each practice."""
    why = {"numerator": 0, "denominator": 0, "share": None, "missing": sentences("missing", "register_elsewhere")}
    untold = {name: why for name in OTHERS if _is_unknown(facts.body["indicators"][name]["value"])}
    try:
        found = read_merged(facts.scope.sources.build.home, period=facts.scope.period.text)
    except SobriaError as refused:
        if refused.code != "reen_no_period":
            raise
        return untold
    shares = {name: found.share(name) for name in COUNTED}
    return untold | {name: share for name, share in shares.items() if share["denominator"]}


def _is_unknown(value: Mapping[str, Any]) -> bool:
    return value.get("share") is None and "missing" not in value
