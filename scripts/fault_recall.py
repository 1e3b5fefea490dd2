"""Names and alarms of the fault rules on generated rows and on real traces: `python -m scripts.fault_recall [FOLDER]`.

Rows that are broken on purpose (tests/ingestion/broken_rows.py, which knows none of the rules) take the way of any
file: import, ledger, build. FOLDER holds traces of others; only counts and names of files are written, in
docs/fautes-generees.md.
"""

import argparse
import csv
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from estimator.builds.build import build
from estimator.catalogue.fault_rules import RULES
from estimator.catalogue.processors import sheet_power
from estimator.core.duckdb_engine import DuckDB
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from tests.ingestion.broken_rows import FAULTS, KINDS, Written, broken, good

THREADS = "codecarbon 3.0.0 à 3.2.2 sous Windows : chaque fil pris pour un processeur"
CUMULATED = "sans run_id, chaque ligne contient la précédente"
OLD_GRID = "267 g/kWh, plus que toute valeur de ce pays ; facteur d'une version d'avant 2022"


class Opened(NamedTuple):
    """What a file holds, as it was opened by a person: the field, what is read there, the limit that it breaks. fault:
    it is there, and an engineer would want it named; else the alarm is false."""

    field: str
    read: str
    limit: str
    fault: bool = True


# Real files that were opened one by one on 27 and 28 November 2026. The powers of sheets are of the table of
# codecarbon, the other limits of factors/power.csv (3.7 times the sheet of a desk: processor_reading).
EXAMINED = {
    "Abir9288": Opened(
        "cpu_power", "390 W pendant 43 s, i5-10400", f"240 W (fiche : 65 W) ; 65 × 12 fils ÷ 2, {THREADS}"
    ),
    "BenYahiaWalid": Opened(
        "cpu_power", "960 W pendant 188 s, Ryzen 7 9800X3D", f"410 W (fiche : 120 W) ; 120 × 16 fils ÷ 2, {THREADS}"
    ),
    "CABS72030202": Opened(
        "cpu_power", "112 W (108 W pendant 13 s), i7-11370H", f"104 W (fiche : 28 W) ; 28 × 8 fils ÷ 2, {THREADS}"
    ),
    "anas-06": Opened(
        "cpu_power", "112 W pendant 17 min, i5-1135G7", f"104 W (fiche : 28 W) ; 28 × 8 fils ÷ 2, {THREADS}"
    ),
    "benribou": Opened(
        "cpu_power", "112 W pendant 136 s, i5-1145G7", f"104 W (fiche : 28 W) ; 28 × 8 fils ÷ 2, {THREADS}"
    ),
    "juaniVarengo": Opened(
        "cpu_power", "120 W pendant 40 s, Ryzen 7 7730U", f"56 W (fiche : 15 W) ; 15 × 16 fils ÷ 2, {THREADS}"
    ),
    "rex223": Opened("cpu_power", "60 W, i5-8350U", f"56 W (fiche : 15 W) ; 15 × 8 fils ÷ 2, {THREADS}"),
    "salasss": Opened(
        "cpu_power", "112 W pendant 1 h 54, i7-1185G7", f"104 W (fiche : 28 W) ; 28 × 8 fils ÷ 2, {THREADS}"
    ),
    "FNNDSC": Opened(
        "cpu_energy",
        "1,69 kWh en 4 h 47, soit 354 W, i7-7700K",
        "337 W (fiche : 91 W) ; la même ligne dit cpu_power 36 W",
    ),
    "BernardoCubero__CodeCarbonSos__1": Opened(
        "energy_consumed", "71 lignes de 15 calculs, 21,4 Wh en tout", f"8,7 Wh, une ligne par calcul ; {CUMULATED}"
    ),
    "BernardoCubero__CodeCarbonSos__2": Opened(
        "energy_consumed", "44 lignes de 4 calculs, 6,8 Wh en tout", f"1,1 Wh, une ligne par calcul ; {CUMULATED}"
    ),
    "HAL200000__Codecarbon_CHN__1": Opened(
        "energy_consumed, emissions_sum",
        "144 lignes comptées sous 0,3 W, dont 3 mW pour un serveur pendant 2 min ; 5 lignes de 4,9 à 21 kg/kWh",
        "0,3 W par machine ; 3,4 kg/kWh pour toute électricité",
    ),
    "MLOps-essi-upc__MLOps_WhereIsWally": Opened(
        "emissions",
        "3,0001 kg pour 0,28 Wh, 2,0022 kg pour 15,9 Wh",
        "3,4 kg/kWh ; 2 et 3 kg ajoutés à ce qui était lu",
    ),
    "regisss__codecarbon__1": Opened(
        "energy_consumed", "8 kWh en 34 s, soit 847 kW", "17,5 kW par machine ; fichier d'exemple inventé"
    ),
    "dataforgoodfr": Opened("emissions", "424,6 g/kWh en France", OLD_GRID),
    "mlco2__codecarbon__2": Opened(
        "water_consumed",
        "0,1 L pour 0,57 Wh, soit 174 L/kWh",
        "54 L/kWh pour toute électricité ; fichier d'essai de codecarbon",
    ),
}
REMARKS = frozenset(rule.code for rule in RULES if not rule.alarm)  # on figures that no total reads
MENDED = frozenset({"cpu_by_thread"})  # faults that the reading mends
FALLBACK = ("constant_42_5", 42.5, 85.0)  # said of this power [W], half of that which codecarbon takes of no sheet [W]
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
    for name, code, _ in report.faults:
        found.by_file[name].add(code)
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
        "*In French only: it is a record of a trial, kept by those who change the code.*",
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
    """The faults named in real traces, file by file, each as a person judged it: one that nobody opened is a false
    alarm until someone does."""
    files = sorted(p for p in traces.glob("*.csv") if p.name not in ("index.csv", "headers.csv"))
    with tempfile.TemporaryDirectory(prefix="sobria-") as folder:
        found = told_of(Path(folder), files)
    said = {p.name: found.by_file[p.name] & (FAULTS | MENDED) for p in files}
    flagged = {name: codes for name, codes in said.items() if codes}
    alarms = {name: codes for name, codes in flagged.items() if not codes <= REMARKS | MENDED}
    mended = sum(bool(codes & MENDED) for codes in flagged.values())
    true = sum(seen(name).fault for name in alarms)
    shares = [f"{100 * count / len(files):.1f}".replace(".", ",") for count in (len(alarms), len(alarms) - true)]
    return [
        "",
        "## Fichiers réels",
        "",
        f"**{len(alarms)} alarme(s) sur {len(files)} fichiers** ({shares[0]} %) : une faute dont un total dépend.",
        f"Ouverts un à un, {true} de ces fichiers portent une faute réelle, que leur auteur doit corriger ;",
        f"{len(alarms) - true} sont de fausses alarmes ({shares[1]} %). {mended} autres ont une faute réelle que la",
        f"lecture corrige, et le dit (C) ; {len(flagged) - len(alarms) - mended} n'ont qu'une remarque (R) sur un",
        "chiffre du fichier, gardé à côté du nôtre. Un fichier que personne n'a ouvert compte comme une fausse alarme.",
        "Les règles ont été écrites en connaissant ces fichiers : ces taux ne sont pas des prévisions.",
        "",
        "| fichier | champ | lu | limite, et d'où vient l'écart | dit par | jugé |",
        "|---|---|---|---|---|---|",
        *(
            f"| {_kind(codes)}{name} | {told.field} | {told.read} | {told.limit}"
            f" | {', '.join(sorted(codes))} | {'faute réelle' if told.fault else 'fausse alarme'} |"
            for name, codes in flagged.items()
            for told in [seen(name)]
        ),
        *_fallback([p for p in files if FALLBACK[0] in found.by_file[p.name]]),
    ]


def _kind(codes: set[str]) -> str:
    return "(R) " if codes <= REMARKS else "(C) " if codes <= REMARKS | MENDED else ""


def seen(name: str) -> Opened:
    """What a person saw in a file; a false alarm where nobody opened it."""
    unopened = Opened("", "à examiner", "", fault=False)
    return next((told for start, told in EXAMINED.items() if name.startswith(start)), unopened)


def _fallback(files: list[Path]) -> list[str]:
    """Whether the constant power is that of no sheet in these files: of no processor whose sheet says twice as much."""
    code, power, whole = FALLBACK
    processors: dict[str, set[str]] = {}
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as file:
            rows = [r for r in csv.DictReader(file) if (r["cpu_power"] or "").startswith(str(power))]
        processors[path.name] = {r["cpu_model"] for r in rows}
    names = set().union(*processors.values())
    apart = [name for name, told in processors.items() if not told or any(sheet_power(cpu) == whole for cpu in told)]
    return [
        "",
        f"**{code}** est dit de {len(files)} fichiers : valeur de secours de codecarbon, la moitié de {whole:.0f} W,",
        "qu'il prend quand il ne connaît pas le processeur. Elle serait dite à tort d'un processeur dont la fiche dit",
        f"{whole:.0f} W : {len(apart)} fichier(s), sur {len(names)} noms de processeur lus{': ' if apart else ''}"
        f"{', '.join(apart)}.",
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
