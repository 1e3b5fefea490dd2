"""Documentation page of what is not known: how often published figures were inside, and how the tables are known."""

import csv
from collections import Counter
from importlib import resources

from estimator.assessment.method_documentation import validation_results
from estimator.core.number_format import count_text
from scripts.messages import ROOT


def limits(lang: str, made: str) -> str:
    """The page of a language, its counts filled from the trials and from how each row was read."""
    with (ROOT / "factors" / "readings.csv").open(encoding="utf-8", newline="") as file:
        rows = Counter[str]()
        for line in csv.DictReader(file):
            rows[line["reading"]] += int(line["rows"])
    counts = {"rows": rows.total(), **rows}
    for mode, prefix in (("prediction", ""), ("reproduction", "repeated_")):
        found = [line for line in validation_results() if line.mode == mode]
        counts |= {f"{prefix}inside": sum(line.inside for line in found)}
        counts |= {f"{prefix}outputs": sum(line.outputs for line in found)}
    page = (resources.files(__package__) / "words" / f"limites.{lang}.md").read_text("utf-8")
    return page.format(made=made, **{name: count_text(count, lang) for name, count in counts.items()})
