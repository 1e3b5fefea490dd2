"""Names and alarms of the fault rules on generated rows and on real traces: `python -m scripts.fault_recall [FOLDER]`.

Rows that are broken on purpose (tests/ingestion/broken_rows.py, which knows none of the rules) take the way of any
file: import, ledger, build. FOLDER holds traces of others; only counts and names of files are written, in
docs/fautes-generees.md.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from estimator.builds.build import build
from estimator.catalogue.fault_rules import RULES
from estimator.core.duckdb_engine import DuckDB
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from tests.ingestion.broken_rows import FAULTS, KINDS, Written, broken, good

EXAMINED = {  # faults of real files that were looked at one by one on 27 November 2026: each is there
    "Abir9288": "390 W pour un i5-10400 : les 65 W de sa fiche, comptés pour chacun de ses six cœurs",
    "CABS72030202": "112 W pour un i7-11370H : les 28 W de sa fiche, comptés pour chacun de ses quatre cœurs",
    "FNNDSC": "354 W pendant près de cinq heures pour un i7-7700K de 91 W, dont 36 W sont dits",
    "anas-06": "112 W pour un i5-1135G7 : les 28 W de sa fiche, comptés pour chacun de ses quatre cœurs",
    "benribou": "112 W pour un i5-1145G7 : les 28 W de sa fiche, comptés pour chacun de ses quatre cœurs",
    "juaniVarengo": "120 W pour un Ryzen 7 7730U : les 15 W de sa fiche, comptés pour chacun de ses huit cœurs",
    "salasss": "112 W pour un i7-1185G7 : les 28 W de sa fiche, comptés pour chacun de ses quatre cœurs",
    "BenYahiaWalid": "960 W en moyenne pour un processeur de poste fixe",
    "BernardoCubero": "relevés cumulés d'un même calcul, sans run_id : chaque ligne contient la précédente",
    "HAL200000": "424,6 g/kWh pour la France (facteur d'avant 2022), et des lignes de moins d'un milliwatt",
    "MLOps-essi-upc__MLOps_WhereIsWally": "2 kg d'émissions pour 16 Wh : 125 kg/kWh",
    "dataforgoodfr": "424,6 g/kWh pour la France (facteur d'avant 2022)",
    "mlco2__codecarbon__2": "0,1 L d'eau pour 0,6 Wh (fichier d'essai de codecarbon)",
    "regisss__codecarbon__1": "8 kWh en 34 secondes (fichier d'exemple inventé)",
}
ESTIMATES = frozenset({"beyond_sheet"})  # a method of codecarbon that is told, as its constants are: not an alarm
REMARKS = frozenset(rule.code for rule in RULES if not rule.alarm)  # on figures that no total reads
OUT = Path(__file__).parent.parent / "docs" / "fautes-generees.md"


@dataclass
class Told:
    """What was said of each file: the faults of its rows, those of a refused row included."""

    by_file: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def told_of(home: Path, paths: Iterable[Path]) -> Told:
    """Import these files into a home, build it, and read what was said of each."""
    report = import_paths(Ledger(home), list(paths), reading_context(home, None))
    path = build(home).path
    engine = DuckDB.read(path)
    found = Told()
    for row in engine.rows("SELECT runs.file_name, code FROM run_checks JOIN runs USING (row_id)"):
        found.by_file[row["file_name"]].add(row["code"])
    for refusal in report.refused:
        found.by_file[refusal.file_name].add(refusal.code)
    engine.close()
    return found


def generated(ways: int) -> tuple[Mapping[str, list[bool]], list[str], int]:
    """(whether each broken case is named in its family, by kind; unbroken cases with an alarm; unbroken cases)."""
    with tempfile.TemporaryDirectory(prefix="sobria-") as folder:
        cases = [*good(ways), *broken(ways)]
        for case in cases:
            Path(folder, case.file).write_text(case.text, "utf-8")
        found = told_of(Path(folder, "home"), [Path(folder, case.file) for case in cases])
    named: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        if case.kind:
            named[case.kind].append(bool(found.by_file[case.file] & KINDS[case.kind][2]))
    sound = [case for case in cases if not case.kind]
    return named, [alarm for case in sound if (alarm := _alarm(case, found))], len(sound)


def _alarm(case: Written, found: Told) -> str:
    codes = sorted(found.by_file[case.file] & FAULTS)
    return f"{case.name} : {', '.join(codes)}" if codes else ""


def page(ways: int, traces: Path | None, today: date) -> str:
    """The page, in French."""
    named, alarms, sound = generated(ways)
    hits = [hit for found in named.values() for hit in found]
    lines = [
        "# Fautes générées",
        "",
        f"Écrite par `python -m scripts.fault_recall` le {today.isoformat()} : ne la modifiez pas.",
        "Des lignes bonnes de huit classes de machines et de services déclarés sont cassées par",
        "`tests/ingestion/broken_rows.py`, qui ne connaît aucune des règles, puis suivent le chemin de tout fichier.",
        "Une faute est nommée si sa famille l'est, et non n'importe laquelle.",
        "",
        f"**{sum(hits)} nommées sur {len(hits)}** ({100 * sum(hits) / len(hits):.0f} %) ; {len(alarms)} alarme(s) sur",
        f"{sound} lignes intactes.",
        "",
        "| sorte de faute | nommées | sur |",
        "|---|---|---|",
        *(f"| {kind} | {sum(found)} | {len(found)} |" for kind, found in named.items()),
        *([""] + [f"- {alarm}" for alarm in alarms] if alarms else []),
    ]
    return "\n".join(lines + (_wild(traces) if traces else [])) + "\n"


def _wild(traces: Path) -> list[str]:
    """The faults named in real traces, file by file, for a person to judge."""
    files = sorted(p for p in traces.glob("*.csv") if p.name not in ("index.csv", "headers.csv"))
    with tempfile.TemporaryDirectory(prefix="sobria-") as folder:
        found = told_of(Path(folder), files)
    flagged = {p.name: sorted(found.by_file[p.name] & FAULTS) for p in files if found.by_file[p.name] & FAULTS}
    why = {name: next((told for start, told in EXAMINED.items() if name.startswith(start)), "") for name in flagged}
    unseen = sum(not told for told in why.values())
    alarms = sum(not (REMARKS | ESTIMATES).issuperset(codes) for codes in flagged.values())
    methods = sum(ESTIMATES.issuperset(codes) for codes in flagged.values())
    lines = [
        "",
        "## Fichiers réels",
        "",
        f"**{alarms} alarme(s) sur {len(files)} fichiers** ({100 * alarms / len(files):.1f} %) : ",
    ]
    lines[-1] = lines[-1].replace(".", ",") + "un total repose sur ce que la faute met en doute."
    lines += [
        f"{methods} autre(s) ont un processeur que codecarbon estime au-delà de sa fiche (beyond_sheet) : une méthode.",
        f"{len(flagged) - alarms - methods} n'ont qu'une remarque (R) : un chiffre du fichier gardé à côté du nôtre.",
    ]
    lines += [f"{len(flagged) - unseen} ont été ouverts et portent ce qui est dit ; {unseen} restent à examiner.", ""]
    return [
        *lines,
        *(
            f"- {'(R) ' if REMARKS.issuperset(codes) else ''}{name} : {', '.join(codes)}. {why[name] or 'À examiner'}."
            for name, codes in flagged.items()
        ),
    ]


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("traces", type=Path, nargs="?", help="folder of real traces")
    parser.add_argument("--ways", type=int, default=10)
    asked = parser.parse_args()
    text = page(asked.ways, asked.traces, date.today())
    OUT.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
