"""« Où faire tourner ce modèle ? »: one option at several sites, its components, criteria of the sites, questions."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.estimator_gateway import Hosting
from dashboard.comparison.results_table import remarks
from dashboard.shared import html_parts
from dashboard.shared.estimator_gateway import subject_name
from dashboard.shared.plotly_figures import PALE, PLACE, SECOND, Explored, ExploredRow, Mark, explored
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from dashboard.shared.widgets import choice
from estimator.comparison.answer import Answer
from estimator.comparison.scenario import Scenario
from estimator.comparison.site_comparison import against_lowest, extremes, placeable
from estimator.comparison.verdict_text import barred_words
from estimator.core.column_units import column_step, in_column, one_unit
from estimator.core.errors import SobriaError, listed, say
from estimator.core.interval import Interval
from estimator.core.number_format import DisplayUnit, common_step, said_in_sentence, share_text
from estimator.reporting.documents.pictures import ACCENT, INK, LINE

MOST = 6  # maximum sites in a comparison
FIRST = ("dcml/vandoeuvre", "scaleway/fr-par-2", "class/server-room", "gcp/europe-north1", "aws/us-east-1")
FIGURES, GRIDS = ("gwp", "energy", "water", "adpe"), ("grid_family", "grid_families")
PARTS = {  # components of a total, in the order of a bar
    "servers": ACCENT, "electricity": ACCENT, "idle": LINE, "overhead": PALE, "onsite": PALE, "making": SECOND,
    "network": INK,
}  # fmt: skip


class Stack(NamedTuple):
    """A site: the components of its central value [unit of the amount] and the interval of the total."""

    label: str
    parts: Mapping[str, float]
    amount: Interval
    said: str = ""


def show(answer: Answer, scenario: Scenario, lang: str) -> None:
    """The section, with its choices: option, sites, impact; all three stored in the URL."""
    refused = {o.id for o in answer.options if o.refusal}
    options = {o.id: sentence(answer.label(o.id)) for o in scenario.options if placeable(o) and o.id not in refused}
    with st.container(key="compare_hosts", gap=None):
        if not options:
            st.html(Markup("<p>{}</p>").format(t("compare.hosts_none", lang)))
            return
        option, hosts, figure = _choices(options, lang)
        st.html(Markup('<p class="note">{}</p>').format(t("compare.hosts_note", lang)))
        if not hosts:
            st.html(Markup("<p>{}</p>").format(t("compare.hosts_choose", lang)))
            return
        try:
            placed = compare_data.placed(scenario, option, hosts, lang)
            day, by = scenario.day or date.today(), (say("sheet", "scenario_says", lang), scenario.title)
            there = zip(hosts, placed.options, strict=True)
            known = {host: compare_data.hosting(host, day, option, by) for host, option in there}
        except SobriaError as error:
            st.html(Markup('<p class="warn" role="alert">{}</p>').format(html_parts.refusal_text(error, lang)))
            return
        picture = _picture(_stacks(placed, known, figure, lang), _title(placed, figure, lang), lang)
        explored(_sites_compared(placed, known, figure, lang), [picture], "lieux", lang)


def _choices(options: Mapping[str, str], lang: str) -> tuple[str, tuple[str, ...], str]:
    first = next(iter(options))
    figures = {name: html_parts.figure_name(name, lang) for name in FIGURES[1:]}
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        option = choice(t("compare.hosts_option", lang), options, "modele", options[first]) or first
        figure = choice(t("compare.figure", lang), figures, "grandeur", html_parts.figure_name(FIGURES[0], lang))
    return option, _sites(lang), figure or FIGURES[0]


def _sites(lang: str) -> tuple[str, ...]:
    """The sites chosen in the list, stored in the URL."""
    names = compare_data.subject_names("host", lang)
    asked = [host for host in st.query_params.get("hotes", ",".join(FIRST)).split(",") if host in names]
    st.session_state.setdefault("hotes", asked[:MOST])
    chosen: list[str] = st.multiselect(
        t("compare.hosts_sites", lang), list(names), key="hotes", max_selections=MOST,
        on_change=lambda: st.query_params.update(hotes=",".join(st.session_state["hotes"])),
        placeholder=t("compare.hosts_add", lang), format_func=lambda host: names.get(host, host),
    )  # fmt: skip
    return tuple(chosen)


def _sites_compared(answer: Answer, known: Mapping[str, Hosting], figure: str, lang: str) -> Markup:
    """Components of one figure at each site, the RGESN criteria of the sites, and the questions to their suppliers."""
    rows = _stacks(answer, known, figure, lang)
    return render(
        "comparer_sites",
        lang,
        title=_title(answer, figure, lang),
        widest=both(pair.sentence, lang) if (pair := extremes(answer, figure)) else "",
        network=_network(rows, lang),
        picture=PLACE,
        apart=remarks(answer, lang, "flight_apart", *(GRIDS if figure == "gwp" else ())),
        rows=rows,
        there=[part for part in PARTS if any(part in row.parts for row in rows)],
        figure_id=figure,
        known=known,
        first=next(iter(known.values())),
        part_text=partial(_part_text, lang=lang, step=column_step([row.amount for row in rows], lang)),
        unit=one_unit([row.amount for row in rows], lang),
        criteria_summary=partial(_criteria_summary, lang=lang),
    )


def _title(answer: Answer, figure: str, lang: str) -> str:
    return t("compare.hosts_picture", lang, figure=html_parts.figure_name(figure, lang), unit=answer.unit)


def _stacks(answer: Answer, known: Mapping[str, Hosting], figure: str, lang: str) -> list[Stack]:
    units, hosts = answer.units, list(known)
    verdicts = _verdicts(answer, hosts, figure, lang)
    return [
        Stack(
            subject_name(host, lang),
            {part: value / units for part, value in option.components.get(figure, {}).items()},
            option.per_unit[figure],
            listed(filter(None, (*barred_words(option, lang), verdicts.get(host, ""))), lang),
        )
        for host, option in zip(hosts, answer.options, strict=True)
    ]


def _picture(rows: Sequence[Stack], title: str, lang: str) -> Explored:
    """One bar a site, its parts one after the other, and the interval of the total."""
    step = common_step([row.amount for row in rows], lang)
    drawn = []
    for row in rows:
        marks, start = [], 0.0
        for part, colour in PARTS.items():
            if value := row.parts.get(part):
                group = t(f"components.{part}", lang)
                told = f"{group} {_part_text(row, part, lang, step)}"
                marks.append(Mark(start, start + value, group=group, colour=colour, told=told))
                start += value
        if row.amount.known:
            marks.append(Mark.of(row.amount, t("compare.whole", lang), INK))
        drawn.append(ExploredRow(row.label, said_in_sentence(row.amount, lang, step)[0], marks))
    return Explored(title, drawn, step.text, float(step.worth))


def _part_text(row: Stack, part: str, lang: str, step: DisplayUnit | None = None) -> str:
    if part not in row.parts:
        return t("compare.absent", lang)
    amount = Interval.exact(row.parts[part], row.amount.unit)
    return said_in_sentence(amount, lang, in_column(amount, step))[0]


def _network(rows: Sequence[Stack], lang: str) -> str:
    """Upper bound of the share of data transfer in the total: the charter's assumption, tested and not assumed."""
    shares = [row.parts["network"] / sum(row.parts.values()) for row in rows if row.parts.get("network")]
    told = {"share": share_text(max(shares), lang)} if shares else {}
    return t("compare.network_share" if shares else "compare.network_none", lang, **told)


def _verdicts(answer: Answer, hosts: Sequence[str], figure: str, lang: str) -> dict[str, str]:
    """Verdict between each host and the lowest one, by host."""
    lowest, others = against_lowest(answer, figure)
    central = {option.id: option.per_unit[figure].central for option in answer.options}
    least = central.get(lowest) == min((value for value in central.values() if value is not None), default=None)
    of = "site_lowest" if least else "site_lowest_allowed"
    told = {lowest: t(f"compare.{of}", lang)} | {name: both(pair.words, lang) for name, pair in others.items()}
    return {host: told[option.id] for host, option in zip(hosts, answer.options, strict=True) if option.id in told}


def _criteria_summary(found: Hosting, lang: str) -> str:
    """« 2 tenus, 1 non tenu, 4 inconnus ; dans la région »"""
    counts = {s: [c.id for c in found.criteria if c.status == s] for s in ("met", "not_met", "unknown")}
    told = [t(f"compare.held_{s}", lang, n=len(ids), ids=", ".join(ids)) for s, ids in counts.items() if ids]
    return t("compare.held", lang, list=", ".join(told), distance=t(f"distance.{found.distance}", lang))
