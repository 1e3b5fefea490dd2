"""What changes a total, mended in place: country, site, hardware and use of a service, or of one run."""

from collections.abc import Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from dashboard.connect import estimator_gateway as connect
from dashboard.connect import places_form
from dashboard.shared import estimator_gateway
from dashboard.shared.html_parts import PER_PAGE, figure_name, refusal
from dashboard.shared.permissions import may_write
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import paged, writer
from estimator.core.errors import SobriaError
from estimator.core.number_format import interval_text
from estimator.results.reading import Results

FIELDS: Mapping[str, tuple[str, ...]] = {
    "zone": ("zone",),
    "host": ("host",),
    "cards": places_form.CARDS,
    "size": ("vcpus",),
    "load": ("load",),
}
TOLD, SERVICE = "mend told", "mend service"


def show(build: Results, names: Mapping[str, str], lang: str) -> None:
    """Services to mend, the most doubted electricity first; one of them, or one of no use case, is mended."""
    entries, whole = build.to_mend(), build.totals().coverage.weight_kwh
    shown, links = paged("mesures", entries, ("voir",), lang)
    away = build.to_mend(None, True)
    checks = {e["service_key"]: build.checks(e["service_key"]) for e in (*shown, *away[:PER_PAGE])}
    fields = {e["service_key"]: [f for mend in e["mends"] for f in FIELDS[mend]] for e in entries}
    if estimator_gateway.use_cases():
        for entry in build.services():
            if entry.service_key not in names:
                fields.setdefault(entry.service_key, []).append("use")
    open_ = [key for key, asked in fields.items() if asked]
    told = {"entries": shown, "whole": whole, "checks": checks, "names": names, "open": open_, "links": links}
    told |= {"away": away[:PER_PAGE], "left": len(away[PER_PAGE:]), "mends": build.mends(), "FIELDS": FIELDS}
    st.html(render("mend", lang, **told, writer=may_write()))
    if open_ and may_write():
        with st.container(key="mend", gap="small"):
            st.html(Markup("<h3>{}</h3>").format(t("mend.title", lang)))
            if st.session_state.get(SERVICE) not in open_:
                st.session_state[SERVICE] = open_[0]
            said = {key: names.get(key, key) for key in open_}
            key = st.selectbox(t("places.service", lang), open_, key=SERVICE, format_func=said.__getitem__)
            _form({"service": key}, fields[key], lang)
    _tell(names, lang)


def of_run(build: Results, row_id: str, lang: str) -> None:
    """The same for one run, and nothing where nothing is to mend."""
    asked = [field for entry in build.to_mend(row_id) for mend in entry["mends"] for field in FIELDS[mend]]
    if asked and may_write():
        with st.container(key="mend", gap="small"):
            st.html(Markup("<h2>{}</h2>").format(t("mend.run", lang)))
            _form({"run": row_id}, asked, lang)
    _tell({}, lang)


def _form(target: Mapping[str, str], asked: Sequence[str], lang: str) -> None:
    """The fields that mend this; once sent, the totals are made again, and the page says what its figures were."""
    asked = [*dict.fromkeys((*asked, *places_form.CARDS))]  # which a trace may not tell, and no remark asks for
    with st.form("mend form", border=False, enter_to_submit=False):
        st.html(Markup('<p class="small">{}</p>').format(t("mend.asked", lang)))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            places_form.choices(str(target), asked, lang)  # what is chosen for one is not the next one's
            who = writer("mend who", lang)
        sent = st.form_submit_button(t("mend.save", lang), type="primary")
    if not sent or not may_write():
        return
    before = _figures(target, lang)
    try:
        with st.spinner(t("mend.again", lang)):
            connect.mended(target, places_form.said(str(target), asked) | {"who": who, "why": t("mend.why", lang)})
    except SobriaError as error:
        st.html(refusal(error, lang, {"place_where": " ".join(f"places.{name}" for name in asked)}))
        return
    st.session_state[TOLD] = target, before
    st.rerun()


def _tell(names: Mapping[str, str], lang: str) -> None:
    """What the last mending changed of what it mended, once, below its form; and which service the form is now for."""
    if TOLD in st.session_state:
        target, before = st.session_state.pop(TOLD)
        now, key = _figures(target, lang), st.session_state.get(SERVICE, "")
        pairs = zip(before, now, strict=True)  # the service may have another name now
        told = [t("mend.changed", lang, figure=n, before=was, after=is_) for (_, was), (n, is_) in pairs if is_ != was]
        passed = names.get(key, key) if target.get("service", key) != key else ""
        st.html(render("mend_done", lang, told=told, passed=passed))


def _figures(target: Mapping[str, str], lang: str) -> list[tuple[str, str]]:
    """What a mending changes: the figures of its service or of its run, each by its name, in words, as they now are."""
    build, key, names = estimator_gateway.current_build(), target.get("service", ""), estimator_gateway.service_names()
    held = {entry.service_key: entry.indicators for entry in build.services()}
    found, of = (held[key], "figures.of_service") if key else (build.run(target["run"])["indicators"], "figures.of_run")
    amounts = [(t(of, lang, figure=figure_name(n, lang), key=names.get(key, key)), found[n]) for n in ("energy", "gwp")]
    amounts.append((t("figures.of_all", lang, figure=figure_name("energy", lang)), build.totals().indicators["energy"]))
    return [(name, interval_text(amount, lang)) for name, amount in amounts]
