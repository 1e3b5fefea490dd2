"""What a supplier answers about its site: answers read from CSV, and the factors they give."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from pydantic import ConfigDict, Field, ValidationError

from estimator.catalogue.load import SubjectName, load
from estimator.catalogue.resolver import zone_of
from estimator.catalogue.selection import SelectedFactor, given, select_factor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, SobriaError, say, sentences
from estimator.core.fields import Strict, is_near, is_past
from estimator.core.json_once import RepeatedKey, loaded
from estimator.core.language import OFFICIAL
from estimator.core.number_format import sentences_with
from estimator.core.refusals import ListedRefusal
from estimator.core.said_number import bare_number, cell_readings, one_reading
from estimator.core.typography import cut, printable
from estimator.places.requirements import FIELDS, QuestionnaireField

# What a unit is worth in the unit that a field expects: definitions, no factors.
CONVERSIONS = {("gCO2e/kWh", "kgCO2e/kWh"): 1e-3, ("MWh", "kWh"): 1e3, ("GWh", "kWh"): 1e6, ("kWh", "MWh"): 1e-3}
CONVERSIONS |= {("%", "1"): 0.01, ("L/MWh", "L/kWh"): 1e-3, ("m3/MWh", "L/kWh"): 1.0}
COLUMNS = ("hote", "champ", "valeur", "unite", "date", "repondant", "document", "bas", "haut")
OPTIONAL = ("bas", "haut")
OTHERS = tuple(lang for lang in LANGUAGES if lang != OFFICIAL)  # languages of the questions, beside that of the columns
_ASKED = ("question", *(f"question_{lang}" for lang in OTHERS))
QUESTION_COLUMNS = (*_ASKED, "nom", "texte", "choix", "periode", "preuve", "criteres", "facteur")
UNNAMED = ""  # the column of cells beyond the header
MARK = "marque"  # of sample data
ENERGIES = ("total_energy", "it_energy")  # over a year, of a whole centre and of its servers: their ratio is its PUE
ROUNDED = 0.05  # relative difference of a PUE from its two energies that its rounding may explain
FIRST_CENTRE = 1950  # no data centre is older
Rows = Sequence[tuple[int, Mapping[str, str | None]]]  # each with its line
_FRENCH_DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_REGION = re.compile(r"[A-Z]{3}-[A-Z0-9]{1,3}")
_YEAR = re.compile(r"\d{4}(-\d\d-\d\d)?")


SOURCE = "supplier_answer"


class SupplierAnswer(Strict):
    """A supplier's answer about a site, in the unit of the field; low and high when it gives an interval."""

    model_config = ConfigDict(str_strip_whitespace=True)

    host: SubjectName = Field(min_length=1)
    field: str
    value: float | str
    unit: str = ""
    date: date
    by: str = Field(min_length=1)
    document: str = Field(min_length=1)
    low: float | None = None
    high: float | None = None

    @property
    def told(self) -> str:
        """« dcml/vandoeuvre: pue=1.3 (2026-06-01) », the same in every language."""
        value = f"{self.value:.12g}" if isinstance(self.value, float) else self.value
        return f"{self.host}: {self.field}={value} ({self.date.isoformat()})"


class AnswerRefused(SobriaError):
    """An answer that is invalid for its field."""


class AnswersRefused(ListedRefusal):
    """A table of answers with invalid rows."""


def checked(answer: SupplierAnswer) -> SupplierAnswer:
    """The answer in the unit of its field, its words in canonical form. AnswerRefused, given_value_refused."""
    asked = FIELDS.get(answer.field)
    if asked is None:
        raise _refusal(answer, "field", answer.field, ", ".join(FIELDS))
    catalogue = load()
    if answer.host not in catalogue.subjects or catalogue.subjects[answer.host].kind != "host":
        raise _refusal(answer, "host", answer.host, "ovhcloud/gra, scaleway/fr-par-2")
    if asked.kind == "number":
        return _number(answer, asked, catalogue)
    word = f"{answer.value:g}" if isinstance(answer.value, float) else answer.value
    if asked.kind == "country":
        word = (zone_of(word) or "").partition("-")[0]
    elif asked.kind == "choice":
        word = next((code for code in asked.choices if _plain(word) in _forms(code)), "")
    expected = {"choice": ", ".join(map(choice_text, asked.choices)), "country": "FRA, DEU", "region": "FRA-GES"}
    expected |= {"year": "2023, 2023-10-01", "text": "-"}
    right = {"choice": bool(word), "country": bool(word), "text": bool(word)}
    right |= {"region": bool(_REGION.fullmatch(word)), "year": bool(_YEAR.fullmatch(word))}
    if not right[asked.kind]:
        raise _refusal(answer, "word", str(answer.value), expected[asked.kind])
    return answer.model_copy(update={"value": word, "unit": ""})


def choice_text(code: str) -> str:
    """A word among which to choose, with its meanings: « by_design (de conception / by design) »."""
    return f"{code} ({' / '.join(say('hosting_choices', code, lang) for lang in LANGUAGES)})"


def _forms(code: str) -> set[str]:
    """What is read as this word: itself, its meaning in a language, or both as they are printed."""
    meant = [say("hosting_choices", code, lang) for lang in LANGUAGES]
    return {_plain(form) for form in (code, *meant, *(f"{code} ({text})" for text in meant), choice_text(code))}


def _plain(word: str) -> str:
    """A word whatever its case, spaces and apostrophes."""
    return " ".join(word.replace("’", "'").split()).casefold()


def latest(answers: Sequence[SupplierAnswer], host: str) -> dict[str, SupplierAnswer]:
    """The latest answer of a site to each field; on the same day, the last in order."""
    mine = [checked(a) for a in answers if a.host == host]
    return {a.field: a for a in sorted(mine, key=lambda a: a.date)}


def answered_bounds(answers: Sequence[SupplierAnswer], host: str) -> dict[str, SelectedFactor]:
    """Quantity -> declared factor that replaces the default of that site; exact, or the interval given.

    The PUE is E_DC / E_IT when only the two energies are given; a WUE on total energy is `wue_site`.
    AnswerRefused, given_value_refused.
    """
    last = latest_pue(latest(answers, host))
    found: dict[str, SelectedFactor] = {}
    for field in ("pue", "grid_gwp", "equipment_life", "occupancy"):
        if field in last:
            found[FIELDS[field].quantity] = _declared_factor(last[field], FIELDS[field].quantity)
    if "wue" in last:
        basis = last["wue_basis"].value if "wue_basis" in last else "it_energy"
        quantity = "wue_site" if basis == "total_energy" else "wue_it"
        other = "wue_it" if quantity == "wue_site" else "wue_site"
        found |= {quantity: _declared_factor(last["wue"], quantity), other: _not_applicable(other, host)}
    elif "wue_basis" in last and last["wue_basis"].value == "total_energy":
        found |= _on_total_energy(last["wue_basis"])
    if "pue" not in last and (ratio := energies_ratio(last)):
        found["pue"] = _declared_factor(ratio, "pue")
    return found


def latest_pue(last: dict[str, SupplierAnswer]) -> dict[str, SupplierAnswer]:
    """The latest answers without those that the PUE no longer rests on: the two energies count where both are answered
    after it."""
    ratio, said = energies_ratio(last), last.get("pue")
    return {n: a for n, a in last.items() if n != "pue"} if said and ratio and ratio.date > said.date else last


def check_together(answers: Sequence[SupplierAnswer], host: str, known: Collection[SupplierAnswer] = ()) -> None:
    """AnswerRefused, given_value_refused: the answers of a site in force cannot all be true. known: those of them that
    were recorded before, which may be withdrawn."""
    answered_bounds(answers, host)
    last = latest(answers, host)
    ratio, said = energies_ratio(last), last.get("pue")
    if ratio and said and ratio.date == said.date:
        low, high = (float(said.value if end is None else end) for end in (said.low, said.high))
        if not low * (1 - ROUNDED) <= float(ratio.value) <= high * (1 + ROUNDED):
            three = [last[name] for name in ("pue", *ENERGIES)]
            there = ", ".join(one.told for one in three if one in known)
            told = {"told": ", ".join(one.told for one in three), "there": there}
            raise _refusal(said, "pue_energies_there" if there else "pue_energies", said.value, ratio.value, **told)


def read_answers(text: str) -> list[SupplierAnswer]:
    """Answers in a table with the columns of a questionnaire, separated by `;`, `,` or tabs, or in a list of JSON
    objects with these names; empty values are skipped.

    Numbers with a decimal comma or point, of one reading, past dates as 2026-11-25 or 25/11/2026. AnswersRefused: a
    column that lacks or is unknown, and every bad row, one that contradicts another of its day among them.
    """
    text = text.removeprefix("\ufeff")
    rows, names, mark = _json_rows(text) if text.lstrip()[:1] in ("[", "{") else _table_rows(text)
    if faults := _column_faults(rows, names, text.partition("\n")[0].strip()[:80]):
        raise AnswersRefused(faults, rows=1)
    found: list[SupplierAnswer] = []
    wrong: list[dict[str, str]] = []
    first: dict[tuple[str, str, date], tuple[int, SupplierAnswer]] = {}
    for line, row in rows:
        cells = {name: _unguarded_cell(row.get(name) or "") for name in COLUMNS}
        if beyond := "".join(row.get(UNNAMED) or ()).strip():
            wrong.append(_at(line, sentences("answer_problems", "beyond", read=beyond)))
        if not cells["valeur"]:
            continue
        try:
            found.append(checked(_answer(cells, mark)))
            said = found[-1]
            earlier, other = first.setdefault((said.host, said.field, said.date), (line, said))
            if other != said:
                raise _refusal(said, "contradiction", cells["valeur"], str(earlier))
        except ValidationError as error:
            columns = dict(zip(SupplierAnswer.model_fields, ("hote", "champ", "valeur", *COLUMNS[3:]), strict=True))
            name = columns[str(error.errors()[0]["loc"][0])]
            wrong.append(_at(line, sentences("answer_problems", "cell", column=name, read=cells[name] or "-")))
        except SobriaError as error:
            wrong.append(_at(line, error.as_dict()))
    if wrong := wrong or list(_apart(found, first)):
        raise AnswersRefused(wrong, rows=len(wrong))
    return found


def _apart(
    found: Sequence[SupplierAnswer], first: Mapping[tuple[str, str, date], tuple[int, SupplierAnswer]]
) -> Iterator[dict[str, str]]:
    """The sites whose answers in this table cannot all be true, each with the lines of its PUE and of its energies."""
    for host in dict.fromkeys(answer.host for answer in found):
        try:
            check_together(found, host)
        except SobriaError as error:
            last = latest(found, host)
            asked = [last[name] for name in ("pue", *ENERGIES) if name in last]
            lines = sorted(first[host, said.field, said.date][0] for said in asked)
            yield _at(", ".join(map(str, lines)), error.as_dict(), "lines")


def _column_faults(rows: Rows, names: Sequence[str], read: str) -> list[dict[str, str]]:
    """The columns that lack, and those that a questionnaire does not have."""
    known = (*COLUMNS, *QUESTION_COLUMNS)
    missing = [c for c in COLUMNS if c not in OPTIONAL and c not in names]
    unknown = [n for n in dict.fromkeys(n for _, row in rows for n in row) if n not in (*known, MARK, UNNAMED)]
    lacking = {"read": ", ".join(names) or read or "-", "expected": ", ".join(missing)}
    beside = {"read": printable(", ".join(unknown)), "expected": ", ".join(known)}
    faults = [sentences("answer_problems", "columns", **lacking)] if missing else []
    return [*faults, *([sentences("answer_problems", "columns_unknown", **beside)] if unknown else [])]


def _table_rows(text: str) -> tuple[Rows, Sequence[str], str]:
    """The rows of a table with their lines, its columns, and the mark of decimals: a comma, unless it parts cells."""
    delimiter = max(";,\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey=UNNAMED, delimiter=delimiter)
    reader.fieldnames = names = [name.strip() for name in reader.fieldnames or ()]
    return [(reader.line_num, row) for row in reader], names, "." if delimiter == "," else ","


def _json_rows(text: str) -> tuple[Rows, Sequence[str], str]:
    """The objects of a list, or of the list named `questions`, with their ranks, the names that all have, and no mark:
    a text may have either, and a number has one reading. AnswersRefused where an object holds a key twice."""
    try:
        found = loaded(text)
    except RepeatedKey as error:
        raise AnswersRefused([sentences("answer_problems", "repeated_key", read=cut(error.key))], rows=1) from error
    except (ValueError, RecursionError):
        return [], (), ""
    listed = found.get("questions") if isinstance(found, dict) else found
    objects = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    rows = [(rank, {k: _json_cell(v) for k, v in row.items()}) for rank, row in enumerate(objects, 1)]
    return rows, sorted(set.intersection(*(set(row) for _, row in rows))) if rows else (), ""


def _json_cell(value: object) -> str | None:
    return one_reading(repr(value)) if isinstance(value, float) else None if value is None else str(value)


def cell_text(cell: object) -> str:
    """A cell for a French spreadsheet, escaped against formulas; numbers with all digits."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(cell).removesuffix(".0").replace(".", ",")
    return f"'{cell}" if str(cell)[:1] in tuple("=+-@\t\r'") else str(cell)


def _unguarded_cell(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" else cell


def _answer(cells: Mapping[str, str], mark: str) -> SupplierAnswer:
    host, field, value, unit, day, by, document, low, high = (cells[name] for name in COLUMNS)
    french = _FRENCH_DAY.fullmatch(day)
    asked = FIELDS.get(field)
    numeric = asked is not None and asked.kind == "number"
    unit = "%" if numeric and value.endswith("%") else unit
    facts = {"host": host, "field": field, "unit": unit, "by": by, "document": document}
    values: dict[str, float | str | None] = {"value": _decimal(value) if numeric else value}
    values |= {name: _decimal(end) if end else None for name, end in (("low", low), ("high", high))}
    answer = SupplierAnswer.model_validate(
        facts | values | {"date": "-".join(reversed(french.groups())) if french else day}
    )
    if not (is_near(answer.date) and is_past(answer.date, datetime.now(UTC))):
        raise _refusal(answer, "day", day, "2026-06-01")
    for cell in (value, low, high) if numeric else ():
        if readings := cell_readings(cell, mark):
            raise _refusal(answer, "two_readings", cell, asked.unit if asked else "", **readings)
    if asked and asked.kind == "year" and _YEAR.fullmatch(value) and not _is_a_start(value):
        raise _refusal(answer, "word", value, f"2023, 2023-10-01, {FIRST_CENTRE}–{date.today().year + 1}")
    return answer


def _is_a_start(value: str) -> bool:
    """Whether a centre may have been commissioned in that year, or on that day."""
    try:
        year = date.fromisoformat(value if "-" in value else f"{value}-01-01").year
    except ValueError:
        return False
    return FIRST_CENTRE <= year <= date.today().year + 1


def _decimal(cell: str) -> float | str:
    """The number of a cell; the cell itself when not a number."""
    try:
        return float(bare_number(cell, 1.0))
    except ValueError:
        return cell


def _number(answer: SupplierAnswer, asked: QuestionnaireField, catalogue: Catalogue) -> SupplierAnswer:
    unit = answer.unit or asked.unit
    scale = 1.0 if unit == asked.unit else CONVERSIONS.get((unit, asked.unit))
    if scale is None:
        raise _refusal(answer, "unit", unit, asked.unit)
    if isinstance(answer.value, str):
        raise _refusal(answer, "number", answer.value, asked.unit)
    read = (answer.value, *(answer.value if end is None else end for end in (answer.low, answer.high)))
    value, low, high = (number * scale for number in read)
    if not low <= value <= high:
        raise _refusal(answer, "order", f"{low:g}, {value:g}, {high:g}", "bas ≤ valeur ≤ haut")
    for number in (low, value, high):
        _plausible(answer.field, asked, number, catalogue)
    ends = {"low": None if answer.low is None else low, "high": None if answer.high is None else high}
    return answer.model_copy(update=ends | {"value": value, "unit": asked.unit})


def _plausible(field: str, asked: QuestionnaireField, number: float, catalogue: Catalogue) -> None:
    """given_value_refused outside the range of the quantity, or of the field when it gives none."""
    if asked.quantity and asked.unit == catalogue.quantities[asked.quantity].unit:
        given(catalogue, asked.quantity, number)
    elif not 0 <= number <= asked.ceiling:
        name = {lang: say("hosting_fields", field, lang) for lang in LANGUAGES}
        high = "∞" if asked.ceiling == float("inf") else f"{asked.ceiling:g}"
        read = f"{number:g} {asked.unit}".removesuffix(" 1")
        raise SobriaError("given_value_refused", quantity=name, value=read, low="0", high=high)


def energies_ratio(last: Mapping[str, SupplierAnswer]) -> SupplierAnswer | None:
    """E_DC / E_IT, of the day from which both are answered. AnswerRefused when IT energy is zero."""
    total, it = (last.get(name) for name in ENERGIES)
    if total is None or it is None:
        return None
    if not float(it.value):
        raise _refusal(it, "number", "0", "> 0 kWh")
    value = float(total.value) / float(it.value)
    return total.model_copy(update={"value": value, "low": None, "high": None, "date": max(total.date, it.date)})


def _declared_factor(answer: SupplierAnswer, quantity: str) -> SelectedFactor:
    found = given(load(), quantity, float(answer.value))
    low, high = answer.low, answer.high
    said = {"low": answer.value if low is None else low, "high": answer.value if high is None else high}
    exact = said["low"] == said["high"]
    fields = {
        "id": f"answer/{answer.host}/{quantity}/{answer.date.isoformat()}",
        "subject": answer.host,
        "source": SOURCE,
        "locator": f"{answer.document}, {answer.by}, {answer.date.isoformat()}",
    } | said
    fields |= {"bounds_kind": "exact" if exact else "min_max"}
    if found.factor is None:
        return found
    return SelectedFactor(quantity, answer.host, found.factor.model_copy(update=fields))


def _on_total_energy(basis: SupplierAnswer) -> dict[str, SelectedFactor]:
    """The WUE that the tables have of a site, supposed over its IT energy, where it is said to be over all of it."""
    item = select_factor(load(), "wue_it", basis.host, basis.date).factor
    if item is None or item.subject != basis.host:
        return {}
    said = item.model_copy(update={"id": f"{item.id}/total-energy", "quantity": "wue_site"})
    return {
        "wue_site": SelectedFactor("wue_site", basis.host, said),
        "wue_it": _not_applicable("wue_it", basis.host),
    }


def _not_applicable(quantity: str, host: str) -> SelectedFactor:
    """In place of the default of a quantity that another one is answered for."""
    return SelectedFactor(quantity, host, None, missing="not_applicable")


def _refusal(answer: SupplierAnswer, code: str, read: float | str, expected: float | str, **more: str) -> AnswerRefused:
    reasons = sentences_with("answer_problems", code, read=read, expected=expected, **more)
    facts = {"host": answer.host, "field": answer.field}
    return AnswerRefused(**facts, reason=reasons)


def _at(line: int | str, said: Mapping[str, str], key: str = "line") -> dict[str, str]:
    where = {lang: say("answer_problems", key, lang, line=line, problem=said[lang]) for lang in LANGUAGES}
    return {"code": said["code"]} | where
