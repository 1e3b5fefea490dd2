"""Progress of a use case: its stages, its result, and the unmet conditions of the next stage."""

from dashboard.register import estimator_gateway as register
from dashboard.register.sentences import result_text
from dashboard.shared.texts import t
from estimator.governance.register.schema import UseCase

LAST = "retrait"


def answer_text(case: UseCase, lang: str) -> str:
    """The result, else the stage and the unmet conditions of the next one; retirement is never suggested."""
    result, following = result_text(case, lang), register.next_stage(case)
    facts = {"stage": register.word("stages", case.stage, lang)}
    if result:
        return result
    if following is None:
        return t("use_case.last", lang, **facts)
    if following == LAST:
        return t("use_case.in_service", lang, **facts)
    lacks = sum(not condition.met for condition in register.conditions(case, following))
    facts["following"] = register.word("stages", following, lang)
    return t("use_case.lacking", lang, n=lacks, **facts) if lacks else t("use_case.ready", lang, **facts)


def way_entries(case: UseCase, lang: str) -> list[tuple[str, str, str]]:
    """Name, text and kind of each stage: past, current, to come; none to come for a use case closed by a decision."""
    place, closed = register.STAGES.index(case.stage), case.is_over and case.stage != LAST
    entries = []
    for index, stage in enumerate(register.STAGES):
        kind = "here" if index == place else "done" if index < place else "ahead"
        said = t(f"use_case.{kind}", lang)
        if closed:
            said = {"done": said, "here": t("use_case.closed_here", lang), "ahead": ""}[kind]
        entries.append((register.word("stages", stage, lang), said, kind))
    return entries


def conditions_title(case: UseCase, lang: str) -> str:
    """« Pour passer à « Pilote » », « Pour retirer cet usage »; empty without a next stage."""
    following = register.next_stage(case)
    if following is None:
        return ""
    key = "use_case.conditions_last" if following == LAST else "use_case.conditions"
    return t(key, lang, stage=register.word("stages", following, lang))
