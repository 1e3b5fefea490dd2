"""A line of the table of seats, typed on the page: it is then checked and imported as the file would be."""

import streamlit as st
from markupsafe import Markup

from dashboard.connect import estimator_gateway as connect
from dashboard.connect.file_upload import examine
from dashboard.shared.html_parts import refusal
from dashboard.shared.permissions import may_write
from dashboard.shared.texts import t
from dashboard.shared.widgets import any_day, select
from estimator.core.errors import SobriaError

WAY = "seats"
FIELDS = ("product", "seats", "active_share", "from", "to", "task", "service", "uses")
DAYS, CHOICES = ("from", "to"), ("product", "task")


def show(lang: str) -> None:
    """The form, for those who may write."""
    if not may_write():
        return
    known = {"product": connect.products(lang), "task": connect.tasks(lang)}
    with st.container(key="connect_seats"), st.form("seats", border=False, enter_to_submit=False):
        st.html(Markup("<h2>{}</h2><p>{}</p>").format(t("seats.title", lang), t("seats.note", lang)))
        for name in FIELDS:
            label, key = t(f"seats.{name}", lang), f"seats {name}"
            if name in CHOICES:
                select(label, known[name], key, t(f"seats.{name}_any", lang))
            elif name in DAYS:
                any_day(label, None, key=key)
            else:
                st.text_input(label, key=key)
        if st.form_submit_button(t("seats.save", lang), type="primary"):
            typed = {name: str(st.session_state.get(f"seats {name}") or "") for name in FIELDS}
            try:
                connect.check_seats(typed)
            except SobriaError as error:
                st.html(refusal(error, lang, {name: f"seats.{name}" for name in FIELDS}))
                return
            examine([(f"sieges-{typed['product']}-{typed['from']}.csv", connect.seats_table(typed))])
            st.rerun()
