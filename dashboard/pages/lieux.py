"""Lieux : where services run, said once, and what suppliers answered."""

from dashboard.connect import places_form
from dashboard.shared.widgets import language

places_form.show(language())
