"""`python -m scripts.golden FOLDER`: all printed output of SobrIA on reproducible homes, as text files.

Run it in two checkouts, then `diff -r` the folders: nothing may differ unless a figure or a text was meant to.
Only volatile text is masked: MASKS lists all of it.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from estimator.core.periods import day_label, short_day
from scripts.golden.pages import page_texts
from scripts.golden.requests import COUNT, SEED, requests
from scripts.messages import LANGUAGES, ROOT

FIGURES = {
    "energy": (), "water": ("onsite", "electricity", "electricity_reservoirs"), "it_energy": (),
    "adpe": ("use", "devices", "machines", "network"), "gwp": ("use", "devices", "machines", "network"),
    "primary_energy": ("use", "devices", "machines", "network"),
}  # fmt: skip
SCENARIOS = (ROOT / "docs" / "scenario.toml", *sorted((ROOT / "scripts/demo/metropole/scenarios").glob("*.toml")))
CASES = Path(__file__).with_name("cases.json")
HOSTS = "dcml/vandoeuvre,scaleway/fr-par-2,aws/us-east-1"
SHEETS = ("evaluation", "rgesn", "tender", "questionnaire")
REPORTS = ("schema-impact", "data", "boamps", "reen", "beges", "budget-vert")
FOLDERS, TABLES = ("data", "boamps"), ("schema-impact", "beges")  # of several files, of one format
TODAY = "|".join(  # « 25/11/2026 », « 25 Nov 2026 », « 25 novembre 2026 »
    r"\s".join(map(re.escape, form(date.today(), lang).split()))
    for form in (day_label, short_day)
    for lang in LANGUAGES
)
MASKS = (
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])"), "<build>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), "<event>"),
    (re.compile(r"(?<=-)[0-9a-f]{8}(?=\.json)"), "<run>"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<report>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)?"), "<moment>"),
    (re.compile(re.escape(date.today().isoformat()) + r"(?: \d\d:\d\d:\d\d)?"), "<today>"),
    (re.compile(rf"(?<!\d)(?:{TODAY})(?!\d)"), "<today>"),
    (re.compile(rf"(?:{re.escape(tempfile.gettempdir())}|{re.escape(str(ROOT))})/[^\s\"',;:)]*"), "<path>"),
)


def main() -> int:
    """Write the files of every home and language; return 0, or 1 when a command fails unexpectedly."""
    parser = argparse.ArgumentParser("python -m scripts.golden", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory(prefix="sobria-golden-") as made:
        for name, fill in (("demo", _demo), ("traces", _traces)):
            home = Path(made) / name
            write(folder / name / "fill.txt", fill(home))
            for path, text in of_home(home, name == "demo"):
                write(folder / name / path, text)
        for path, text in without_home(Path(made) / "empty"):
            write(folder / path, text)
    return 0


def masked(text: str) -> str:
    """A text with volatile parts masked."""
    for pattern, stand_in in MASKS:
        text = pattern.sub(stand_in, text)
    return text


def write(file: Path, text: str) -> None:
    """One file of the set, masked."""
    file = file.with_name(masked(file.name))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(masked(text), "utf-8")


def sobria(home: Path, *arguments: str, lang: str = "fr") -> str:
    """Output of the command on a home, with its refusals and its exit status."""
    from estimator.cli import main as command

    out, errors, code = StringIO(), StringIO(), 0
    line = ["sobria", "--home", str(home), "--lang", lang, *arguments]
    with patch.object(sys, "argv", line), redirect_stdout(out), redirect_stderr(errors):
        try:
            command()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return f"{out.getvalue()}{errors.getvalue()}exit {code}\n"


def of_home(home: Path, whole: bool) -> Iterator[tuple[str, str]]:
    """Path and text of each file about a home; `whole`: with the documents of a register and its commitments."""
    yield "totals.json", sobria(home, "totals", "--json")
    numbers = [
        f"total.{name}" for figure, parts in FIGURES.items() for name in (figure, *(f"{figure}.{p}" for p in parts))
    ]
    for number in numbers:
        yield f"explain/{number}.json", sobria(home, "explain", number, "--json")
    for lang in LANGUAGES:
        yield f"{lang}/totals.txt", sobria(home, "totals", lang=lang)
        for number in numbers:
            yield f"{lang}/explain/{number}.txt", sobria(home, "explain", number, lang=lang)
        for period in ("2025", "2026"):
            yield f"{lang}/indicators-{period}.txt", sobria(home, "indicators", "--period", period, lang=lang)
        if whole:
            yield from documents(home, lang)
        for page, text in page_texts(home, lang):
            yield f"{lang}/pages/{page}.txt", text
    yield "indicators-2026.json", sobria(home, "indicators", "--period", "2026", "--json")


def documents(home: Path, lang: str) -> Iterator[tuple[str, str]]:
    """The six reports of 2026, the page of the elected official, and the register."""
    with tempfile.TemporaryDirectory(prefix="sobria-golden-") as made:
        for kind in REPORTS:
            out = Path(made) / (kind if kind in FOLDERS else f"{kind}.{'csv' if kind in TABLES else 'html'}")
            yield (
                f"{lang}/report/{kind}.said.txt",
                sobria(home, "report", kind, "--period", "2026", "--out", str(out), lang=lang),
            )
        for suffix in ("html", "md", "csv"):
            out = Path(made) / f"fiche.{suffix}"
            sobria(home, "indicators", "--period", "2026", "--out", str(out), lang=lang)
        for file in sorted(path for path in Path(made).rglob("*") if path.is_file()):
            yield f"{lang}/report/{file.relative_to(made)}", file.read_text("utf-8")
    yield f"{lang}/register.txt", sobria(home, "register", "list", lang=lang)
    yield f"{lang}/commitments.txt", sobria(home, "commitments", "list", lang=lang)


def without_home(home: Path) -> Iterator[tuple[str, str]]:
    """Comparisons, their sheets, estimates, published cases: output that needs no ledger."""
    for scenario in SCENARIOS:
        yield f"compare/{scenario.stem}.json", sobria(home, "compare", str(scenario), "--json")
        for lang in LANGUAGES:
            yield f"compare/{lang}/{scenario.stem}.txt", sobria(home, "compare", str(scenario), lang=lang)
            yield from sheets(home, scenario, lang)
    sites = ("compare", str(SCENARIOS[0]), "--option", "leger", "--hosts", HOSTS)
    yield "compare/hosts.json", sobria(home, *sites, "--json")
    for lang in LANGUAGES:
        yield f"compare/{lang}/hosts.txt", sobria(home, *sites, lang=lang)
    for rank, request in enumerate(requests(SEED, COUNT)):
        yield f"estimate/{rank:02}.json", " ".join(request) + "\n" + sobria(home, "estimate", *request, "--json")
        for lang in LANGUAGES:
            yield f"estimate/{lang}/{rank:02}.txt", sobria(home, "estimate", *request, "--explain", lang=lang)
    yield "validate.json", sobria(home, "validate", str(CASES), "--json")
    yield "validate.txt", sobria(home, "validate", str(CASES))


def sheets(home: Path, scenario: Path, lang: str) -> Iterator[tuple[str, str]]:
    """The four documents of a scenario, as pages and as text."""
    with tempfile.TemporaryDirectory(prefix="sobria-golden-") as made:
        for kind in SHEETS:
            for suffix in ("html", "md", "csv"):
                out = Path(made) / f"{kind}.{suffix}"
                said = sobria(home, "sheet", kind, str(scenario), "--out", str(out), lang=lang)
                text = out.read_text("utf-8-sig") if out.exists() else said
                yield f"sheet/{lang}/{scenario.stem}/{kind}.{suffix}", text


def _demo(home: Path) -> str:
    from scripts.demo import metropole

    return f"{metropole.fill(home).account}\n"


def _traces(home: Path) -> str:
    return sobria(home, "import", str(ROOT / "tests" / "traces")) + sobria(home, "build")


if __name__ == "__main__":
    os.environ["COLUMNS"] = "120"
    sys.exit(main())
