"""Questionnaire for a supplier: one question for each unknown fact of its site, in the terms of the law."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from estimator.catalogue.load import load
from estimator.catalogue.providers import load as load_providers
from estimator.core.errors import LANGUAGES, say
from estimator.core.language import OFFICIAL
from estimator.core.number_format import unit_text
from estimator.places.criteria import criteria
from estimator.places.evidence import HostingSite, SiteMeasurement, site, tables
from estimator.places.requirements import FIELDS
from estimator.places.supplier_answers import COLUMNS, OTHERS, QUESTION_COLUMNS, SupplierAnswer, cell_text, choice_text

TO_FILL = tuple(c for c in COLUMNS if c not in ("hote", "champ", "unite"))
TABLE = ("hote", "champ", *QUESTION_COLUMNS, "unite", *TO_FILL)
OF_A_FORM = ("country", "region", "year")  # kinds of answers whose form no unit says
ONLY_WHEN_ASKED = ("grid_gwp",)  # defaulted to the country's value, which exists for almost every country


@dataclass(frozen=True)
class SupplierQuestion:
    """A question about a site. name and law: term of the law for the field, "" when it has none.

    criteria: those that the answer settles; factor: the quantity that it sets, "" for a fact.
    """

    host: str
    field: str
    criteria: tuple[str, ...]
    name: str
    law: str
    unit: str
    choices: tuple[str, ...]
    factor: str

    def text(self, lang: str) -> str:
        return say("hosting_questions", self.field, lang)

    def period(self, lang: str) -> str:
        return say("hosting_periods", FIELDS[self.field].period, lang)

    def proof(self, lang: str) -> str:
        return say("hosting_proofs", FIELDS[self.field].proof, lang)

    def unit_text(self, lang: str) -> str:
        """The unit, or the words among which to choose."""
        if not self.choices and self.unit not in ("", "1"):
            return unit_text(self.unit, lang)
        if not self.choices:
            return say("hosting_units", FIELDS[self.field].kind, lang)
        return " ; ".join(say("hosting_choices", choice, lang) for choice in self.choices)


def questionnaire(host: str, day: date, answers: Sequence[SupplierAnswer] = ()) -> list[SupplierQuestion]:
    """A question for each unknown criterion and each missing fact or factor of a site. HostUnknown, AnswerRefused."""
    place = site(host, day, answers)
    asked: dict[str, list[str]] = {}
    for criterion in criteria(host, day, answers):
        for field in criterion.asks if criterion.status == "unknown" else ():
            asked.setdefault(field, []).append(criterion.id)
    if "pue" in asked:
        asked.setdefault("pue_kind", [])  # the kind of the value to come, whatever that of the published one
    wanted = [f for f in FIELDS if f in asked or (f not in ONLY_WHEN_ASKED and not _is_known(place, f))]
    return [_question(host, field, tuple(asked.get(field, ()))) for field in wanted]


def questionnaire_rows(hosts: Sequence[str], day: date, answers: Sequence[SupplierAnswer] = ()) -> list[dict[str, str]]:
    """The questions on these sites, one row each with the cells to fill in left empty, for `read_answers`."""
    rows = []
    for q in (q for host in hosts for q in questionnaire(host, day, answers)):
        kind = FIELDS[q.field].kind
        form = " / ".join(q.unit_text(lang) for lang in LANGUAGES) if kind in OF_A_FORM else ""
        choices = " | ".join(map(choice_text, q.choices)) or form
        asked = [q.text(lang) for lang in (OFFICIAL, *OTHERS)]
        said = (*asked, q.name, q.law, choices, q.period(OFFICIAL), q.proof(OFFICIAL))
        cells = (q.host, q.field, *said, " ".join(q.criteria), q.factor, q.unit, *("" for _ in TO_FILL))
        rows.append(dict(zip(TABLE, cells, strict=True)))
    return rows


def questionnaire_csv(hosts: Sequence[str], day: date, answers: Sequence[SupplierAnswer] = ()) -> str:
    """The same as a table, separated by `;` for French spreadsheets."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(TABLE)
    writer.writerows([cell_text(cell) for cell in row.values()] for row in questionnaire_rows(hosts, day, answers))
    return out.getvalue()


def _question(host: str, field: str, ids: tuple[str, ...]) -> SupplierQuestion:
    asked, called = FIELDS[field], tables().names.get(field)
    name, law = (called.name, load().sources[called.source].title) if called else ("", "")
    return SupplierQuestion(host, field, ids, name, law, asked.unit, asked.choices, asked.quantity)


def _is_known(place: HostingSite, field: str) -> bool:
    """Whether an answer, a fact or a value of the site gives it."""
    if field == "country":
        assumed = (found.basis == "assumed" for found in load_providers().providers if found.host == place.host)
        return "country" in place.answers or (place.country() is not None and not any(assumed))
    if field == "wue" and isinstance(place.reading("wue_site"), SiteMeasurement):
        return True
    quantity = FIELDS[field].quantity
    if field in ("pue", "wue") and isinstance(place.reading(quantity), SiteMeasurement):
        return True
    return place.fact(field) is not None
