"""Published cases judged without their own document: `python -m scripts.left_out_documents CASES` writes the page.

For each document in turn, every factor row of its addresses leaves the tables (rival rows take their place), and each
architecture of the measured configurations leaves the regression and the residual of its own cases. Cases are never
distributed: the page has counts, widths and ratios.
"""

import argparse
import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from estimator.catalogue.load import load
from estimator.workloads.validation.published_cases import read_cases
from scripts.validation_summary import NOT_COMPARABLE, quantile, sources_of, values_found

PAGE = Path(__file__).parent.parent / "docs" / "retrait-par-document.md"
MEASURED = (
    "mlenergy"  # the source of the measured configurations: left out by architecture, being all the regression has
)
FITTED = "sobria_fit"  # what was fitted on them
GATES = {"inside": 0.85, "width": 6.0, "width_90": 20.0, "error": 1.5}
NAMED = 3  # words that name a document, whatever its edition
Case = Mapping[str, Any]


@dataclass(frozen=True)
class Judged:
    """Values of cases against what was published: inside, high ÷ low, ours ÷ published."""

    inside: tuple[bool, ...]
    widths: tuple[float, ...]
    ratios: tuple[float, ...]

    def figures(self) -> dict[str, float]:
        """Share inside, median width, width that nine values in ten keep under, median error [ratio], of the values;
        nan of none."""
        errors = [abs(math.log(ratio)) for ratio in self.ratios]
        found = (quantile(self.widths, 0.5), quantile(self.widths, 0.9), quantile(errors, 0.5))
        width, wide, error = (math.nan if value is None else value for value in found)
        share = sum(self.inside) / len(self.inside) if self.inside else math.nan
        return {"inside": share, "width": width, "width_90": wide, "error": math.exp(error)}

    def holds(self) -> bool:
        """Whether every gate is met."""
        found = self.figures()
        return found["inside"] >= GATES["inside"] and all(found[n] <= GATES[n] for n in GATES if n != "inside")


def document(case: Case) -> str:
    """The document of a case: the first words of its title, which its editions share."""
    words = re.sub(r"[\W_]+", " ", str(case["source"].get("document", ""))).lower().split()
    return " ".join(words[:NAMED])


def left_out(cases: Sequence[Case]) -> dict[str, frozenset[str]]:
    """Document -> the sources of the factor tables with one of its addresses, whichever of its cases gives it."""
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for case in cases:
        found[document(case)] |= sources_of(case)
    return found


def judged(cases: Sequence[Case], today: date, only: Sequence[str] = ()) -> dict[str, Judged]:
    """Each document (those named, else all) with its predictions, made without it."""
    sources, groups = left_out(cases), defaultdict(list)
    for case in cases:
        if case["kind"] == "physics" and case["quality"] != NOT_COMPARABLE and (not only or document(case) in only):
            groups[document(case)].append(case)
    return {name: _judge(group, sorted(sources[name]), today) for name, group in groups.items()}


def together(parts: Sequence[Judged]) -> Judged:
    """Several documents as one."""
    inside, widths, ratios = ([v for part in parts for v in getattr(part, n)] for n in ("inside", "widths", "ratios"))
    return Judged(tuple(inside), tuple(widths), tuple(ratios))


def without_measures(cases: Sequence[Case], today: date) -> Judged:
    """The cases of the measured configurations from data sheets alone: neither that table nor the fit on it."""
    sources = left_out(cases)
    mine = [c for c in cases if c["kind"] == "physics" and c["quality"] != NOT_COMPARABLE]
    return _judge([c for c in mine if MEASURED in sources[document(c)]], (MEASURED, FITTED), today, leave_out=None)


def _judge(
    cases: Sequence[Case], without: Sequence[str], today: date, leave_out: str | None = "architecture"
) -> Judged:
    rows = values_found(cases, leave_out, without, today)
    inside, widths, ratios = [], [], []
    for case in cases:
        for place, published in enumerate(case["published"]):
            found, value, half = rows[case["id"], place], published.get("value"), published.get("resolution") or 0
            if value:
                valued = bool(found["low"] and found["high"])
                inside.append(valued and found["low"] - half <= value <= found["high"] + half)
                widths += [found["high"] / found["low"]] if valued else []
                ratios += [found["central"] / value] if valued else []
    return Judged(tuple(inside), tuple(widths), tuple(ratios))


def page(cases: Sequence[Case], parts: Mapping[str, Judged], today: date) -> str:
    """The page: how each document leaves, every document, the whole, without the measured configurations."""
    sources = left_out(cases)
    fits = [name for name in parts if MEASURED in sources[name]]
    rest = together([part for name, part in parts.items() if name not in fits])
    sheets = without_measures(cases, today)
    return "\n".join(_lines(parts, sources, (together(list(parts.values())), rest, sheets), today)) + "\n"


def _lines(
    parts: Mapping[str, Judged],
    sources: Mapping[str, frozenset[str]],
    sums: tuple[Judged, Judged, Judged],
    today: date,
) -> Iterator[str]:
    whole, rest, sheets = sums
    yield "# Un document retiré à la fois\n"
    yield "Cette page est écrite par `python -m scripts.left_out_documents CAS.json` : ne la modifiez pas.\n"
    yield f"Calculée le {today.isoformat()} avec les facteurs `{load().version}`.\n"
    yield (
        "Pour chaque document, toutes les lignes de facteurs qui en viennent sont retirées (les sources rivales les "
        "remplacent), et ses cas sont estimés sans lui. La table de ML.ENERGY est la seule dont la régression est "
        "faite : ses documents sont jugés architecture par architecture, les coefficients et les écarts types du "
        "résidu étant réajustés sans elle, et le résidu réappris. Une ligne à part dit le reste sans ces cas ; une "
        "autre, ces cas sans la table entière : il ne reste que les fiches techniques des cartes et des dires "
        "d'expert, posés la régression connue, et l'écart type total du résidu, qui vient encore de la table. Aucun "
        "de ces documents n'a servi à régler une loi de service ; la seule calibration est la journée de production "
        "publiée par DeepSeek, qui n'est pas jugée ici.\n"
    )
    yield "| | valeurs | dedans | largeur médiane | 90 % sous | erreur médiane |\n|---|---|---|---|---|---|"
    yield "| seuil | | ≥ 85 % | ≤ 6 | ≤ 20 | ≤ × 1,5 |"
    yield _row("tous les documents", whole)
    yield _row("sans les cas de ML.ENERGY", rest)
    yield _row("cas de ML.ENERGY, toute la table retirée", sheets) + "\n"
    yield "| document | sources retirées | valeurs | dedans | largeur médiane | 90 % sous | erreur médiane |"
    yield "|---|---|---|---|---|---|---|"
    for name, part in sorted(parts.items(), key=lambda item: -len(item[1].inside)):
        gone = ", ".join(f"`{s}`" for s in sorted(sources[name])) or "aucune"
        yield _row(f"{name} | {gone}", part)


def _row(name: str, part: Judged) -> str:
    found = part.figures()
    cells = (
        f"{100 * found['inside']:.1f} %",
        f"{found['width']:.2f}",
        f"{found['width_90']:.1f}",
        f"× {found['error']:.2f}",
    )
    return f"| {name} | {len(part.inside)} | " + " | ".join(cell.replace(".", ",") for cell in cells) + " |"


def main() -> int:
    """Write the page from the cases of a file; 1 when a gate is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    cases, today = read_cases(parser.parse_args().cases), date.today()
    parts = judged(cases, today)
    PAGE.write_text(page(cases, parts, today), "utf-8")
    return 0 if together(list(parts.values())).holds() else 1


if __name__ == "__main__":
    sys.exit(main())
