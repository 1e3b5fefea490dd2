"""Run published cases through the estimator: `python -m scripts.validation_summary CASES`; store our figures only.

The cases are never distributed. The output has counts, widths of our intervals and ratios of ours to published.
"""

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from estimator.assessment.method_documentation import COLUMNS, QUANTILES
from estimator.catalogue.load import load
from estimator.workloads.validation.case_tables import case_tables
from estimator.workloads.validation.published_cases import read_cases, run

OUT = Path(__file__).parent.parent / "factors" / "results" / "validation_summary.csv"
ANSWERS = {"fault", "kind", "quality", "remark", "assumed", "title", "source"}
ANSWERS_OF_OUTPUT = {"value", "resolution", "tolerance_rel"}
NOT_COMPARABLE = "C"  # quality of a case with too little information to compare
FAMILIES = ("prediction", "reproduction")  # modes named after publications
CLOSE = 0.03  # tolerance of a reproduction, or the last printed digit if larger
SECOND_HAND = "third_party_transcription"


@dataclass
class FamilyCount:
    """Counts of one family, accelerator or indicator."""

    cases: set[str] = field(default_factory=set)
    transcribed: set[str] = field(default_factory=set)
    addresses: Counter[str] = field(default_factory=Counter)
    outputs: int = 0
    inside: int = 0
    widths: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def add(self, case: Mapping[str, Any], published: Mapping[str, Any], found: Mapping[str, Any], good: bool) -> None:
        """Count one output of a case."""
        self.cases.add(case["id"])
        self.addresses[str(case["source"].get("url") or "")] += 1
        if case["source"].get("seen_as") == SECOND_HAND:
            self.transcribed.add(case["id"])
        self.outputs += 1
        self.inside += good
        if _has_value(found):
            self.widths.append(found["high"] / found["low"])
            self.ratios.append(found["central"] / published["value"])

    def address(self) -> str:
        """Most frequent address of publication."""
        return self.addresses.most_common(1)[0][0]

    def cells(self) -> dict[str, Any]:
        """The columns of this row."""
        body: dict[str, Any] = {"cases": len(self.cases), "outputs": self.outputs, "valued": len(self.ratios)}
        body |= {"inside": self.inside, "transcribed": len(self.transcribed)}
        body["median_width"] = _figure(quantile(self.widths, 0.5))
        return body | {f"ratio_p{round(100 * q)}": _figure(quantile(self.ratios, q)) for q in QUANTILES}


def quantile(values: Iterable[float], share: float) -> float | None:
    """The quantile of this share, interpolated; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def summary(cases: Sequence[Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    """The rows of the summary: predictions by family, accelerator and indicator, reproductions, faults, left out."""
    rows: dict[tuple[str, str], FamilyCount] = defaultdict(FamilyCount)
    predicted = [c for c in cases if c["kind"] == "physics" and c["quality"] != NOT_COMPARABLE]
    for case, published, found in _pairs(predicted, _predictions(predicted, today)):
        half = published.get("resolution") or 0
        good = _has_value(found) and found["low"] - half <= published["value"] <= found["high"] + half
        names = {"prediction": case["family"], "indicator": published["indicator"], "device": _device(case, today)}
        for mode, name in names.items():
            rows[mode, name].add(case, published, found, good)
    repeated = [c for c in cases if c["kind"] == "arithmetic" and c["quality"] != NOT_COMPARABLE]
    for case, published, found in _pairs(repeated, values_found(repeated, None, (), today)):
        printed = (published.get("resolution") or 0) / abs(published["value"])
        good = _has_value(found) and abs(found["central"] / published["value"] - 1) <= max(CLOSE, printed)
        rows["reproduction", case["family"]].add(case, published, found, good)
    body = [
        {"mode": mode, "name": name, "address": row.address() if mode in FAMILIES else ""} | row.cells()
        for (mode, name), row in sorted(rows.items())
    ]
    return body + _set_aside(cases, today)


def sources_of(case: Mapping[str, Any]) -> frozenset[str]:
    """The sources of our factor tables with the same address as this case."""
    address = str(case["source"].get("url") or "").rstrip("/")
    return frozenset(s.id for s in load().sources.values() if address and s.url.rstrip("/") == address)


def _predictions(cases: Sequence[Mapping[str, Any]], today: date) -> dict[tuple[str, int], dict[str, Any]]:
    """Each case estimated without its architecture in the regression and without the factors of its own source."""
    groups: dict[frozenset[str], list[Mapping[str, Any]]] = defaultdict(list)
    for case in cases:
        groups[sources_of(case)].append(case)
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for without, group in groups.items():
        found |= values_found(group, "architecture", sorted(without), today)
    return found


def values_found(
    cases: Sequence[Mapping[str, Any]], leave_out: Any, without: Sequence[str], today: date
) -> dict[tuple[str, int], dict[str, Any]]:
    rows = run([stripped(case) for case in cases], leave_out, without, today=today)["cases"]
    return {(row["id"], row["output"]): row for row in rows}


def stripped(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case without its answers; a trace keeps its own figures, which are checked."""
    body = {k: v for k, v in case.items() if k not in ANSWERS}
    if case["phase"] != "trace":
        body["published"] = [{k: v for k, v in p.items() if k not in ANSWERS_OF_OUTPUT} for p in case["published"]]
    return body


def _pairs(cases: Sequence[Mapping[str, Any]], found: Mapping[tuple[str, int], Mapping[str, Any]]) -> Iterable[Any]:
    for case in cases:
        for place, published in enumerate(case["published"]):
            if published.get("value"):
                yield case, published, found[case["id"], place]


def _set_aside(cases: Sequence[Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    """Cases with a known fault, and how many were detected; cases with too little information to compare."""
    faulty = [c for c in cases if c["kind"] == "negative" and c["quality"] != NOT_COMPARABLE]
    warned = {key[0]: row["warnings"] for key, row in values_found(faulty, None, (), today).items()}
    told = sum(c["fault"] in warned.get(c["id"], ()) for c in faulty)
    vague = [c for c in cases if c["quality"] == NOT_COMPARABLE]
    sound = [c for c in cases if c["kind"] != "negative"]
    alarms = {row["id"] for row in values_found(sound, None, (), today).values() if row["warnings"]}
    return [
        {"mode": "fault", "name": "faulty", "cases": len(faulty), "inside": told},
        {"mode": "fault", "name": "sound", "cases": len(sound), "inside": len(alarms)},
        {"mode": "left_out", "name": "vague", "cases": len(vague)},
    ]


def _device(case: Mapping[str, Any], today: date) -> str:
    name = case["workload"].get("device")
    found = case_tables(frozenset(), today).device(name)
    return found.accelerator or found.server or "none"


def _has_value(found: Mapping[str, Any]) -> bool:
    return bool(found["low"] and found["central"] and found["high"])


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def main() -> int:
    """Write the summary of the cases of a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    today = date.today()
    made = {"day": today.isoformat(), "factors_version": load().version}
    rows = [row | made for row in summary(read_cases(asked.cases), today)]
    with asked.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
