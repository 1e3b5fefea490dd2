"""Accessibilité: the statement required by law, generated from the audit; the contact comes from the authority."""

import streamlit as st
from markupsafe import Markup

from dashboard.accessibility.audit import NOT_CHECKED, NOT_MET, STATES, audit
from dashboard.shared import html_parts
from dashboard.shared.dates import day_text
from dashboard.shared.screens import SCREENS, Screen
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from estimator.core.home import default_home, settings
from estimator.core.number_format import share_text

FORM = "https://formulaire.defenseurdesdroits.fr/"
DELEGATES = "https://www.defenseurdesdroits.fr/saisir/delegues"
MADE = ("with", "in", "by")
CONTACT = ("who", "mail", "phone", "post")


def show() -> None:
    """The whole page."""
    lang = language()
    answer = t(f"accessibility.answer_{audit().state}", lang, **_facts(lang))
    st.html(html_parts.head(t("accessibility.title", lang), answer, t("accessibility.note", lang)))
    st.html(_audit_state(lang) + _results(lang) + _gaps(lang) + _method_of_audit(lang) + _contact(lang) + _appeal(lang))


def _facts(lang: str) -> dict[str, object]:
    counts = {state: len(audit().of(state)) for state in STATES}
    return {**counts, "all": audit().applicable, "rate": share_text(audit().rate, lang)}


def _audit_state(lang: str) -> Markup:
    text = t(f"accessibility.standing_{audit().state}", lang)
    said = Markup("<p>{}</p>").format(text)
    return html_parts.section(t("accessibility.standing", lang), said, t("accessibility.statement_what", lang))


def _results(lang: str) -> Markup:
    found = audit()
    heads = [t("accessibility.theme", lang), *(t(f"accessibility.{state}", lang) for state in STATES)]
    rows = [[t(f"accessibility_themes.{theme}", lang), *found.counts(theme)] for theme in found.themes]
    body = html_parts.table(t("accessibility.results_caption", lang), heads, rows, right=range(1, 5), quiet=True)
    return html_parts.section(
        t("accessibility.results", lang), body, t("accessibility.results_what", lang, **_facts(lang))
    )


def _gaps(lang: str) -> Markup:
    known = [
        t("accessibility.gap", lang, number=c.number, what=t(f"accessibility_gaps.{c.number.replace('.', '-')}", lang))
        for c in audit().of(NOT_MET)
    ]
    left = ", ".join(c.number for c in audit().of(NOT_CHECKED))
    body = (
        Markup("<h3>{}</h3>{}").format(t("accessibility.gaps_not_met", lang), html_parts.items(known)) if known else ""
    )
    if left:
        text = Markup('<h3 class="under">{}</h3><p>{}</p><p class="small">{}</p>')
        words = (t("accessibility.gaps_not_checked", lang), left, t("accessibility.gaps_not_checked_what", lang))
        body += text.format(*words)
    others = html_parts.items([t(f"accessibility.gaps_{kind}", lang) for kind in ("burden", "outside")])
    return html_parts.section(t("accessibility.gaps", lang), Markup(body) + others)


def _method_of_audit(lang: str) -> Markup:
    lines = [t("accessibility.made_on", lang, day=day_text(audit().day, lang))]
    lines += [t(f"accessibility.made_{part}", lang) for part in MADE]
    lines.append(t("accessibility.made_pages", lang, pages=", ".join(_name(screen, lang) for screen in SCREENS)))
    return html_parts.section(t("accessibility.made", lang), html_parts.items(lines))


def _name(screen: Screen, lang: str) -> str:
    """A screen as a list names it."""
    return t("accessibility.explanation" if screen.name == "explain" else f"nav.{screen.name}", lang)


def _contact(lang: str) -> Markup:
    blank, given = t("accessibility.blank", lang), settings(default_home()).contact.model_dump()
    body = html_parts.definitions(
        [(t(f"accessibility.contact_{part}", lang), given[part] or blank) for part in CONTACT]
    )
    if not all(given.values()):
        body += Markup('<p class="small under">{}</p>').format(t("accessibility.blank_where", lang))
    return html_parts.section(t("accessibility.contact", lang), body, t("accessibility.contact_what", lang))


def _appeal(lang: str) -> Markup:
    link = Markup('<a href="{}" rel="noreferrer">{}</a>')
    ways = [
        link.format(FORM, t("accessibility.appeal_form", lang)),
        link.format(DELEGATES, t("accessibility.appeal_delegate", lang)),
        t("accessibility.appeal_post", lang),
    ]
    body = Markup("<p>{}</p>{}").format(t("accessibility.appeal_what", lang), html_parts.items(ways))
    return html_parts.section(t("accessibility.appeal", lang), body)


show()
