"""The page without a file: the table of ingestion methods, and the four steps of one of them."""

import streamlit as st
from markupsafe import Markup

from dashboard.connect.methods import TEMPLATE, WAYS, Way
from dashboard.shared import html_parts
from dashboard.shared.texts import sentence, t


def ways_view(lang: str) -> None:
    """The question, and one line a method."""
    st.html(html_parts.head(t("connect.title", lang), t("connect.answer", lang), t("connect.note", lang)))
    heads = [t(f"connect.{head}", lang) for head in ("way", "read", "proof")]
    rows = [
        [
            Markup('<a href="{}">{}</a>').format(
                html_parts.address("brancher", lang, voie=way.name), sentence(t(f"connect_ways.{way.name}", lang))
            ),
            t(f"connect_read.{way.name}", lang),
            t(f"connect_proof.{way.name}", lang),
        ]
        for way in WAYS
    ]
    title = t("connect.ways", lang)
    template = Markup('<p class="small under"><a href="{}" download>{}</a></p>').format(
        TEMPLATE, t("connect.template", lang)
    )
    st.html(html_parts.section(title, html_parts.table(title, heads, rows, quiet=True) + template))


def way_view(way: Way, lang: str) -> None:
    """Four steps, each with its code to copy."""
    back = Markup('<a href="{}">{}</a>').format(html_parts.address("brancher", lang), t("connect.back", lang))
    title = t("connect.way_title", lang, way=t(f"connect_ways.{way.name}", lang))
    what = t("connect.way_answer", lang, read=t(f"connect_read.{way.name}", lang))
    note = Markup("{}<br>{}").format(t("connect.way_note", lang, proof=t(f"connect_proof.{way.name}", lang)), back)
    st.html(html_parts.head(title, what, note))
    with st.container(key="connect_steps", gap="small"):
        st.html(Markup("<h2>{}</h2>").format(t("connect.steps", lang)))
        for place, step in enumerate(way.steps, 1):
            heading = t("connect.step", lang, n=place, name=t(f"connect_step.{step.name}", lang))
            said = Markup("<h3>{}</h3><p>{}</p>").format(heading, t(f"connect_how.{step.name}", lang))
            if step.name == "declared":
                said += Markup('<p><a href="{}" download>{}</a></p>').format(TEMPLATE, TEMPLATE)
            st.html(said)
            if step.code:
                st.code(step.code, language=None, wrap_lines=True)
            for code in step.others:
                st.code(code, language=None, wrap_lines=True)
