"""Widgets shared by pages: the reader's language, choices in the URL, and rows of the estimator as chart rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

import streamlit as st
from markupsafe import Markup

from dashboard.shared import html_parts
from dashboard.shared.svg_charts import ChartRow
from dashboard.shared.templates import render
from dashboard.shared.texts import lang_of, sentence, t
from estimator.assessment.impacts import Amount
from estimator.core.number_format import missing_text, range_text, share_text
from estimator.results.totals import ServiceTotals

Row = TypeVar("Row")
WRITER = "writer"  # who wrote last, in this session
LONGEST_NUMBER = 7  # maximum digits of a page number
# A day of any year: what is too far is refused in the words of a form, not in those of Streamlit.
any_day = partial(st.date_input, min_value=date.min, max_value=date.max, format="DD/MM/YYYY")


def writer(key: str, lang: str) -> str:
    """The field of who writes; it holds what was last said there in this session."""
    st.session_state.setdefault(key, st.session_state.get(WRITER, ""))
    typed: str = st.text_input(t("register_forms.who", lang), key=key, autocomplete="organization-title").strip()
    st.session_state[WRITER] = typed or st.session_state.get(WRITER, "")
    return typed


def select(label: str, options: Mapping[str, str], key: str, none: str = "") -> None:
    """A list to choose from, by its labels; nothing is chosen at first, and `none` says so."""
    st.selectbox(label, list(options), index=None, key=key, format_func=options.__getitem__, placeholder=none)


def language() -> str:
    """The language of this view, from its URL."""
    return lang_of(st.query_params)


def choice(label: str, options: Mapping[str, str], name: str, every: str) -> str | None:
    """A choice stored in the URL under `name`; options: value in the URL -> label.

    Streamlit's own binding would put the label in the URL, in the reader's language.
    """
    if st.session_state.setdefault(name, st.query_params.get(name)) not in options:
        st.session_state[name] = None
    return st.selectbox(
        label, list(options), index=None, key=name, placeholder=every, on_change=_keep, args=(name,),
        format_func=lambda value: options.get(value, value),
    )  # fmt: skip


def part(label: str, parts: Mapping[str, str], name: str, first: str | None) -> str | None:
    """The part of a page that is opened, if any, under its title, stored in the URL under `name`. parts: value in the
    URL -> label; first: the part opened when the URL names none."""
    asked = st.query_params.get(name, first)
    st.session_state.setdefault(name, asked if asked in parts else None)
    opened: str | None = st.segmented_control(
        label, list(parts), key=name, on_change=_keep, args=(name,), format_func=parts.__getitem__
    )
    if opened:
        st.html(Markup("<h2>{}</h2>").format(parts[opened]))
    return opened


def search(label: str, name: str, example: str) -> str:
    """A search text, stored in the URL under `name`."""
    st.session_state.setdefault(name, st.query_params.get(name, ""))
    return (st.text_input(label, key=name, placeholder=example, on_change=_keep, args=(name,)) or "").strip()


def paged(name: str, rows: Sequence[Row], filters: Sequence[str], lang: str) -> tuple[Sequence[Row], Markup]:
    """The rows of a long table on the page of the URL, and links to the others. filters: names of its in the URL."""
    page = min(page_asked(), max(1, -(-len(rows) // html_parts.PER_PAGE)))
    links = paging(name, page, len(rows), {name: st.query_params.get(name, "") for name in filters}, lang)
    return rows[(page - 1) * html_parts.PER_PAGE : page * html_parts.PER_PAGE], links


def page_asked() -> int:
    """The page of a long table given in the URL."""
    asked = st.query_params.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < LONGEST_NUMBER else 1


def paging(name: str, page: int, total: int, where: Mapping[str, str], lang: str) -> Markup:
    """Range of the rows shown, with links to the previous and next ones. where: the current filters."""
    ends = {"first": (page - 1) * html_parts.PER_PAGE, "last": min(page * html_parts.PER_PAGE, total)}
    return render("paging", lang, name=name, page=page, total=total, where=where, **ends)


def _equipment(found: Mapping[str, Amount], lang: str) -> str:
    if found["energy"].central is not None or found["it_energy"].central is None:
        return ""
    value = range_text(found["it_energy"], lang)
    return t("chart.it_alone", lang, reason=missing_text(found["energy"], lang), value=value)


def _keep(name: str) -> None:
    """Store a choice in the URL; a changed choice resets to the first page."""
    st.query_params.pop("page", None)
    if st.session_state[name]:
        st.query_params[name] = st.session_state[name]
    else:
        st.query_params.pop(name, None)


def service_bars(services: Sequence[ServiceTotals], lang: str, names: Mapping[str, str]) -> list[ChartRow]:
    """One bar a service: its electricity, proof, explanation link; IT equipment only when its site is unknown.
    names: of services, by their keys."""
    said = {e.service_key: (html_parts.proof_text(e.proof, lang), html_parts.unknown_part(e, lang)) for e in services}
    return [
        ChartRow(
            label=(name := names.get(entry.service_key, entry.service_key)),
            aside=_equipment(entry.indicators, lang),
            amount=entry.indicators["energy"],
            proof=entry.proof,
            said=", ".join(filter(None, said[entry.service_key])),
            figure=html_parts.figure_name("energy", lang),
            href=html_parts.explain_link(f"service.{entry.service_key}.energy", lang),
            more=name,
        )
        for entry in services
    ]


def proof_sentence(proof: Mapping[str, float | None], what: str, lang: str) -> str:
    """The measured share of the electricity (`what`, in words), and every proof that the rest has, however small."""
    if not any(proof.values()):
        return sentence(t("home.proof_unknown", lang, what=what))
    rest = [p for p in ("estimated", "declared", "unknown") if proof.get(p)]
    if not rest:
        return sentence(t("home.proof_all", lang, what=what))
    measured = proof.get("measured") or 0.0
    kind, key = ("rest", "home.proof_some") if measured else ("none", "home.proof_none")
    said = html_parts.alternatives([t(f"home.{kind}_{p}", lang) for p in rest], lang)
    return sentence(t(key, lang, what=what, share=share_text(measured, lang), rest=said))
