"""Software carbon intensity of a use (ISO/IEC 21031:2024): ((E × I) + M) per R, by location, from the ledger."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from estimator.assessment.impacts import Amount, ImpactIndicator, amounts, figure_named
from estimator.assessment.uncertainty import interval
from estimator.comparison.paired_draws import Side
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.interval import Interval
from estimator.core.number_format import interval_text, made_text, share_text, tick_text
from estimator.governance.indicators.explanation import USE
from estimator.governance.indicators.functional_units import answering, outputs
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.places.supplier_answers import SOURCE
from estimator.reporting.documents.document import Document, Points, Record, Row, Section, Table
from estimator.reporting.project.context import BARE
from estimator.reporting.publications.context import known_shares
from estimator.reporting.summary.sentences import proof_text
from estimator.reporting.uses.context import UseFacts

COLUMNS = ("terme", "bas", "central", "haut", "unite", "valeur_aux_facteurs", "couvre", "preuve", "texte")
THOUSAND, PERCENT = 1000, 100
_GWP, _ENERGY = figure_named("gwp"), figure_named("energy")
assert _GWP is not None and _ENERGY is not None
USE_PART, MADE = _GWP.parts[0], _GWP.made
TERMS = (  # E, E × I, M and the score before its division; the network has no electricity of ours, and stays outside
    ImpactIndicator("energy", "kWh", _ENERGY.parts),
    ImpactIndicator("operational", "kgCO2e", (USE_PART,)),
    ImpactIndicator("embodied", "kgCO2e", MADE),
    ImpactIndicator("score", "kgCO2e", (USE_PART, *MADE)),
)


@dataclass(frozen=True)
class CarbonIntensity:
    """The terms of a score. asked: key of R, the first counted when there is none; terms: E, E × I, M, and their
    sum, over the period."""

    facts: UseFacts
    asked: str = ""

    @cached_property
    def rows(self) -> list[Attached]:
        """The months whose emissions by location are known. score_without_figures, score_without_energy,
        score_unknown."""
        if not self.facts.rows:
            told = {lang: replace(self.facts, lang=lang).no_figures for lang in LANGUAGES}
            period = self.facts.scope.period
            raise SobriaError("score_without_figures", name=self.facts.case.name, period=period, why=told)
        found = [row for row in self.facts.rows if row.row.group.values.get("use_gwp") is not None]
        if not found:
            known = any(row.row.group.values.get("site_energy") is not None for row in self.facts.rows)
            unknown = amounts([row.row.group for row in self.facts.rows], TERMS[:1])["energy"].missing
            why: dict[str, Any] = {
                "name": self.facts.case.name,
                "period": self.facts.scope.period,
                "why": unknown or {},
            }
            raise SobriaError("score_unknown" if known or not unknown else "score_without_energy", **why)
        return found

    @cached_property
    def terms(self) -> Mapping[str, Amount]:
        return amounts([row.row.group for row in self.rows], TERMS)

    @cached_property
    def intensity(self) -> Amount:
        """I, draw by draw [kgCO2e/kWh]."""
        side = Side([row.row.group for row in self.rows])
        drawn: Any = [side.drawn(term) for term in TERMS[:2]]  # known, as every row is
        at: Any = [side.at_factor_values(term) for term in TERMS[:2]]
        found = interval(drawn[1] / drawn[0], "kgCO2e/kWh")
        return Amount(**found.model_dump(), at_factor_values=at[1] / at[0])

    @property
    def score(self) -> Amount:
        """The score of one R [kgCO2e]."""
        whole = self.terms["score"]
        return Amount(
            **whole.per(self.units).model_dump(), at_factor_values=(whole.at_factor_values or 0.0) / self.units
        )

    @cached_property
    def counted(self) -> dict[str, float]:
        """How many of each unit are counted in the same months. nothing_counted, unit_not_counted."""
        known = {name: count for name in UNITS if (count := UNITS[name](self.facts, self.rows))}
        if not known:
            raise SobriaError("nothing_counted", name=self.facts.case.name, id=self.facts.case.id)
        if self.asked and self.asked not in known:
            told = ", ".join(f"{name} ({tick_text(count, BARE, self.facts.lang)})" for name, count in known.items())
            read = f"{self.asked} ({self.facts.case.unit})" if self.asked == "unit" else self.asked
            raise SobriaError("unit_not_counted", read=read, expected=told, name=self.facts.case.name)
        return known

    @property
    def unit(self) -> str:
        """The key of R."""
        return self.asked or next(iter(self.counted))

    @property
    def unit_name(self) -> str:
        """« une réponse relue et envoyée », as the register says it, or the name of what is counted in its place."""
        return say("sci_units", self.unit, self.facts.lang, unit=self.facts.case.unit)

    @property
    def units(self) -> float:
        """R."""
        return self.counted[self.unit]

    @property
    def left_out(self) -> float:
        """Units counted in months whose emissions are unknown: they are not in R."""
        return (UNITS[self.unit](self.facts, self.facts.rows) or 0.0) - self.units

    @property
    def uncounted(self) -> float:
        """Share of the electricity of the score in months without any unit [1]: it waits, or nobody counts."""
        silent = [row.row.group for row in self.rows if not UNITS[self.unit](self.facts, [row])]
        part = amounts(silent, TERMS[:1])["energy"].at_factor_values
        return (part or 0.0) / (self.terms["energy"].at_factor_values or 1.0)

    @property
    def made_covers(self) -> float:
        """Share of the electricity of the score with all of its manufacture in M [1]."""
        return self.made["made"]

    @property
    def made(self) -> dict[str, float]:
        """What `Amount` says of the manufacture of the score, of which M is a part."""
        whole = self.terms["score"]
        return {"made": whole.made or 0.0, "made_partly": whole.made_partly or 0.0}

    @property
    def from_suppliers(self) -> bool:
        """Whether a supplier stated an intensity, which may be that of a contract."""
        bound = (row.row.group.bounds.get("grid_gwp") for row in self.rows)
        return any(found.factor.source == SOURCE for found in bound if found and found.factor)

    def as_dict(self) -> dict[str, Any]:
        """As JSON: each term over the period, R, and the score for one R."""
        facts = self.facts
        return {
            "use_case": facts.case.id,
            "period": str(facts.scope.period),
            "per": self.unit,
            "unit": self.unit_name,
            "score": _brief(self.score),
            "E": self.terms["energy"].as_dict(),
            "I": _brief(self.intensity),
            "E×I": self.terms["operational"].as_dict(),
            "M": self.terms["embodied"].as_dict() | {"covers": self.made_covers} | self.made,
            "R": self.units,
            "R_left_out": self.left_out,
            "E_without_R": self.uncounted,
            "proof": known_shares(self.rows),
            "basis": "location",
            "explain": [f"{USE}.{facts.case.id}.{facts.scope.period}.{name}" for name in EXPLAINED],
            "build": facts.scope.sources.build.id,
            "factors_version": facts.scope.sources.build.factors_version,
            "sample": facts.scope.sources.build.sample,
        }


STATED = ("accepted", "declared")  # units that rest on what somebody says
EXPLAINED = ("energy", "gwp.use", *(f"gwp.{part.name}" for part in MADE))


def _items(facts: UseFacts, rows: Sequence[Attached]) -> float | None:
    """Units of the register; requests are none of them."""
    return sum(row.row.items or 0.0 for row in rows) or None


def _requests(facts: UseFacts, rows: Sequence[Attached]) -> float | None:
    return sum(row.row.requests or 0.0 for row in answering(rows)) or None


def _accepted(facts: UseFacts, rows: Sequence[Attached]) -> float | None:
    """Units of these months, times the share that the last test of the use found good."""
    found, made = facts.case.tested, _items(facts, rows)
    if found is None or not made:
        return None
    share = found.value / PERCENT if "%" in found.test else found.value
    return made * share if 0 < share <= 1 else None


def _declared(facts: UseFacts, rows: Sequence[Attached]) -> float | None:
    """The volume that the register declares for a month, in each of these months."""
    return (facts.case.volume_per_month or 0.0) * len(months_of(rows)) or None


def _hours(facts: UseFacts, rows: Sequence[Attached]) -> float | None:
    return sum(row.row.group.amounts.get("machine_hours") or 0.0 for row in rows) or None


def _tokens(facts: UseFacts, rows: Sequence[Attached]) -> float | None:
    return sum(row.row.group.amounts.get("output_tokens") or 0.0 for row in rows) / THOUSAND or None


UNITS: Mapping[str, Callable[[UseFacts, Sequence[Attached]], float | None]] = {
    "unit": _items,
    "request": _requests,
    "accepted": _accepted,
    "1000-tokens": _tokens,
    "audio-hour": lambda facts, rows: outputs(rows, "audio-hour"),
    "image": lambda facts, rows: outputs(rows, "image"),
    "declared": _declared,
    "machine-hour": _hours,
}


def _brief(amount: Amount) -> dict[str, Any]:
    """A ratio as JSON: it has no bounds and no coverage of its own."""
    return Interval.as_dict(amount) | {"at_factor_values": amount.at_factor_values}


def sci(found: CarbonIntensity) -> Document:
    """The report. score_unknown, unit_not_counted."""
    facts, lang = found.facts, found.facts.lang
    unit, unmade = found.unit_name, "" if found.terms["embodied"].known else "_unmade"
    rows = tuple(_rows(found))
    columns = tuple(facts.say(f"sci_{name}") for name in ("term", "value", "proof"))
    explained = ", ".join(f"sobria explain {number}" for number in found.as_dict()["explain"])
    sections = (
        Section(facts.say("sci_terms"), (Table(facts.say("sci_formula"), columns, rows), *_notes(found))),
        Section(
            facts.say("sci_boundary"),
            (Points((facts.say(f"sci_inside{unmade}"), facts.say(f"sci_outside{unmade}"), facts.say("sci_basis"))),),
        ),
        Section(facts.say("sci_method"), (facts.say("sci_draws"),)),
    )
    return Document(
        kind=facts.say("sci_kind", period=facts.period),
        title=facts.case.name,
        lang=lang,
        lead=(
            facts.say("sci_lead", score=interval_text(found.score, lang), unit=unit),
            *((facts.say("sci_minimum"),) if found.made_covers < 1 else ()),
        ),
        sections=sections,
        foot=(facts.traced(), explained, facts.say("nature")),
        columns=COLUMNS,
        records=tuple(_records(found)),
        mark=facts.mark,
    )


def _figures(found: CarbonIntensity) -> Iterator[tuple[str, Amount, float, str]]:
    """Each term: its key, its amount, the share of the electricity that it covers [1], and its proof."""
    facts, terms = found.facts, found.terms
    proof, computed = proof_text(known_shares(found.rows), facts.lang), facts.say("sci_computed")
    yield "E", terms["energy"], 1.0, proof
    yield "I", found.intensity, 1.0, computed
    yield "O", terms["operational"], 1.0, computed
    yield "M", terms["embodied"], found.made_covers, facts.say("sci_made")
    yield "SCI", found.score, 1.0, facts.say("sci_added")


def _rows(found: CarbonIntensity) -> Iterator[Row]:
    facts = found.facts
    for key, amount, _covers, proof in _figures(found):
        if key == "SCI":
            declared = facts.say(f"sci_R_{found.unit}" if found.unit in STATED else "sci_counted")
            count = f"{tick_text(found.units, BARE, facts.lang)} × « {found.unit_name} »"
            yield (facts.say("sci_R"), count, declared)
        text = interval_text(amount, facts.lang)
        made = made_text(found.made["made"], found.made["made_partly"], facts.lang)
        if key == "M" and amount.known and made:
            text += f" ({made})"
        yield (facts.say(f"sci_{key}"), text, proof if amount.known else "")


def _notes(found: CarbonIntensity) -> Iterator[str]:
    """What makes this score another than it seems."""
    facts = found.facts
    if found.left_out > 0:
        yield facts.say("sci_left_out", count=tick_text(found.left_out, BARE, facts.lang))
    if found.uncounted > 0:
        yield facts.say("sci_uncounted", share=share_text(found.uncounted, facts.lang))
    if found.from_suppliers:
        yield facts.say("sci_suppliers")


def _records(found: CarbonIntensity) -> Iterator[Record]:
    for key, amount, covers, proof in _figures(found):
        ends = (amount.low, amount.central, amount.high, amount.unit, amount.at_factor_values)
        yield (key, *ends, covers, proof, interval_text(amount, found.facts.lang))
    yield ("R", None, found.units, None, found.unit_name, found.units, 1.0, "", "")
