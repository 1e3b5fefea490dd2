"""Conditions of entry of the stages, with the phrase of the charter for each."""

from collections.abc import Callable
from dataclasses import dataclass

from estimator.core.errors import sentences
from estimator.governance.register.schema import CLOSING, Stage, UseCase


@dataclass(frozen=True)
class StageRule:
    """A condition of entry of some stages: `code` is the key of its text, `charter` and `phrase` its reference."""

    code: str
    stages: tuple[Stage, ...]
    charter: str
    phrase: str
    holds: Callable[[UseCase], bool]

    def as_dict(self) -> dict[str, str]:
        """The missing condition: {"code", "charter", "phrase"} and each language."""
        said = sentences("register_rules", self.code, charter=self.charter, phrase=self.phrase)
        return said | {"charter": self.charter, "phrase": self.phrase}


def _has_answer(case: UseCase) -> bool:
    return case.alternative.answer != "non_etudiee" and bool(case.alternative.reason)


def reaches_threshold(case: UseCase) -> bool:
    """Whether the last quality by the test of the threshold reaches it."""
    return case.threshold is not None and case.tested is not None and case.tested.value >= case.threshold.value


def _has_end_decision(case: UseCase) -> bool:
    return case.decision is not None and case.decision.what in (*CLOSING, "changer_etape")


RULES = (
    StageRule(
        "answered",
        ("experimentation", "pilote", "generalisation", "retrait"),
        "C39",
        "Existe-t-il des solutions alternatives, ne recourant pas à l'IA, pouvant produire les mêmes effets ?",
        _has_answer,
    ),
    StageRule(
        "threshold",
        ("pilote", "generalisation"),
        "C06",
        "La fiabilité se traduit par la capacité d'une IA à fournir des réponses précises de façon régulière.",
        lambda case: case.threshold is not None,
    ),
    StageRule(
        "model",
        ("pilote", "generalisation"),
        "C25",
        "Promouvoir l'utilisation de modèles d'IA légers ou adaptés aux besoins spécifiques.",
        lambda case: bool(case.model),
    ),
    StageRule(
        "host",
        ("pilote", "generalisation"),
        "C21",
        "Favoriser les datacenter mutualisés",
        lambda case: bool(case.host),
    ),
    StageRule(
        "consulted",
        ("pilote", "generalisation"),
        "C41",
        "démarche progressive, fondée sur l'expérimentation et la concertation avec les métiers",
        lambda case: bool(case.consulted),
    ),
    StageRule(
        "human_contact",
        ("generalisation",),
        "N3",
        "ne remplace pas entièrement l'interaction humaine",
        lambda case: bool(case.human_contact),
    ),
    StageRule(
        "quality",
        ("generalisation",),
        "C42",
        "afin d'éviter tout déploiement précipité ou inadapté à grande échelle",
        reaches_threshold,
    ),
    StageRule(
        "reviewed",
        ("generalisation",),
        "C43",
        "évaluation, qui doit se poursuivre tout au long de l'utilisation de l'IA",
        lambda case: bool(case.reviews),
    ),
    StageRule(
        "decided",
        ("generalisation",),
        "C41",
        "démarche progressive, fondée sur l'expérimentation et la concertation avec les métiers",
        lambda case: case.decision is not None,
    ),
    StageRule(
        "stopped",
        ("retrait",),
        "C46",
        "traçabilité des décisions automatisées et à la gestion des risques associés",
        _has_end_decision,
    ),
)


def lacking(case: UseCase, stage: Stage) -> list[StageRule]:
    """The unmet conditions of a stage for a use case."""
    return [rule for rule in RULES if stage in rule.stages and not rule.holds(case)]
