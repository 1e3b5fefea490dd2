"""Inputs of the documents of a scenario: its comparison, its use case in the register, its sites."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from estimator.comparison.answer import Answer, AnsweredOption
from estimator.comparison.decision_sheet import decision
from estimator.comparison.five_fields import in_language
from estimator.comparison.option_inventory import host_of
from estimator.comparison.scenario import Quality, Scenario, read_scenario
from estimator.comparison.verdict_text import quality_text
from estimator.core.errors import SobriaError, say, written
from estimator.core.number_format import (
    DisplayUnit,
    tick_text,
    two_figures,
    uses_text,
)
from estimator.core.periods import short_day
from estimator.core.typography import typeset
from estimator.governance.indicators.scenarios import ceiling_lines, retained
from estimator.governance.register.register import Register
from estimator.governance.register.schema import UseCase
from estimator.places.placing import answers_on
from estimator.places.supplier_answers import SupplierAnswer
from estimator.results.proofs import impact_proof_words
from estimator.results.reading import open_current

FOUR = ("energy", "water", "adpe", "gwp")  # the order of the charter, then greenhouse gases
BARE = DisplayUnit(Decimal(1), "", scaled=False)
LONGEST, SHORT = 160, 60  # maximum characters of a user text on a sheet, and in a table


class CaseWithoutScenario(SobriaError):
    """A use case without scenario file, or with a missing one."""


@dataclass(frozen=True)
class SheetFacts:
    """An evaluated scenario. answer: of `decision`; use_case: None when not in the register; hosts: site -> labels
    of the options placed there; build: that of the ledger read by measured options, "" without any; sample:
    whether it uses the sample data of the project, or a use of its register; ceilings: those voted for the use, against
    its options."""

    scenario: Scenario
    answer: Answer
    lang: str
    file: str
    use_case: UseCase | None
    hosts: Mapping[str, tuple[str, ...]]
    build: str
    sample: bool = False
    supplied: tuple[SupplierAnswer, ...] = ()
    ceilings: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        return self.answer.date

    @property
    def title(self) -> str:
        """The name of the use case, else the title of the scenario."""
        return self.use_case.name if self.use_case else self.scenario.title

    @property
    def retained(self) -> str | None:
        """The option that the register retains."""
        return retained(self.scenario, self.use_case) if self.use_case else None

    @property
    def mark(self) -> str:
        return self.say("mark") if self.scenario.example or self.sample else ""

    @property
    def studied(self) -> list[AnsweredOption]:
        """The options with figures, or that could have some, in the order of the scenario."""
        return [option for option in self.answer.options if option.status == "studied"]

    def host_of(self, name: str) -> str | None:
        """The site of an option, stated or of its provider."""
        return host_of(self.scenario.option(name))

    def say(self, key: str, **facts: object) -> str:
        return say("sheet", key, self.lang, **facts)

    def joined(self, items: Iterable[str]) -> str:
        return self.say("semicolon").join(items)

    def label(self, name: str) -> str:
        return self.scenario.option(name).label

    def count(self, value: float) -> str:
        """A stated count, with all digits."""
        return uses_text(value, self.lang)

    def about(self, value: float) -> str:
        """A computed count, two significant figures."""
        return tick_text(float(two_figures(value)), BARE, self.lang)

    def day_text(self, day: str | date) -> str:
        """« 25/11/2026 », « 25 Nov 2026 »; a text that is not a date is unchanged."""
        return short_day(day, self.lang)

    def proof(self, impact: str, proofs: Mapping[str, Mapping[str, float]]) -> str:
        """« 60 % mesuré, 40 % estimé »: what an impact, or a part of one, rests on; empty of an unknown one."""
        return typeset(impact_proof_words(impact, proofs.get(impact, {}), self.lang), self.lang)

    def score(self, quality: Quality | None) -> str:
        """« 94 % (200 courriers, 02/05/2026, Service courrier) », the test omitted when it is that of the threshold."""
        value = quality_text(quality, self.lang)
        if quality is None:
            return value
        wanted = self.scenario.constraints.quality
        known = wanted is not None and wanted is not quality and wanted.test == quality.test
        found = ", ".join(
            text for text in ("" if known else quality.test, self.day_text(quality.date), quality.by) if text
        )
        return f"{value} ({clipped(found, SHORT)})" if found else value

    def command(self, kind: str) -> str:
        return f"sobria sheet {kind} {self.file} --lang {self.lang}"


def facts_of(scenario: Scenario, lang: str, home: Path | None = None, file: str = "scenario.toml") -> SheetFacts:
    """The comparison of a scenario with its context. ScenarioRefused."""
    scenario = in_language(scenario, lang)
    answer = decision(scenario, home, lang=lang)
    scenario = answer.scenario
    cases = Register(home).use_cases() if home and scenario.use_case else []
    case = next((found for found in cases if found.id == scenario.use_case), None)
    measured = home and any(option.measured for option in scenario.options)
    build = open_current(home) if home and (measured or case) else None
    source = (build.id if measured else "", build.sample) if build else ("", False)
    said = (answers_on(home, answer.date), tuple(ceiling_lines(home, answer, lang)) if home and case else ())
    return SheetFacts(scenario, answer, lang, file, case, _hosts(scenario), *source, *said)


def scenario_of_case(case: UseCase, home: Path) -> Scenario:
    """The scenario attached to a use case of the register. CaseWithoutScenario, ScenarioRefused."""
    path = home / "scenarios" / case.scenario
    if not path.is_file():
        raise CaseWithoutScenario(name=case.name, read=case.scenario or "-")
    return read_scenario(path).model_copy(update={"use_case": case.id})


@cache
def _half_figure() -> re.Pattern[str]:
    """A rough figure, in any language, without the unit that ends it."""
    return re.compile(rf" (?:{written('rough')})(?:,(?: (?:{written('between')}|[\d.,]+))*)?$")


def clipped(text: str, longest: int = LONGEST) -> str:
    """A text on one line, cut after a clause that holds most of the room, else after a word or before a rough figure
    that would be cut; a word longer than the room is cut."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    kept = line[:longest].rpartition(" ")[0] or line[: longest - 1]
    whole = max(kept.rfind(end) for end in (" ; ", "; ", ". "))
    kept = kept[:whole] if whole > len(kept) / 2 else kept
    return (_half_figure().sub("", kept) or kept).rstrip(" ,;:(") + "…"


def once(items: Sequence[str]) -> tuple[str, ...]:
    """Without duplicates, in order."""
    return tuple(dict.fromkeys(items))


def _hosts(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The sites of the studied options, with the labels of those placed there."""
    found: dict[str, tuple[str, ...]] = {}
    for option in scenario.options:
        if (host := host_of(option)) and option.status == "studied":
            found[host] = (*found.get(host, ()), option.label)
    return found
