"""The documents about a use case by name."""

from collections.abc import Callable, Mapping

from estimator.governance.commitments.schema import What
from estimator.reporting.documents.document import Document
from estimator.reporting.uses.context import UseFacts
from estimator.reporting.uses.evidence import evidence_file
from estimator.reporting.uses.resident import resident
from estimator.reporting.uses.sci import CarbonIntensity, sci
from estimator.reporting.uses.stopped import stopped

DOCUMENTS: Mapping[str, Callable[[UseFacts], Document]] = {
    "resident": resident,
    "stopped": stopped,
    "sci": lambda facts: sci(CarbonIntensity(facts)),
    "evidence": lambda facts: evidence_file([facts]),
}
LOGGED: Mapping[str, What] = {"resident": "fiche_habitant", "stopped": "evaluation"}  # its name in the log
