"""Forbidden environmental claims: their terms, the rule against each, and their detection in texts."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from estimator.core.errors import say
from estimator.core.language import OFFICIAL
from estimator.reporting.publications.context import ReportFacts


@dataclass(frozen=True)
class Claim:
    """A forbidden claim: its id, the source of the rule, and its terms by language."""

    id: str
    source: str
    terms: dict[str, tuple[re.Pattern[str], ...]]

    def found_in(self, text: str, lang: str) -> list[str]:
        """The words of a text that make this claim."""
        return [found.group() for term in self.terms[lang] for found in term.finditer(text)]


@cache
def claims() -> tuple[Claim, ...]:
    """Every forbidden claim."""
    text = (resources.files(__package__) / "forbidden_claims.toml").read_text("utf-8")
    return tuple(
        Claim(id, entry["source"], {lang: _terms(found) for lang, found in entry.items() if lang != "source"})
        for id, entry in tomllib.loads(text).items()
    )


def _terms(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def claimed(facts: ReportFacts) -> tuple[str, ...]:
    """Forbidden claims in the authority's own texts, to remove before publishing."""
    return tuple(
        facts.say("claimed", name=name, found=found, rule=say("claims", claim.id, facts.lang))
        for name, text in _texts(facts)
        for claim in claims()
        for found in dict.fromkeys(claim.found_in(text, OFFICIAL))
    )


def _texts(facts: ReportFacts) -> Iterator[tuple[str, str]]:
    """The texts of the register printed in reports, with their use case."""
    for case in facts.scope.cases:
        reasons = [case.decision.reasons] if case.decision else []
        yield case.name, "\n".join((case.name, case.task, case.unit, case.service, *reasons))
