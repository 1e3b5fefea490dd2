"""At most three decisions to take: levers, comparisons with a clear verdict, gaps of the register, in this order."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from estimator.comparison.verdict_rules import SETTLED
from estimator.comparison.verdict_text import told
from estimator.core.errors import LANGUAGES, say
from estimator.core.number_format import figure
from estimator.core.periods import Period
from estimator.core.searched_text import as_compared
from estimator.core.typography import typeset
from estimator.governance.indicators.anonymity import grouped, is_untold, untold_ids
from estimator.governance.indicators.known_days import SHORT
from estimator.governance.indicators.scenarios import ScenarioDecision
from estimator.governance.indicators.scope import Scope, is_in_use, of_case
from estimator.governance.indicators.small_uses import heads_of, small_ids
from estimator.governance.levers.levers import Lever, levers
from estimator.governance.register.schema import WHOLE, UseCase

MOST = 3
NAMED = 3  # use cases named in a sentence
LEAST = 0.005  # of what the uses of levers that add up take: one that surely saves less is not worth a decision [1]


def decisions(scope: Scope) -> list[dict[str, Any]]:
    """{"kind", "cases", "title": {fr, en}, "proof": {fr, en}, "check": {fr, en}, "paper": {fr, en}, "since": {fr,
    en}}: what frees a total that is not told, the levers that add up, the most certain gain first, then the
    ideas that run, comparisons, by electricity, and the register.
    check, both in short for a sheet, and the months of the gain: of a lever alone."""
    found = [*_heads(scope), *_levers(scope)]
    told = {case for decision in found for case in decision["cases"]}
    return [*found, *_ideas_that_run(scope), *_comparison_decisions(scope, told), *_register(scope)][:MOST]


def _heads(scope: Scope) -> Iterator[dict[str, Any]]:
    """The services whose agents are to be stated, as their few uses alone make them small: named for those who hold the
    data; in what leaves them, not, and where the total is not told."""
    if not scope.sources.inside and not is_untold(scope):
        return
    heads, small = heads_of(scope), small_ids(scope)
    services = sorted({c.service for c in scope.every.cases if c.id in small and as_compared(c.service) not in heads})
    if services:
        key = "heads" if scope.sources.inside else "heads_unnamed"
        titles = {g: say("synthesis_decisions", key, g, names=names_text(services, g)) for g in LANGUAGES}
        why = {lang: say("synthesis_decisions", "heads_why", lang) for lang in LANGUAGES}
        yield {"kind": "heads", "cases": [], "title": titles, "proof": why}


def _ideas_that_run(scope: Scope) -> Iterator[dict[str, Any]]:
    """The uses told one by one with runs of theirs, that the register has as ideas."""
    if is_untold(scope):
        return
    shown = grouped(scope).shown
    if early := [case for case in scope.cases if case.id in shown and case.stage == "idee" and not case.is_over]:
        yield _decision("ideas", early, {g: say("synthesis_decisions", "ideas_why", g) for g in LANGUAGES})


def _levers(scope: Scope) -> Iterator[dict[str, Any]]:
    """Those worth a decision; none of a use that is merged, in the period or in the months of the gain: it would be
    told of it alone; nor of one known for less than a week: its year would be made from a day or two."""
    every, hidden = levers(scope.sources), untold_ids(scope, scope.period.months())
    used = every.used.central if every.used else None
    for lever in every.of(None if scope.territory == WHOLE else {case.id for case in scope.cases}):
        if lever.use_case in hidden | untold_ids(scope, lever.months):
            continue
        if used and (lever.gain.low or 0.0) >= LEAST * used and lever.days >= SHORT:
            proof = {lang: gain_text(lever, lang) for lang in LANGUAGES}
            paper = {lang: _on_condition(lever, lang) for lang in LANGUAGES}
            cases = [lever.use_case] if lever.use_case else []
            since = {lang: Period.over(lever.months).label(lang) for lang in LANGUAGES}
            told = {"title": lever.title, "proof": proof, "check": lever.check, "paper": paper, "since": since}
            yield {"kind": lever.kind, "cases": cases} | told


def _on_condition(lever: Lever, lang: str) -> str:
    """« Entre 20 et 90 kWh de moins par an. D'abord : refaire le test de qualité. », for paper, which links nowhere."""
    told = say("levers", "on_condition", lang, gain=figure(lever.gain, lang).interval, check=lever.check[lang])
    return typeset(f"{told[:1].upper()}{told[1:]}", lang)


def gain_text(lever: Lever, lang: str) -> str:
    """« Entre 20 et 90 kWh de moins par an (octobre 2025 à septembre 2026) ; effort faible. », with the months whose
    days the year is made from, whatever period is shown."""
    facts = {"effort": say("levers", lever.effort, lang), "period": Period.over(lever.months).label(lang)}
    told = say("levers", "proof", lang, gain=figure(lever.gain, lang).interval, **facts)
    return typeset(f"{told[:1].upper()}{told[1:]}", lang)


def _comparison_decisions(scope: Scope, told: Collection[str]) -> Iterator[dict[str, Any]]:
    hidden = untold_ids(scope, scope.period.months())
    told_of = [case for case in scope.cases if is_in_use(case) and case.id not in hidden]
    for case in sorted(told_of, key=lambda case: (-_energy(scope, case), case.id)):
        compared = scope.sources.compared(case) if case.id not in told else None
        present = compared.present(case) if compared else None
        if compared and present:
            better = _better(compared, present)
            if better:
                yield _decision(better[0], [case], better[1], other=better[2])


def _better(compared: ScenarioDecision, present: str) -> tuple[str, Mapping[str, str], str] | None:
    """An option that suffices with clearly less electricity: without AI first, else the smallest."""
    answer, found = compared.answer, compared.answer.smallest_sufficient
    for name in (*found.without_ai, found.id) if found else ():
        pair = answer.pair(present, name) if name and name != present else None
        if name and pair and pair.verdict in SETTLED and pair.lower == name:
            kind = "without_ai" if answer.option(name).method == "none" else "lighter"
            return kind, {lang: told(pair, lang) for lang in LANGUAGES}, answer.label(name)
    return None


def _register(scope: Scope) -> Iterator[dict[str, Any]]:
    today = scope.sources.today if scope.sources.today != date.max else scope.period.last_day
    late = [case for case in scope.cases if is_in_use(case) and case.next_review and case.next_review < today]
    late.sort(key=lambda case: (case.next_review or today, case.id))
    unanswered = [c for c in scope.cases if c.outcome == "en_cours" and c.alternative.answer == "non_etudiee"]
    hidden = untold_ids(scope, scope.period.months())
    for kind, cases in (("late_reviews", late), ("no_answer", unanswered)):
        if cases:
            why = {lang: say("synthesis_decisions", f"{kind}_why", lang) for lang in LANGUAGES}
            yield _decision(kind, [case for case in cases if case.id not in hidden], why, of=len(cases))


def _decision(
    kind: str, cases: Sequence[UseCase], proof: Mapping[str, str], other: str = "", of: int = 0
) -> dict[str, Any]:
    """of: how many there are, where some are not named."""
    titles, count = {}, of or len(cases)
    for lang in LANGUAGES:
        names = names_text([case.name for case in cases], lang, count - len(cases))
        titles[lang] = say("synthesis_decisions", kind, lang, names=names, n=count, other=other)
    return {"kind": kind, "cases": [case.id for case in cases], "title": titles, "proof": dict(proof)}


def names_text(names: Sequence[str], lang: str, unnamed: int = 0) -> str:
    """« A, B, C et 2 autres »; « 2 usages qui ne sont pas nommés ici »."""
    told, left = say("synthesis", "joined", lang).join(names[:NAMED]), max(0, len(names) - NAMED) + unnamed
    if not names:
        return say("synthesis_decisions", "unnamed", lang, n=left)
    return say("synthesis_decisions", "and_more", lang, names=told, left=left) if left else told


def _energy(scope: Scope, case: UseCase) -> float:
    return sum(float(row.row.group.values.get("it_energy") or 0.0) for row in of_case(scope.rows, case.id))
