"""« Où faire tourner ce modèle ? »: one option at several sites, its components, criteria of the sites, questions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.estimator_gateway import ComparedScenario, Hosting
from dashboard.comparison.result import named
from dashboard.comparison.svg_charts import PARTS, Stack, part_name, stacks
from dashboard.shared import html_parts
from dashboard.shared.estimator_gateway import subject_name
from dashboard.shared.texts import both, sentence, t
from dashboard.shared.widgets import choice
from estimator.comparison.scenario import Scenario
from estimator.comparison.site_comparison import placeable
from estimator.core.errors import SobriaError
from estimator.core.number_format import interval_text, range_text, share_text
from estimator.core.typography import typeset
from estimator.places.criteria import HostingCriterion

MOST = 6  # maximum sites in a comparison
FIRST = ("dcml/vandoeuvre", "scaleway/fr-par-2", "class/server-room", "gcp/europe-north1", "aws/us-east-1")
FIGURES = ("gwp", "energy", "water", "adpe")


def show(found: ComparedScenario, scenario: Scenario, lang: str) -> None:
    """The section, with its choices: option, sites, impact; all three stored in the URL."""
    title = Markup("<h2>{}</h2>").format(t("compare.hosts", lang))
    options = {o.id: sentence(o.label) for o in scenario.options if placeable(o) and o.id not in found.refused}
    with st.container(key="compare_hosts", gap=None):
        st.html(title)
        if not options:
            st.html(Markup("<p>{}</p>").format(t("compare.hosts_none", lang)))
            return
        option, hosts, figure = _choices(options, lang)
        st.html(
            Markup('<p class="note">{} {}</p>').format(t("compare.hosts_note", lang), _screens(found, option, lang))
        )
        if not hosts:
            st.html(Markup("<p>{}</p>").format(t("compare.hosts_choose", lang)))
            return
        try:
            placed = compare_data.placed(scenario, option, hosts, lang)
            known = {host: compare_data.hosting(host, scenario.day or date.today()) for host in hosts}
        except SobriaError as error:
            st.html(Markup('<p class="warn" role="alert">{}</p>').format(error.message(lang)))
            return
        st.html(_body(placed.body, hosts, figure, lang) + _criteria(known, lang) + _questions(known, lang))


def _screens(found: ComparedScenario, option: str, lang: str) -> str:
    """Share of user screens, excluded here, in the electricity of the option."""
    share = next(o["screens_share"] for o in found.body["options"] if o["id"] == option)
    return t("compare.hosts_screens", lang, share=share_text(share, lang)) if share else ""


def _choices(options: Mapping[str, str], lang: str) -> tuple[str, tuple[str, ...], str]:
    first = next(iter(options))
    figures = {name: html_parts.figure_name(name, lang) for name in FIGURES[1:]}
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        option = choice(t("compare.hosts_option", lang), options, "modele", options[first]) or first
        figure = (
            choice(t("compare.figure", lang), figures, "grandeur", html_parts.figure_name(FIGURES[0], lang))
            or FIGURES[0]
        )
    return option, _sites(lang), figure


def _sites(lang: str) -> tuple[str, ...]:
    """The sites chosen in the list, stored in the URL."""
    names = compare_data.subject_names("host", lang)
    asked = [host for host in st.query_params.get("hotes", ",".join(FIRST)).split(",") if host in names]
    st.session_state.setdefault("hotes", asked[:MOST])
    chosen: list[str] = st.multiselect(
        t("compare.hosts_sites", lang), list(names), key="hotes", max_selections=MOST, on_change=_keep_sites,
        placeholder=t("compare.hosts_add", lang), format_func=lambda host: names.get(host, host),
    )  # fmt: skip
    return tuple(chosen)


def _keep_sites() -> None:
    st.query_params["hotes"] = ",".join(st.session_state["hotes"])


def _body(body: Mapping[str, Any], hosts: Sequence[str], figure: str, lang: str) -> Markup:
    units = body["units"]
    verdicts = _verdicts(body, hosts, figure, lang)
    rows = [
        Stack(
            subject_name(host, lang),
            {part: value / units for part, value in option["components"].get(figure, {}).items()},
            option["per_unit"][figure],
            verdicts.get(host, ""),
        )
        for host, option in zip(hosts, body["options"], strict=True)
    ]
    title = t("compare.hosts_picture", lang, figure=html_parts.figure_name(figure, lang), unit=body["unit"])
    there = [part for part in PARTS if any(part in row.parts for row in rows)]
    heads = [
        t("compare.site", lang),
        html_parts.figure_name(figure, lang),
        *(sentence(part_name(p, lang)) for p in there),
    ]
    heads.append(t("compare.verdict", lang))
    cells = [
        [row.label, interval_text(row.amount, lang), *(_part(row, p, lang) for p in there), row.said] for row in rows
    ]
    table = html_parts.details(t("chart.table", lang), html_parts.table(title, heads, cells))
    said = Markup('<p class="lead">{} {}</p>').format(_widest(body, figure, lang), _network(rows, lang))
    return Markup('<h3 class="under">{}</h3>').format(title) + said + stacks(rows, title, lang) + table


def _widest(body: Mapping[str, Any], figure: str, lang: str) -> str:
    """The paired ratio of the lowest and the highest site, in words."""
    known = sorted((v, o["id"]) for o in body["options"] if (v := o["per_unit"][figure]["central"]) is not None)
    ends = {known[0][1], known[-1][1]} if known else set()
    found = [p for p in body["pairs"][figure] if {p["a"], p["b"]} == ends and p.get("ratio_words")]
    return both(found[0]["ratio_words"], lang) if found else ""


def _part(row: Stack, part: str, lang: str) -> str:
    if part not in row.parts:
        return t("compare.absent", lang)
    value = row.parts[part]
    return range_text({"low": value, "central": value, "high": value, "unit": row.amount["unit"]}, lang)


def _network(rows: Sequence[Stack], lang: str) -> str:
    """Upper bound of the share of data transfer in the total: the charter's assumption, tested and not assumed."""
    shares = [row.parts["network"] / sum(row.parts.values()) for row in rows if row.parts.get("network")]
    return (
        t("compare.network_share", lang, share=share_text(max(shares), lang))
        if shares
        else t("compare.network_none", lang)
    )


def _verdicts(body: Mapping[str, Any], hosts: Sequence[str], figure: str, lang: str) -> dict[str, str]:
    """Verdict between each host and the lowest one, by host."""
    known = [(v, o["id"]) for o in body["options"] if (v := o["per_unit"][figure]["central"]) is not None]
    if len(known) < 2:
        return {}
    best = min(known)[1]
    places = {option["id"]: host for option, host in zip(body["options"], hosts, strict=True)}
    told = {places[best]: t("compare.site_lowest", lang)}
    for pair in body["pairs"][figure]:
        if best in (pair["a"], pair["b"]):
            other = places[pair["b"] if pair["a"] == best else pair["a"]]
            told[other] = both(pair["words"], lang)
    return told


def _criteria(known: Mapping[str, Hosting], lang: str) -> Markup:
    """RGESN criteria by site, with its distance class."""
    sites = [subject_name(host, lang) for host in known]
    rows: list[list[Any]] = [
        [t("compare.distance", lang), *(t(f"distance.{h.distance}", lang) for h in known.values())]
    ]
    for number in range(len(next(iter(known.values())).criteria)):
        found = [h.criteria[number] for h in known.values()]
        first = Markup('{}<br><span class="small">RGESN {}</span>').format(
            typeset(found[0].title(lang), lang), found[0].id
        )
        rows.append([first, *(_status(c, lang) for c in found)])
    table = html_parts.table(
        t("compare.criteria_caption", lang), [t("compare.criterion", lang), *sites], rows, quiet=True
    )
    held = [named(subject_name(host, lang), _criteria_summary(h, lang), lang) for host, h in known.items()]
    return Markup('<h3 class="under">{}</h3><p class="small">{}</p>{}{}').format(
        t("compare.criteria", lang),
        t("compare.criteria_note", lang),
        html_parts.items(held),
        html_parts.details(t("compare.by_criterion", lang), table),
    )


def _criteria_summary(found: Hosting, lang: str) -> str:
    """« 2 tenus, 1 non tenu, 4 inconnus ; dans la région »"""
    counts = {s: [c.id for c in found.criteria if c.status == s] for s in ("met", "not_met", "unknown")}
    told = [t(f"compare.held_{s}", lang, n=len(ids), ids=", ".join(ids)) for s, ids in counts.items() if ids]
    return t("compare.held", lang, list=", ".join(told), distance=t(f"distance.{found.distance}", lang))


def _status(found: HostingCriterion, lang: str) -> Markup:
    """Met, not met or unknown, why, and the evidence with its date."""
    about = [found.reason_text(lang)]
    if found.status != "unknown" and found.evidence:
        about.append(t("compare.evidence", lang, title=found.evidence[0].title, date=found.evidence[0].date[:4]))
    return Markup('<span class="status {}">{}</span><br><span class="small">{}</span>').format(
        found.status, sentence(found.status_text(lang)), ". ".join(sentence(typeset(text, lang)) for text in about)
    )


def _questions(known: Mapping[str, Hosting], lang: str) -> Markup:
    """Questions for each supplier, with the criteria that each answer settles."""
    blocks = []
    for host, found in known.items():
        asked = [
            Markup('{} <span class="small">{}</span>').format(
                typeset(q.text(lang), lang),
                t("compare.settles", lang, list=", ".join(q.criteria)) if q.criteria else "",
            )
            for q in found.questions
        ]
        title = t("compare.ask", lang, site=subject_name(host, lang), n=len(asked))
        blocks.append(html_parts.details(title, html_parts.items(asked)))
    return Markup('<h3 class="under">{}</h3>{}').format(t("compare.questions", lang), Markup().join(blocks))
