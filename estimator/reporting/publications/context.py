"""Inputs of every report: the indicators of a scope, and the lines on their basis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from estimator.core.communes import has_nine_digits, is_abroad, is_siren
from estimator.core.errors import SobriaError, say
from estimator.core.number_format import share_text
from estimator.governance.indicators import Scope, sheet
from estimator.governance.indicators.anonymity import withheld
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.practices import proof_shares
from estimator.governance.indicators.told_shares import each_of_merged
from estimator.governance.indicators.usage_by_case import Attached, last_day
from estimator.governance.register.schema import METROPOLE, WHOLE, is_commune
from estimator.reporting.documents.document import Document
from estimator.reporting.summary.sentences import (
    covered_period_text,
    in_use_text,
    proof_text,
    tell,
    territory_text,
)
from estimator.reporting.summary.standing import outside_of

METHOD = "docs/methode.md"


@dataclass(frozen=True)
class ReportFiles:
    """files: name -> a document, or the text of a table; the name "" for the requested file itself; left_out: texts on
    what was left out."""

    files: Mapping[str, Document | str]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportRequest:
    """Parameters of a report: a period (default: the year of the last month), a territory, the publisher.

    without_uses: whether it can be of a commune that has no use case yet; file: whether an authority hands it over, and
    may then give its SIREN for « metropole ».
    """

    period: str | None = None
    territory: str = "all"
    administration: str = ""
    without_uses: bool = False
    file: bool = False


@dataclass(frozen=True)
class ReportFacts:
    """A scope with its sheet of indicators. administration: the publisher, "" when not given; code: its SIREN, which is
    the territory of the file that it hands over, "" for that of the scope."""

    scope: Scope
    body: Mapping[str, Any]
    lang: str
    administration: str = ""
    code: str = ""

    def say(self, key: str, **facts: object) -> str:
        return say("report", key, self.lang, **facts)

    @property
    def mark(self) -> str:
        """« DONNÉES FICTIVES » for the sample data of the project, else nothing."""
        return self.say("mark") if self.body["sample"] else ""

    @property
    def period(self) -> str:
        """« année 2026 », or how many of its months have data."""
        return covered_period_text(self.body, self.lang)

    @property
    def territory(self) -> str:
        """« Tout le territoire », « Services de la métropole », « Commune 54395 »."""
        return territory_text(self.scope.territory, self.lang)

    @property
    def place(self) -> str:
        """The territory inside a sentence: « tout le territoire »."""
        return self.territory[:1].lower() + self.territory[1:]

    @cached_property
    def withheld(self) -> bool:
        """Whether the figures are withheld, about too few agents."""
        return withheld(self.scope)

    def until(self, month: int) -> date:
        """The last day of a month, or today in the current month."""
        return min(last_day(month), self.scope.sources.today)

    @property
    def method(self) -> str:
        """Address of the method, and the version of its formulas."""
        return self.say("method", file=METHOD, formulas=self.scope.sources.build.meta["formulas_version"])

    @property
    def coverage(self) -> str:
        """« 3 usages sur 4 ont des données ; 100 % de l'électricité est rattachée à un usage »."""
        found = self.body["indicators"]["coverage"]
        told = {"counted": in_use_text(found["value"], self.lang, self.body["elsewhere"])}
        if self.body["elsewhere"]:
            return self.say("coverage_elsewhere", **told)
        share = found["attached"]
        if share is None:
            return self.say("coverage_untold" if "missing" in found else "coverage_none", **told)
        return self.say("coverage", share=share_text(share, self.lang), **told)

    @property
    def outside(self) -> str:
        """What authorities withhold, and no figure holds; empty where nothing is."""
        return outside_of(self.body, self.lang)

    @property
    def provenance(self) -> dict[str, str]:
        """Period, territory, coverage, build, factors and method of a report, machine-readable."""
        return {
            "mark": self.mark,
            "period": str(self.scope.period),
            "territory": self.scope.territory,
            "coverage": ". ".join(filter(None, (self.coverage, self.outside.removesuffix(".")))),
            "build": self.body["build"],
            "factors_version": self.body["factors_version"],
            "method": self.method,
        }

    def made(self, coverage: str = "") -> str:
        """Coverage, as the document says it or whole, build, factors and method in one text, after the mark."""
        told = {name: self.provenance[name] for name in ("coverage", "build", "factors_version", "method")}
        told |= {"coverage": coverage} if coverage else {}
        return " ".join(filter(None, (f"{self.mark}." if self.mark else "", self.say("made", **told))))

    def proof(self, rows: Sequence[Attached], impact: str, rounded: bool) -> str:
        """« 60 % mesuré, 40 % estimé » of an impact, unknown, or not told of a sum that is rounded."""
        shares = known_shares(rows, impact)
        told = each_of_merged(shares) if rounded else shares
        none = tell("proof_untold", self.lang) if shares else self.say("proof_none")
        return proof_text(told, self.lang, impact) or none


def facts_of(home: Path, asked: ReportRequest, lang: str, today: date | None = None) -> ReportFacts:
    """The facts of a home today. NoBuild, PeriodRefused, territory_unknown, siren_key."""
    if asked.file and has_nine_digits(asked.territory):
        if not is_siren(asked.territory):
            raise SobriaError("siren_key", read=asked.territory)
        return replace(facts_of(home, replace(asked, territory=METROPOLE), lang, today), code=asked.territory)
    free = asked.without_uses and is_commune(asked.territory)
    scope = scope_of(home, WHOLE if free else asked.territory, asked.period, today)
    none = is_abroad(asked.territory) and not scope.sources.build.sample
    if free and (none or scope.sources.cases or scope.sources.authorities):  # a commune of no use may be a slip
        scope = scope_of(home, asked.territory, asked.period, today)
    return facts_in(replace(scope, territory=asked.territory), lang, asked.administration.strip())


def facts_in(scope: Scope, lang: str, administration: str = "") -> ReportFacts:
    """The facts of a scope."""
    return ReportFacts(scope, sheet(scope), lang, administration)


def known_shares(rows: Sequence[Attached], impact: str = "energy") -> dict[str, float]:
    """Share of an impact by proof [1]; empty when there is none."""
    shares = proof_shares(rows, impact)
    return shares if any(shares.values()) else {}
