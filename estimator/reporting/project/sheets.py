"""The documents of a project file by name."""

from collections.abc import Callable, Mapping

from estimator.reporting.documents.document import Document
from estimator.reporting.project.context import SheetFacts
from estimator.reporting.project.evaluation import evaluation
from estimator.reporting.project.questionnaire import questions
from estimator.reporting.project.rgesn import rgesn
from estimator.reporting.project.tender import tender

SHEETS: Mapping[str, Callable[[SheetFacts], Document]] = {
    "evaluation": evaluation,
    "rgesn": rgesn,
    "tender": tender,
    "questionnaire": questions,
}
