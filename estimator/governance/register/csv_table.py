"""The register as a CSV table, one line a use case: exported for spreadsheets, imported all or nothing."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from estimator.core.errors import SobriaError, say, sentences
from estimator.core.fields import Author
from estimator.core.language import OFFICIAL
from estimator.core.refusals import FieldsRefused, ListedRefusal, checked
from estimator.core.said_number import SaidText, bare_number, one_reading
from estimator.governance.register.register import Register
from estimator.governance.register.schema import UseCase, UseCaseFacts, is_unsure
from estimator.places.supplier_answers import MARK

# Column -> field of a use case. Facts can be set; the others derive from events.
FACTS = {
    "nom": "name",
    "tache": "task",
    "unite": "unit",
    "service": "service",
    "commune": "commune",
    "responsable": "owner_role",
    "benefice": "benefit",
    "alternative_reponse": "alternative.answer",
    "alternative_description": "alternative.description",
    "alternative_raison": "alternative.reason",
    "alternative_date": "alternative.date",
    "seuil_valeur": "threshold.value",
    "seuil_test": "threshold.test",
    "modele": "model",
    "hebergement": "host",
    "volume_mensuel": "volume_per_month",
    "croissance_annuelle": "growth_percent",
    "simultaneite": "concurrency",
    "scenario": "scenario",
    "sensibilite": "data_sensitivity",
    "concertation": "consulted",
    "interlocuteur": "human_contact",
    "qui_decide": "who_decides",
    "contact": "contact",
    "autre_voie": "other_way",
    "effets_travail": "work_effects",
    "donnees_entrainement": "training_data",
    "biais": "bias_found",
    "qualification": "qualification",
    "usagers": "users",
    "classe_risque": "risk_class",
    "analyse_impact": "impact_assessment",
    "revue_mois": "review_months",
}
QUALITY = {
    "qualite_valeur": "quality.value",
    "qualite_test": "quality.test",
    "qualite_date": "quality.date",
    "qualite_service": "quality.by",
}
REVIEW = {"revue_faite": "review.done", "revue_service": "review.by", "revue_conclusion": "review.conclusion"}
DECISION = {
    "decision": "decision.what",
    "decision_date": "decision.date",
    "decision_raisons": "decision.reasons",
    "decision_instance": "decision.by",
}
STATE = {"etape": "stage", "revue_prevue": "next_review", "issue": "outcome"}
COLUMNS = {"id": "id", **FACTS, **QUALITY, **REVIEW, **DECISION, **STATE}
# The last column is never empty: spreadsheets drop trailing empty cells when pasting a row.
WRITTEN = (*(name for name in COLUMNS if name != "issue"), MARK, "issue")

_EXACT = 1e15  # below it, a number is written with all its digits
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_FRENCH_DAY = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})")
# Numbers, and what « % » is worth after each.
_NUMERIC: dict[str, float | None] = {"seuil_valeur": 0.01, "qualite_valeur": 0.01}
_NUMERIC |= {"volume_mensuel": None, "simultaneite": None}
_DAYS = {"alternative_date", "qualite_date", "revue_faite", "decision_date", "revue_prevue"}


class TableRefused(ListedRefusal):
    """A table with invalid rows: none of it was written."""

    code = "register_table_refused"


@dataclass(frozen=True)
class Imported:
    """Counts of an import, in use cases."""

    created: int
    changed: int
    unchanged: int


def export_csv(register: Register, sample: bool = False) -> str:
    """Every use case as a row of cells separated by `;`, for French spreadsheets, headed as in the Table Schema.

    sample: marks each row as data of the demonstration.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, WRITTEN, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    mark = say("report", "mark", OFFICIAL) if sample else ""
    for case in register.use_cases():
        writer.writerow({name: _guarded(cell) for name, cell in row_of(case).items()} | {MARK: mark})
    return out.getvalue()


def import_csv(register: Register, text: str, author: Author) -> Imported:
    """Create and change use cases to match the rows. TableRefused lists every invalid row."""
    tried, trial = register.trial()
    names = {case.name: case.id for case in tried.use_cases()}
    here = set(names.values())
    wrong: list[dict[str, str]] = []
    seen: set[str] = set()
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for line, cells in _rows(text, wrong):
        before = len(trial.new)
        try:
            _check_id(cells, names, seen)
            case = _write_row(tried, cells, author, cells["id"] in here)
            kind = "created" if case.id not in here else "changed" if len(trial.new) > before else "unchanged"
            counts[kind] += 1
            names[case.name] = case.id
            seen.add(case.id)
        except SobriaError as error:
            said = error.items if isinstance(error, FieldsRefused) else [error.as_dict()]
            wrong += [_at(line, item) for item in said]
    if wrong:
        raise TableRefused(wrong, rows=len({item["line"] for item in wrong}))
    trial.keep()
    return Imported(**counts)


def row_of(case: UseCase) -> dict[str, str]:
    """The cells of a use case."""
    found = {name: _cell(_reach(case, path)) for name, path in COLUMNS.items()}
    return found | ({"croissance_annuelle": f"{case.growth_percent} %"} if is_unsure(case.growth_percent or 0) else {})


def facts_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """The facts of these cells, not validated yet. An empty cell is the default, or nothing."""
    found = _group(FACTS, cells)
    found["alternative"] = _pop_prefix(found, "alternative.")
    found["threshold"] = _pop_prefix(found, "threshold.") or None
    months = found.pop("review_months", "")
    if months:
        found["review_months"] = int(months) if months in ("6", "12") else months
    else:
        found["review_months"] = 12
    texts = ("name", "task", "unit", "service", "commune", "owner_role", "benefit", "model", "host", "scenario")
    missing: dict[str, Any] = dict.fromkeys((*texts, "data_sensitivity"), "")
    return missing | dict.fromkeys(("volume_per_month", "growth_percent", "concurrency")) | found


def _check_id(cells: Mapping[str, str], names: Mapping[str, str], seen: set[str]) -> None:
    """A use case has one row, and a known id is required to change one. FieldsRefused."""
    if cells["id"] in seen:
        raise FieldsRefused([sentences("register_problems", "twice", read=cells["id"])])
    if not cells["id"] and cells["nom"] in names:
        facts = {"read": cells["nom"], "expected": names[cells["nom"]]}
        raise FieldsRefused([sentences("register_problems", "id_wanted", **facts)])


def _write_row(register: Register, cells: Mapping[str, str], author: Author, known: bool) -> UseCase:
    """Write the differences between a row and the register. SobriaError."""
    facts = facts_of(cells)
    id = cells["id"] or None
    case = register.change(id, facts, author) if known and id else register.create(facts, author, id)
    id = case.id
    for columns, write in ((QUALITY, register.record_quality), (DECISION, register.decide), (REVIEW, register.review)):
        if any(cells[c] for c in columns) and any(cells[c] != row_of(case)[c] for c in columns):
            found = _group(columns, cells)
            if columns is REVIEW:
                found.setdefault("review.done", "")
            case = write(id, {path.partition(".")[2]: value for path, value in found.items()}, author)
    if cells["etape"] and cells["etape"] != case.stage:
        stage: Any = cells["etape"]
        case = register.move(id, stage, author) if known else register.enter(id, stage, author)
    if cells["revue_prevue"] and cells["revue_prevue"] != row_of(case)["revue_prevue"]:
        case = register.review(id, {"due": cells["revue_prevue"]}, author)
    if cells["issue"] not in ("", case.outcome):
        facts = {"read": cells["issue"], "expected": case.outcome}
        raise FieldsRefused([sentences("register_problems", "derived", **facts)])
    return case


def _group(columns: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, Any]:
    """The non-empty cells of some columns, by field."""
    return {path: cells[name] for name, path in columns.items() if cells.get(name)}


def _pop_prefix(found: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Remove the fields with a prefix from `found`, and return them."""
    return {path.removeprefix(prefix): found.pop(path) for path in list(found) if path.startswith(prefix)}


def _rows(text: str, wrong: list[dict[str, str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row by its first line; invalid rows go to `wrong`. TableRefused for another header."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;", key=first.count), strict=True)
    header = [name.strip() for name in next(reader, [])]
    if sorted(name for name in header if name != MARK) != sorted(COLUMNS):
        facts = {"read": ", ".join(header) or "-", "expected": ", ".join(COLUMNS)}
        raise TableRefused([_at(1, sentences("register_problems", "header", **facts))], rows=1)
    line = reader.line_num + 1
    try:
        for values in reader:
            if len(values) == len(header):
                cells = zip(header, values, strict=True)
                yield line, {name: _read(name, value) for name, value in cells if name != MARK}
            elif values:
                wrong.append(_at(line, sentences("register_problems", "cells", read=len(values), expected=len(header))))
            line = reader.line_num + 1
    except csv.Error:
        wrong.append(_at(line, sentences("register_problems", "csv")))


def _at(line: int, said: Mapping[str, Any]) -> dict[str, str]:
    """A problem with its line number."""
    where = sentences("register_problems", "line", line=line, problem=said)
    return where | {"code": said["code"], "line": str(line)}


def _read(name: str, cell: str) -> str:
    """A cell without its formula guard; French numbers and dates in the format of the register."""
    cell = cell.strip()
    if cell.startswith("'") and _FORMULA.match(cell):
        cell = cell[1:]
    if name in _NUMERIC and _NUMBER.fullmatch(number := bare_number(cell, _NUMERIC[name])):
        return SaidText(_cell(float(number)) if abs(float(number)) < _EXACT else number, cell)
    found = _FRENCH_DAY.fullmatch(cell) if name in _DAYS else None
    if found:
        return "-".join(part.zfill(2) for part in reversed(found.groups()))
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _guarded(cell: str) -> str:
    """A cell guarded against formulas in spreadsheets."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _reach(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    return value


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return one_reading(str(value)) if isinstance(value, float) else "" if value is None else str(value)


def facts_said(pairs: Sequence[str], invented: bool, known: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The facts of FIELD=VALUE arguments, beside known cells. FieldsRefused lists every argument and fact at fault.
    invented: whether its communes may be those of the example."""
    cells: dict[str, str] = {}
    wrong: list[Mapping[str, str]] = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if name not in FACTS or not equals:
            wrong.append(sentences("register_problems", "not_settable", read=pair, expected=", ".join(FACTS)))
        elif name in cells:
            wrong.append(sentences("register_problems", "said_twice", read=pair, name=name))
        cells[name] = _read(name, value)
    facts = facts_of({**(known or {}), **cells})
    as_known = facts["commune"] == (known or {}).get("commune")
    try:
        checked(UseCaseFacts, facts, context={"invented": invented or as_known})
    except FieldsRefused as error:
        wrong += error.items
    if wrong:
        raise FieldsRefused(wrong)
    return facts


def table_text(path: Path) -> str:
    """The text of a CSV file in UTF-8. TableRefused for another encoding."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableRefused([_at(1, sentences("register_problems", "encoding"))], rows=1) from error
