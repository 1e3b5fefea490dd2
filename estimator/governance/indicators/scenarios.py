"""The evaluated scenario of a use case, in `<home>/scenarios`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from estimator.assessment.impacts import Amount
from estimator.catalogue.load import load
from estimator.catalogue.models import known, name_of
from estimator.comparison.answer import Answer
from estimator.comparison.decision_sheet import decision
from estimator.comparison.five_fields import in_language
from estimator.comparison.option_inventory import host_of
from estimator.comparison.scenario import Scenario, read_scenario
from estimator.comparison.scenario_toml import scenario_toml
from estimator.comparison.verdict_rules import SETTLED
from estimator.comparison.verdict_text import told
from estimator.core.atomic_files import publish
from estimator.core.column_units import column_step, in_column
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.event_log import TrialStore
from estimator.core.fields import Author
from estimator.core.number_format import exact_text, said_in_sentence
from estimator.core.refusals import checked
from estimator.core.typography import typeset
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.register.register import Register, free_id
from estimator.governance.register.schema import QualityFound, UseCase, UseCaseFacts

FOLDER, VOLUME = "scenarios", "volume_per_month"


@dataclass(frozen=True)
class ScenarioDecision:
    """A scenario and its answer."""

    scenario: Scenario
    answer: Answer

    def present(self, case: UseCase) -> str | None:
        """The option in use today: with the model of the use case and, where it says one, its host. None where none has
        both: the same model at another host is another option; nor where several have a model whose host is in words of
        its own."""
        own = described_as_held(self.scenario, case)
        return own[0] if own and not (is_unplaced(case) and len(own) > 1) else None


def retained(scenario: Scenario, case: UseCase) -> str | None:
    """The option that the register retains: the one without AI where it says so, else the only one with its model and,
    where it says one, its host."""
    if case.alternative.answer != "trouvee_et_retenue":
        own = described_as_held(scenario, case)
        return own[0] if len(own) == 1 else None
    without = [option for option in scenario.options if option.method == "none" and option.status == "studied"]
    without.sort(key=lambda option: option.label != case.alternative.description)
    return without[0].id if without else None


def described_as_held(scenario: Scenario, case: UseCaseFacts) -> list[str]:
    """The options with the model that the register holds, at the host that it holds; at any, where it holds none or one
    in words that name no place that we know."""
    model, anywhere = known(case.model), not case.host or is_unplaced(case)
    own = [option for option in scenario.options if model and option.use and known(option.use.model) == model]
    return [option.id for option in own if anywhere or load().named(case.host) == host_of(option)]


def is_unplaced(case: UseCaseFacts) -> bool:
    """Whether the register holds a host in words that name no place that we know."""
    return bool(case.host) and load().named(case.host) not in load().subjects


def of_first_program(scenario: Scenario) -> set[str]:
    """The first option, which is without AI, and those of its program."""
    first = scenario.options[0]
    program = first.alternative.id if first.alternative else None
    return {first.id, *(o.id for o in scenario.options if o.alternative and o.alternative.id == program)}


def at_first(answer: Answer, case: UseCase | None, gone: Collection[str] = ()) -> str:
    """The option to offer at first as the one retained: what the register holds; where it holds no model, what the
    answer advises."""
    return (retained(answer.scenario, case) or "") if case and case.model else advised(answer, gone)


def advised(answer: Answer, gone: Collection[str] = ()) -> str:
    """The option that the answer advises, as alone to suffice once these are set aside; "" where it decides on none."""
    enough = answer.smallest_sufficient
    rivals = {*enough.tied, *enough.untested, *enough.without_ai} - {enough.id, *gone} if enough else ()
    return (not rivals and enough and enough.id) or ""


def beaten_words(answer: Answer, name: str, lang: str) -> str:
    """How much more electricity an option takes than the lowest of all, where that is settled; else ""."""
    pair = answer.pair(name, answer.reference) if answer.reference else None
    return told(pair, lang) if pair and pair.verdict in SETTLED and pair.lower == answer.reference != name else ""


def held_words(case: UseCase, lang: str) -> str:
    """« un modèle léger, Centre de données mutualisé régional »: the model and the host that the register holds."""
    host = load().label(load().named(case.host), lang)
    host = say("as_held", "unplaced", lang, host=host) if is_unplaced(case) else host
    return ", ".join([name_of(case.model, lang), *([host] if case.host else [])])


def words_of_test(scenario: Scenario, case: UseCase | None, lang: str) -> str:
    """The test of the threshold; where nobody names one, what the register says of it, in whatever language, if it
    does: the same test that is saved again in another language is no other one."""
    limit, held = scenario.constraints.quality, [*case.qualities, case.threshold] if case else []
    unnamed = [say("as_held", "unnamed_test", each) for each in (lang, *LANGUAGES)]
    said = [found.test for found in held if found and found.test in unnamed]
    return (limit.test if limit else "") or (said or unnamed)[0]


def comparison(home: Path, case: UseCase) -> ScenarioDecision | None:
    """The evaluated scenario; None when the use case has none, or when it is missing or cannot be evaluated."""
    path = home / FOLDER / case.scenario
    if not case.scenario or not path.is_file():
        return None
    try:
        scenario = read_scenario(path)
        return ScenarioDecision(scenario, decision(scenario, home))
    except SobriaError:
        return None


def figures_at(home: Path, hosts: Collection[str]) -> dict[tuple[str, str, str], Amount]:
    """Over its period, the figures of each scenario kept in a home of which something runs at these hosts: by file,
    label and indicator; nothing of one that cannot be evaluated."""
    found: dict[tuple[str, str, str], Amount] = {}
    for path in sorted((home / FOLDER).glob("*.toml")):
        try:
            scenario = read_scenario(path)
            there = any(host_of(option) in hosts for option in scenario.options)
            options = decision(scenario, home).options if there else ()
        except SobriaError:
            continue
        found |= {(path.name, o.label, name): amount for o in options for name, amount in o.service.items()}
    return found


def ceiling_lines(home: Path, answer: Answer, lang: str) -> list[str]:
    """Each ceiling voted for the use of a comparison over a year, this one or else the next, against the electricity or
    another footprint of its options; nothing without a vote."""
    need, votes = answer.scenario.need, Commitments(home)
    case = next((found for found in Register(home).use_cases() if found.id == answer.scenario.use_case), None)
    if case is None or need.years != 1.0:
        return []
    years, told = (answer.date.year, answer.date.year + 1), []
    for name in FOOTPRINTS:
        voted = (votes.budget(name, case.commune, year, case.id) for year in years)
        budget = next((found for found in voted if found), None)
        known = [option for option in answer.options if option.status == "studied" and option.known(name)]
        if budget is None or not known:
            continue
        each, unit = [], column_step([option.service[name] for option in known], lang)
        for option in known:
            amount = option.service[name]
            over = amount.ends.low > budget.ceiling
            key = "over" if over else "under" if amount.ends.high <= budget.ceiling else "undecided"
            facts = {"label": option.label, "amount": said_in_sentence(amount, lang, in_column(amount, unit))[0]}
            each.append(say("scenario_ceilings", key, lang, **facts))
        about = {
            "year": budget.year,
            "figure": say("figures", name, lang),
            "each": say("scenario_ceilings", "between", lang).join(each),
        }
        about["ceiling"] = exact_text(budget.ceiling, known[0].service[name].unit, lang, unit)
        told.append(typeset(say("scenario_ceilings", "line", lang, **about), lang))
    return told


@dataclass(frozen=True)
class Draft:
    """A scenario to keep in a home: the use case that will name it, the entries of the register, its file."""

    scenario: Scenario
    use_case: UseCase
    entries: TrialStore
    file: tuple[Path, str, bytes]

    def keep(self) -> UseCase:
        """Write it: the file first, which nothing names until the register does."""
        publish(*self.file)
        self.entries.keep()
        return self.use_case


def draft(  # noqa: PLR0913
    home: Path,
    scenario: Scenario,
    author: Author,
    case: str,
    facts: Mapping[str, Any],
    quality: Mapping[str, Any] | None = None,
) -> Draft:
    """A scenario, never over another one, named in a use case, or in a new one, with these facts: a use case keeps
    those that it has, but for its volume, which is that of the scenario. quality: tested, recorded once. Nothing is
    written before it is kept. SobriaError."""
    register = Register(home)
    said_in = {"invented": register.invented}
    before = register.use_case(case) if case else checked(UseCaseFacts, dict(facts), context=said_in)
    said_as = _as_held(home, before, scenario) if case else scenario
    facts = _in_words_of(said_as, scenario, facts)
    text = scenario_toml(said_as.model_copy(update={"use_case": ""})).encode()
    counted = (VOLUME, "unit") if facts.get(VOLUME) else ()
    new = {name: value for name, value in facts.items() if not case or name in counted or _unsaid(before, name)}
    if case and facts.get("model") and not _is_held(before, scenario, facts["model"], facts.get("host") or ""):
        new |= {"model": facts["model"], "host": facts.get("host") or ""}
    stem = free_id(before.name, set())
    names = (f"{stem}.toml" if number == 1 else f"{stem}-{number}.toml" for number in count(1))
    name = next(n for n in names if not (path := home / FOLDER / n).exists() or path.read_bytes() == text)
    (tried, trial), said = register.trial(), {**new, "scenario": name}
    kept = tried.change(case, said, author) if case else tried.create(said, author)
    if quality and checked(QualityFound, dict(quality), "quality") not in kept.qualities:
        kept = tried.record_quality(kept.id, quality, author)
    return Draft(scenario, kept, trial, (home / FOLDER, name, text))


def in_each_language(scenario: Scenario) -> list[Scenario]:
    """The scenario with what its answers named said in each language."""
    return [in_language(scenario, lang) for lang in LANGUAGES]


def _as_held(home: Path, case: UseCaseFacts, scenario: Scenario) -> Scenario:
    """The scenario with what its answers named said in the language of the one that a use case has, or of its unit:
    another language of who reads it changes nothing of what is written."""
    try:
        held = read_scenario(home / FOLDER / case.scenario)
    except SobriaError:
        return next((said for said in in_each_language(scenario) if said.need.unit == case.unit), scenario)
    lang = next((lang for lang in LANGUAGES if in_language(held, lang) == held), None)
    return in_language(scenario, lang) if lang else scenario


def _in_words_of(held: Scenario, scenario: Scenario, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts whose unit and option without AI are named as in one of two scenarios, named as in the other."""
    said, alternative = dict(facts), dict(facts.get("alternative") or {})
    if said.get("unit") == scenario.need.unit:
        said["unit"] = held.need.unit
    if alternative.get("description") == scenario.options[0].label:
        said["alternative"] = alternative | {"description": held.options[0].label}
    return said


def _is_held(case: UseCaseFacts, scenario: Scenario, model: str, host: str) -> bool:
    """Whether a use case names no model yet, or this one, at this host if it names one; in words of its own, where one
    option alone has this model."""
    same = case.model == model or (known(case.model) is not None and known(case.model) == known(model))
    alone = is_unplaced(case) and len(described_as_held(scenario, case)) == 1
    return not case.model or (same and (alone or load().named(case.host) in ("", host)))


def _unsaid(case: UseCaseFacts, name: str) -> bool:
    """Whether nobody stated this fact of a use case yet."""
    if name == "alternative":
        return case.alternative.answer == "non_etudiee"
    return bool(getattr(case, name) == UseCaseFacts.model_fields[name].default)
