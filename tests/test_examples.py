"""What the documentation shows is what happens: its examples run, its tutorial prints what it says, its site builds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.conformance.servers import FakeModel, serving
from scripts.environment import tools_are_ready
from scripts.messages import LANGUAGES
from scripts.site.__main__ import SITE
from scripts.site.pages import english, lay_out
from tests.conftest import ROOT
from tests.ingestion.formats import rows_of
from tests.skipped import NO_SITE
from tests.support import sobria

EXAMPLES = ROOT / "docs" / "examples"
OPENAI = """
import json, types, httpx
class OpenAI:
    def __init__(self):
        self.chat = types.SimpleNamespace(completions=self)
    def create(self, **asked):
        answer = json.loads(httpx.Client().send(httpx.Request(json.dumps(asked).encode())).content)
        message = types.SimpleNamespace(content=answer["choices"][0]["message"]["content"])
        return types.SimpleNamespace(choices=[types.SimpleNamespace(message=message)])
"""
HTTPX = """
import os, types, urllib.request
class Request:
    method, url = "POST", types.SimpleNamespace(path="/v1/chat/completions", host="modele.exemple", port=443)
    def __init__(self, body):
        self.body = body
class Client:
    def send(self, request, *, stream=False):
        address = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
        with urllib.request.urlopen(urllib.request.Request(address, request.body)) as found:
            return types.SimpleNamespace(is_success=True, headers=dict(found.headers), content=found.read())
class AsyncClient(Client):
    pass
"""


def example(name: str, *arguments: object, **environment: str) -> str:
    """What an example prints, in a program of its own, where `sobria` is the command of this checkout."""
    found = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"} | environment
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    done = subprocess.run(command, env=os.environ | found, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_example_is_short() -> None:
    short = {path.name: len(path.read_text("utf-8").splitlines()) for path in EXAMPLES.glob("*.py")}
    assert set(short) == {"service.py", "decision.py", "results.py"} and max(short.values()) < 30  # noqa: PLR2004


def test_a_service_is_counted(tmp_path: Path) -> None:
    """One call, whose tokens are those that the model says; a stand-in has the shape of the client, whose real
    versions are tried by scripts.conformance. Neither the question nor the answer is in what waits."""
    for name, code in (("openai", OPENAI), ("httpx", HTTPX)):
        (tmp_path / f"{name}.py").write_text(code, "utf-8")
    model = FakeModel("At nine.")
    with serving(lambda method, path, body, _: model.answer(method, path, body)) as address:
        here = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "SOBRIA_SPOOL": str(tmp_path / "spool"), "SOBRIA_COLLECT": ""}
        assert example("service.py", OPENAI_BASE_URL=f"{address}/v1", **here) == "At nine.\n"
    (kept,) = [path for path in (tmp_path / "spool").rglob("*") if path.is_file() and path.stat().st_size]
    assert "town hall" not in kept.read_text("utf-8") and "At nine" not in kept.read_text("utf-8")
    (row,) = rows_of(kept.read_text("utf-8"))  # as `sobria import` reads it
    assert (row.input_tokens, row.output_tokens, row.model) == (1201, 301, "mistral-small-3.2")


def test_a_decision_is_printed() -> None:
    said = example("decision.py", ROOT / "docs" / "scenario.en.toml").splitlines()
    assert len(said) > 3 and said[0].startswith("The FAQ page: more than 1,000 times less electricity")  # noqa: PLR2004


def test_the_results_are_read_by_duckdb(metropole: Path, tmp_path: Path) -> None:
    """One line a service that may be told, with its interval or the reason of its absence."""
    sobria(metropole, "export", str(tmp_path / "results.parquet"))
    lines = example("results.py", tmp_path / "results.parquet").splitlines()
    assert len(lines) > 4 and all(re.match(r"[\w-]+: (\S+ to \S+ kgCO2e|[a-z_]+$)", line) for line in lines)  # noqa: PLR2004


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_tutorial_prints_what_it_says(lang: str, tmp_path: Path) -> None:
    """Each command followed by what it prints, on the day on which the page was written."""
    page = (ROOT / "docs" / "tutoriel" / f"premier-resultat{'' if lang == 'fr' else '.en'}.md").read_text("utf-8")
    shown = re.findall(r"```sh\nsobria (.+)\n```\n\n```\n((?:.+\n)+)```", page)
    assert len(shown) == 2  # noqa: PLR2004
    for command, block in shown:
        said = sobria(tmp_path, *command.split(), "--date", "2026-11-28", lang=lang).stdout
        printed = re.sub(r"[\u00a0\u202f]", " ", said.replace("’", "'"))
        assert [line for line in block.splitlines() if line not in printed] == []


def test_the_site_has_every_page_in_both_languages(tmp_path: Path) -> None:
    lay_out(tmp_path)
    pages = {
        lang: {str(path.relative_to(tmp_path / lang)) for path in (tmp_path / lang).rglob("*.md")} for lang in LANGUAGES
    }
    assert pages["fr"] == pages["en"] and "docs/tutoriel/votre-service.md" in pages["fr"]
    text = {name: (tmp_path / name).read_text("utf-8") for name in ("fr/docs/mutants.md", "en/docs/mutants.md")}
    assert [name for name, page in text.items() if "*In French only: " in page] == ["en/docs/mutants.md"]
    told = "[Français](a.md). See [b.en.md](b.en.md#c), that is b.en.md."
    assert english(told) == "See [b.en.md](b.md#c), that is b.en.md."
    assert (tmp_path / "en" / "README.md").read_text("utf-8").startswith("# SobrIA\n\n**What a public authority")


def test_the_site_builds_strictly_and_asks_nobody_else() -> None:
    """No dead link, no page out of the menu, and nothing that a browser would fetch by itself from another host."""
    if not tools_are_ready("site"):
        pytest.skip(NO_SITE)
    command = [sys.executable, "-m", "scripts.site"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    fetched = re.compile(r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//(?!example\.org)[^>]*>")
    pages = sorted(SITE.rglob("*.html"))
    assert len(pages) > 200 and [found for page in pages for found in fetched.findall(page.read_text("utf-8"))] == []  # noqa: PLR2004
