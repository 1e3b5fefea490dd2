"""Operator of a site: the authority itself, a supplier whose service is purchased, or unknown."""

from typing import Literal

from estimator.catalogue.load import load

Owner = Literal["own", "bought", "unsaid"]
OWN = {"class/desk", "class/server-room"}
BOUGHT = {"class/national-cloud", "class/hyperscale"}


def owner(host: str | None) -> Owner:
    """From the class of a site; a shared or unnamed centre is « unsaid »."""
    catalogue = load()
    if not host or host not in catalogue.subjects:
        return "unsaid"
    classes = set(catalogue.fallbacks(host))
    if classes & OWN:
        return "own"
    return "bought" if classes & BOUGHT else "unsaid"
