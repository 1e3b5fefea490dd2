"""A small home whose reports are worked out by hand, and how the tests read what was written."""

import csv
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register, author
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.context import ReportFacts, ReportFiles, ReportRequest, facts_of
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.write import REPORTS
from tests.support import activity, built

WHO = author("Service numérique", "essai")
STUDIED = {"answer": "etudiee_et_ecartee", "reason": "réponses trop variées", "date": "2026-01-10"}
ADEME = 0.0461  # kgCO2e of a kWh in France from 2025 on, default row of factors/electricity.csv
SITE = 1.16  # PUE that scaleway/fr-par-2 publishes, factors/hosting.csv


def case(register: Register, name: str, commune: str = "metropole", key: str = "", service: str = "Courrier") -> str:
    facts = {"task": "répondre", "unit": "une réponse", "owner_role": "Responsable", "alternative": STUDIED}
    made = register.create({**facts, "name": name, "commune": commune, "service": service}, WHO).id
    register.move(made, "experimentation", WHO)
    register.attach(made, {"service_key": key or name.lower()}, WHO)
    return made


def run(service: str, kwh: float, month: str = "2026-03", **more: object) -> Any:
    fields: dict[str, object] = {"service_key": service, "other_energy_kwh": kwh, "host": "class/desk", "zone": "FRA"}
    fields |= {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/meter"}
    return activity(f"{month}-05T10:00:00", **fields | more)


def letters_file(commune: Path, code: str) -> Path:
    """The groups published by a commune with 2 kWh in March 2026, beside its home."""
    case(Register(commune), "Courrier", code, "courrier")
    built(commune, run("courrier", 2, requests=500.0))
    path = commune.with_name(f"{code}.json")
    path.write_text(published_groups(facts(commune, code)).model_dump_json(), "utf-8")
    return path


def settle(home: Path, name: str = "Courriers", key: str = "courriers") -> Path:
    """4 kWh in 2025; in 2026: 1 then 2 kWh at desks, 3 bought, 4 that nothing attaches, in a country not told."""
    register = Register(home)
    case(register, name, key=key)
    case(register, "Voirie", "54395")
    vote = {"indicator": "energy", "change_percent": -20, "reference_year": 2025, "due_year": 2027, "unit": "kWh"}
    vote |= {"territory": "metropole", "by": "Conseil", "date": "2026-01-15", "document": "délibération 12"}
    commitments = Commitments(home)
    commitments.vote_objective(vote, voter("Secrétariat du conseil", "vote"))
    trained = {"service": "Courrier", "date": "2026-02-01", "trained": 12, "with_access": 40, "kind": "sobriété"}
    commitments.state_training(trained, voter("Ressources humaines", "déclaration"))
    rows = [run(key, 4, "2025-03"), run(key, 1, "2026-01", items=10.0), run(key, 2, items=30.0)]
    rows += [run("voirie", 3, host="scaleway/fr-par-2"), run("inconnu", 4, "2026-04", zone=None)]
    built(home, *rows)
    return home


def facts(home: Path, territory: str = "all", lang: str = "fr", **asked: Any) -> ReportFacts:
    """As of a day after 2026, unless said otherwise."""
    period, today = asked.get("period", "2026"), asked.get("today", date(2028, 1, 5))
    return facts_of(home, ReportRequest(period, territory, asked.get("by", "Métropole d'essai")), lang, today)


def text(home: Path, kind: str, territory: str = "all", lang: str = "fr") -> str:
    """The only file of a report, or all of them one after the other."""
    return "\n".join(files_of(kind, facts(home, territory, lang)).values())


def files_of(kind: str, found: ReportFacts) -> dict[str, str]:
    """The files of a report, its documents as pages."""
    return written(REPORTS[kind](found))


def written(made: ReportFiles) -> dict[str, str]:
    return {name: body if isinstance(body, str) else rendered(body, "html") for name, body in made.files.items()}


def rows_of(written: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""), delimiter=delimiter))


def plain(page: str) -> str:
    return re.sub(r"[\s\u202f\xa0]+", " ", page).replace("\u2019", "'")
