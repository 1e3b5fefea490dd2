"""Lieux : where services run, said once, and what suppliers answered."""

from dashboard.connect import places_form
from dashboard.shared.widgets import language


def show() -> None:
    """The lists, and the forms of those who may write."""
    places_form.show(language())


show()
