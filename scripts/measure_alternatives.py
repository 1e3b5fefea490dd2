"""Processor time of programs without AI, by act: `python -m scripts.measure_alternatives [--acts 10000] [--runs 3]`.

Each program does its acts on 10,000 invented texts of 180 words (fixed seed), with Python's standard library alone. A
line a program: processor seconds an act (median, least, most of the runs) and kWh at the watts of a busy thread
(factors/alternatives.csv, thread_power). No meter is read: the rows of that table are computed, and say so.
"""

import argparse
import random
import re
import resource
import sqlite3
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from estimator.catalogue.load import load

TEXTS, THEMES, SECONDS = 10_000, 12, 3600
SYLLABLES = "ma ri to ne lu pa de so vi ca ter ment tion eur bou gra che lin for que".split()
SEARCH = "SELECT title, snippet(faq, 1, '', '', '…', 24) FROM faq WHERE faq MATCH ? ORDER BY rank LIMIT 10"
SCAN = "SELECT title FROM faq WHERE body LIKE ? LIMIT 10"
PAGE = b"<!doctype html><title>FAQ</title>" + b"<p>une question et sa reponse</p>" * 900  # 30 kB


class Answers(BaseHTTPRequestHandler):
    """A static page, or the answers to a search when the address has words."""

    protocol_version = "HTTP/1.1"
    faq: Path

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        body = PAGE
        if asked := self.path[2:].replace("+", " OR "):
            body = repr(sqlite3.connect(self.faq).execute(SEARCH, (asked,)).fetchall()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def corpus(seed: int = 1) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Texts as (title, body), words by falling frequency, and questions of three words."""
    chance = random.Random(seed)
    words = sorted({"".join(chance.choices(SYLLABLES, k=chance.randint(2, 5))) for _ in range(9_000)})
    chance.shuffle(words)
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    bodies = [chance.choices(words, weights, k=chance.randint(90, 270)) for _ in range(TEXTS)]
    questions = [" ".join(chance.sample(words[50:3_000], 3)) for _ in range(TEXTS)]
    return [(" ".join(b[:9]), " ".join(b)) for b in bodies], words, questions


def programs(folder: Path) -> Iterator[tuple[str, Callable[[int], object]]]:
    """Each program: its subject in the tables, and what does the act number n."""
    texts, words, questions = corpus()
    index = partial(_index, folder / "faq.db", texts)
    index(0)
    faq, chance = sqlite3.connect(folder / "faq.db"), random.Random(3)
    some = ["|".join(chance.sample(words, 3)) for _ in range(400)]
    rules = [re.compile(rf"\b(?:{a})\w*\b.{{0,80}}\b(?:{b})\b") for a, b in zip(some[::2], some[1::2], strict=True)]
    keywords = [re.compile(rf"\b{word}\b") for word in chance.sample(words, 4 * THEMES)]
    server = HTTPServer(("127.0.0.1", 0), type("Served", (Answers,), {"faq": folder / "faq.db"}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield "text-search", lambda n: _get(server.server_port, "/?" + questions[n % TEXTS].replace(" ", "+"))
    yield (
        "text-search, in process",
        lambda n: faq.execute(SEARCH, (questions[n % TEXTS].replace(" ", " OR "),)).fetchall(),
    )
    yield "table-scan", lambda n: faq.execute(SCAN, (f"%{questions[n % TEXTS][:20]}%",)).fetchall()
    yield "text-index", index
    yield "python-page", lambda _: _get(server.server_port, "/")
    yield "keyword-rules", lambda n: [rule.search(texts[n % TEXTS][1]) for rule in rules]
    yield "keyword-list", lambda n: [word.search(texts[n % TEXTS][1]) for word in keywords]
    yield "form-tree", _form


def _index(path: Path, texts: list[tuple[str, str]], _: int) -> None:
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.execute("CREATE VIRTUAL TABLE faq USING fts5(title, body, tokenize='unicode61 remove_diacritics 2')")
    base.executemany("INSERT INTO faq VALUES (?, ?)", texts)
    base.commit()
    base.close()


def _get(port: int, path: str) -> bytes:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    return connection.getresponse().read()


def _form(n: int) -> str:
    """Three conditions of a form."""
    if n % 7 < 3:
        return "état civil" if n % 5 < 2 else "voirie"
    return "urbanisme" if n % 3 == 0 else "social"


def seconds(act: Callable[[int], object], acts: int) -> float:
    """Processor seconds of one act, client and server together where it is served."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    for n in range(acts):
        act(n)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / acts


def main() -> None:
    """Print a line a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    power = load().factor("thread_power/alternative/own-program/2026")
    assert power.low and power.value and power.high
    few = {"table-scan": 10, "text-index": 1000}  # an act of these is long: so many times fewer
    with tempfile.TemporaryDirectory() as folder:
        for name, act in programs(Path(folder)):
            acts = max(options.acts // few.get(name, 1), 1)
            act(0)
            runs = [seconds(act, acts) for _ in range(options.runs)]
            ends = min(runs) * power.low, statistics.median(runs) * power.value, max(runs) * power.high
            told = ", ".join(f"{kw / SECONDS:.3g}" for kw in ends)
            spread = f"{statistics.median(runs):.3g} s ({min(runs):.3g} to {max(runs):.3g})"
            print(f"{name}: {spread}, {acts} acts a run; {told} kWh")


if __name__ == "__main__":
    main()
