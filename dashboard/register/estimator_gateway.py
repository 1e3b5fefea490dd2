"""Gateway to the register of use cases, for pages and forms."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from dashboard.shared.estimator_gateway import register
from dashboard.shared.html_parts import LABELS, fault_text
from estimator.comparison.scenario import Scenario
from estimator.core.errors import SobriaError, say, sentences
from estimator.core.home import default_home
from estimator.core.language import OFFICIAL
from estimator.core.refusals import FieldsRefused, ListedRefusal, on_a_page
from estimator.core.typography import typeset
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.schema import Publication
from estimator.governance.register.csv_table import FACTS, export_csv, facts_said, import_csv, row_of
from estimator.governance.register.register import author, author_of_what
from estimator.governance.register.schema import OUTCOMES, STAGES, Stage, UseCase
from estimator.governance.register.stage_rules import RULES, lacking
from estimator.reporting.project.context import scenario_of_case

__all__ = ["OUTCOMES", "STAGES", "author", "author_of_what", "export_csv", "import_csv", "register", "row_of"]


class Condition(NamedTuple):
    """A condition of a stage, its phrase of the charter, and whether it is met."""

    code: str
    charter: str
    phrase: str
    met: bool


def word(section: str, name: str, lang: str) -> str:
    """The label of a code: section "stages", "answers", "decisions", "outcomes" or "events"."""
    return typeset(say(f"register_{section}", name, lang), lang)


def next_stage(case: UseCase) -> Stage | None:
    """The stage after the current one."""
    place = STAGES.index(case.stage) + 1
    return STAGES[place] if place < len(STAGES) else None


def conditions(case: UseCase, stage: Stage) -> list[Condition]:
    """Every condition of a stage."""
    lacks = lacking(case, stage)
    rules = [rule for rule in RULES if stage in rule.stages]
    return [Condition(r.code, r.charter, typeset(r.phrase, OFFICIAL), r not in lacks) for r in rules]


def facts(cells: Mapping[str, str], case: UseCase | None = None) -> dict[str, Any]:
    """Form values, by column of the register's table, over the current facts of the use case. FieldsRefused."""
    known = row_of(case) if case else {}
    told = {n: known.get(n, "") for n in FACTS}
    return facts_said([f"{n}={v}" for n, v in cells.items()], register().invented, told)


def refusal(error: SobriaError, lang: str, labels: Mapping[str, str]) -> tuple[str, list[dict[str, str]]]:
    """A refusal for a screen: its message, and its faults; "phrase": of the charter, for a condition of a stage."""
    items, named = error.items if isinstance(error, ListedRefusal) else (), LABELS["pages"] | dict(labels)
    told = {fault_text(item, lang, named): item for item in items}  # two of one field may be one
    return typeset(on_a_page(say("errors", error.code, lang, **error.facts)), lang), [
        {"code": i["code"], "text": text, "phrase": typeset(i.get("phrase", ""), OFFICIAL)} for text, i in told.items()
    ]


def scenario_of(case: UseCase) -> Scenario:
    """The scenario attached to a use case. CaseWithoutScenario, ScenarioRefused."""
    return scenario_of_case(case, default_home())


def logged(case: UseCase) -> Publication | None:
    """Where the sheet of a use is published or, once it is closed, its evaluation; None when it is not in the log."""
    votes = Commitments(default_home())
    return votes.published(case.id, date.today(), "evaluation" if case.is_over else "fiche_habitant")


def table_of(pasted: str) -> str:
    """Cells pasted from a spreadsheet (tab-separated) as CSV; CSV text unchanged. FieldsRefused: of none."""
    if not pasted:
        raise FieldsRefused([sentences("register_problems", "missing", field="rows") | {"field": "rows"}])
    if "\t" not in pasted.partition("\n")[0]:
        return pasted
    out = io.StringIO(newline="")
    csv.writer(out).writerows(csv.reader(io.StringIO(pasted, newline=""), delimiter="\t"))
    return out.getvalue()
