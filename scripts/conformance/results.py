"""What came of the trials, one line a version of a client, and the page made of it."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from scripts.conformance.clients import CLIENTS
from scripts.messages import sentence_in

FILE = Path(__file__).parent / "results.csv"
KINDS = (
    "answers",
    "metrics",
    "file",
    "library",
    "gateway",
    "callback",
    "our_callback",
)  # words of the titles of clients
EXPECTATIONS = Path(__file__).parent / "expectations.csv"  # what comes of the module of that name


class Result(NamedTuple):
    """One version of a client on a day: green, red, or absent with the words of its installer."""

    client: str
    version: str
    day: str
    verdict: str
    rows: int
    note: str


def read() -> list[Result]:
    """Every result kept, in the order of the clients and of their versions; those of others are forgotten."""
    if not FILE.exists():
        return []
    with FILE.open(encoding="utf-8", newline="") as file:
        kept: dict[tuple[str, str], dict[str, Any]] = {}
        for line in csv.DictReader(file):
            kept[line["client"], line["version"]] = line
    order = [(client.name, version.number) for client in CLIENTS for version in client.versions]
    lines = [kept[key] for key in order if key in kept]
    return [Result(**(line | {"rows": int(line["rows"])})) for line in lines]


def write(results: Iterable[Result]) -> None:
    """Keep these results, each in the place of the one before."""
    kept = {(found.client, found.version): found for found in [*read(), *results]}
    order = [(client.name, version.number) for client in CLIENTS for version in client.versions]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(Result._fields)
        table.writerows(kept[key] for key in order if key in kept)


def clients_page(lang: str) -> str:
    """Documentation page: each client, its versions, what came of them and on what day."""
    found = read()
    kinds = {kind: sentence_in(lang, "client_kinds", kind) for kind in KINDS}
    titles = {client.name: client.title.format(**kinds) for client in CLIENTS}
    green = {client.name for client in CLIENTS if _all_green([one for one in found if one.client == client.name])}

    def word(key: str, **facts: object) -> str:
        return sentence_in(lang, "clients_page", key, **facts)

    lines = [f"# {word('title')}", "", word("made"), "", word("what"), ""]
    lines += [word("counts", passed=len(green), all=len(titles)), ""]
    with EXPECTATIONS.open(encoding="utf-8", newline="") as file:
        lines += [word("expectations", **told) for told in csv.DictReader(file)]
    lines += ["", word("setting_up"), "", f"| {word('head')} |", "|---|---|---|---|---|"]
    for one in found:
        said = word(one.verdict) + (f"{word('colon')}{one.note.replace('|', '¦')}" if one.note else "")
        lines.append(f"| {titles[one.client]} | {one.version} | {one.day} | {said} | {one.rows} |")
    return "\n".join(lines) + "\n"


def _all_green(found: list[Result]) -> bool:
    verdicts = {one.verdict for one in found}
    return "green" in verdicts and "red" not in verdicts
