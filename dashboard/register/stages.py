"""Progress of a use case: its stages, its result, and the unmet conditions of the next stage."""

from collections.abc import Sequence

from markupsafe import Markup

from dashboard.register import estimator_gateway as register
from dashboard.register.forms import rule_link
from dashboard.register.sentences import is_closed, result_text
from dashboard.shared import html_parts
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


def stage_path(entries: Sequence[tuple[str | Markup, str, str]]) -> Markup:
    """The five stages in order: name, text, class."""
    lines = [
        Markup('<li{}{}><b>{}</b><span class="small">{}</span></li>').format(
            Markup(' class="{}"').format(kind) if kind else "",
            Markup(' aria-current="step"') if kind == "here" else "",
            name,
            said,
        )
        for name, said, kind in entries
    ]
    return Markup('<ol class="way">{}</ol>').format(Markup().join(lines))


def way_entries(case: UseCase, lang: str) -> list[tuple[str | Markup, str, str]]:
    """The stages of a use case: past, current, to come; none is to come for one closed by a decision."""
    place, closed = register.STAGES.index(case.stage), is_closed(case) and case.stage != LAST
    entries: list[tuple[str | Markup, str, str]] = []
    for index, stage in enumerate(register.STAGES):
        kind = "here" if index == place else "done" if index < place else "ahead"
        said = t(f"use_case.{kind}", lang)
        if closed:
            said = {"done": said, "here": t("use_case.closed_here", lang), "ahead": ""}[kind]
        entries.append((register.word("stages", stage, lang), said, kind))
    return entries


def way_section(case: UseCase, lang: str) -> Markup:
    """The stages of a use case on its screen."""
    return html_parts.section(t("use_case.way", lang), stage_path(way_entries(case, lang)))


def conditions_title(case: UseCase, lang: str) -> str:
    """« Pour passer à « Pilote » », « Pour retirer cet usage »; empty without a next stage."""
    following = register.next_stage(case)
    if following is None:
        return ""
    key = "use_case.conditions_last" if following == LAST else "use_case.conditions"
    return t(key, lang, stage=register.word("stages", following, lang))


def conditions_section(case: UseCase, writer: bool, lang: str) -> Markup:
    """The conditions of the next stage, each with its phrase of the charter; how to resume a closed use case."""
    following = register.next_stage(case)
    if following is None:
        return Markup()
    if result_text(case, lang):
        closed = Markup("<p>{}</p>").format(t("use_case.closed_note", lang))
        return html_parts.section(t("use_case.closed_title", lang), closed)
    heads = [t(f"use_case.{column}", lang) for column in ("condition", "state", "phrase")]
    rows = []
    for condition in register.conditions(case, following):
        linked = writer and not condition.met
        said = rule_link(condition.code, case, lang) if linked else t(f"use_case.rule_{condition.code}", lang)
        state = t("use_case.met" if condition.met else "use_case.missing", lang)
        told = Markup("<b>{}</b>" if condition.met else '<b class="warn">{}</b>').format(state)
        rows.append([said, told, Markup('<q lang="fr">{}</q>').format(condition.phrase)])
    table = html_parts.table(t("use_case.conditions_caption", lang), heads, rows, quiet=True)
    return html_parts.section(conditions_title(case, lang), table)
