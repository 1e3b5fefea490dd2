"""Regulatory thresholds of an indicator: the limits of the RGESN and of the charter, each with its source."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from estimator.catalogue.load import load
from estimator.governance.charter import phrases
from estimator.places.evidence import tables


def limits(indicator: str, criteria: Sequence[str], day: date) -> list[dict[str, Any]]:
    """The numeric limits in force on a day: subject, comparison, value [unit], source, locator.

    Empty when no text sets a level: the council may then vote one.
    """
    rows = [t for t in tables().thresholds if t.criterion in criteria and t.value is not None and t.valid_on(day)]
    found = [
        {
            "about": row.quantity,
            "condition": row.condition,
            "comparison": row.comparison,
            "value": row.value,
            "unit": row.unit,
            "text": f"RGESN {row.criterion}",
            **_source(row.source, row.locator),
        }
        for row in rows
        if row.quantity != "site_age"
    ]
    asked = [p for p in phrases() if p.indicator == indicator and p.sets_limit == "yes"]
    return found + [
        {
            "about": indicator,
            "condition": "",
            "comparison": "ge",
            "value": phrase.target,
            "unit": "share",
            "text": phrase.id,
            **_source(phrase.source, phrase.locator),
        }
        for phrase in asked
    ]


def _source(name: str, locator: str) -> dict[str, str]:
    source = load().sources[name]
    return {"source": name, "title": source.title, "locator": locator}
