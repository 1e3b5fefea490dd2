"""A third language is word files and nothing else: Polish, which has « few » and « many », told in false words.

Each letter a, e, i, o, u of the English words is written with an accent, so that a sentence that is still in English or
in French shows; what is between braces, tags and quotation marks of code stays.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from estimator.core.errors import words_of
from estimator.core.language import plural_categories
from scripts.missing_words import FORMS, names

ROOT = Path(__file__).resolve().parents[1]
LANG = "pl"
KEPT = re.compile(r"\{[^{}]*\}|<[^<>]*>|&\w+;|`[^`]*`|--[a-z-]+|sobria [a-z ]+|\{\{.*?\}\}")  # not words
CODES = {"date_patterns", "typography"}  # what a language asks, and not what it says
ACCENTED = str.maketrans("aeiou", "ąęįǫų")
LONG = 30  # letters from which a text is a sentence, that no other language would have by chance


def false(text: str) -> str:
    spared = KEPT.findall(text)
    parts = [part.translate(ACCENTED) for part in KEPT.split(text)]
    return "".join(part + kept for part, kept in zip(parts, [*spared, ""], strict=True))


def translated(entries: dict[str, Any], section: str) -> dict[str, Any]:
    if entries.keys() <= FORMS:
        other = false(entries["other"])
        return {"one": false(entries["one"])} | dict.fromkeys(sorted(plural_categories(LANG) - {"one"}), other) | {
            "few": f"{other} (few)"
        }  # fmt: skip
    return {
        key: translated(entry, section) if isinstance(entry, dict)
        else entry if section in CODES or key == "spreadsheet_locale" else false(entry)
        for key, entry in entries.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code and the tables as they are, and beside their words those of one more language."""
    house = tmp_path_factory.mktemp("house")
    for package in ("estimator", "dashboard"):
        (house / package / "words").mkdir(parents=True)
        for child in (ROOT / package).iterdir():
            if child.name not in ("words", "__pycache__"):
                (house / package / child.name).symlink_to(child)
        for path in (ROOT / package / "words").iterdir():
            (house / package / "words" / path.name).symlink_to(path)
            if path.name.endswith(".en.toml"):
                told = {name: translated(part, name) for name, part in tomllib.loads(path.read_text("utf-8")).items()}
                other = house / package / "words" / path.name.replace(".en.", f".{LANG}.")
                other.write_text(tomlkit.dumps(told), "utf-8")
    labels = {"labels": {key: false(name) for key, name in names(LANG).items()}}
    (house / "estimator" / "words" / f"names.{LANG}.toml").write_text(tomlkit.dumps(labels), "utf-8")
    for name in ("factors", "scripts", "docs"):
        (house / name).symlink_to(ROOT / name)
    return house


def ran(house: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, *arguments]
    done = subprocess.run(line, cwd=house, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(house)}, capture_output=True,
                          text=True)  # fmt: skip
    assert done.returncode == code, done.stdout[-2000:] + done.stderr[-4000:]
    return done


def sobria(house: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    return ran(house, "-m", "estimator.cli", "--lang", LANG, "--home", str(house / "home"), *arguments, code=code)


def untranslated(shown: str) -> list[str]:
    """The sentences of the other languages that a text still has, but for what is quoted in its own."""
    shown = re.sub(r"<script.*?</script>", "", shown, flags=re.DOTALL)  # what Streamlit says, to be replaced
    shown = re.sub(r"<(q|h2) [^>]*lang=\"fr\".*?</\1>", "", shown, flags=re.DOTALL)
    said = [text for package in ("estimator", "dashboard") for lang in ("fr", "en") for text in every(package, lang)]
    return [text for text in said if len(text) >= LONG and "{" not in text and text in shown]


def every(package: str, lang: str) -> list[str]:
    def texts(entry: Any) -> list[str]:
        return [entry] if isinstance(entry, str) else [text for part in entry.values() for text in texts(part)]

    return texts(words_of(ROOT / package / "words", lang))


def test_the_code_names_no_language_but_in_one_place() -> None:
    """`core/language.py` has the default one, that of the charter, that of programs; Streamlit speaks its own."""
    named = re.compile(r"""["'](?:fr|en)["']|\b(?:label|measured|request|reason|name)_(?:fr|en)\b""")
    columns = re.compile(r"^    \w+_(?:fr|en): str$")  # of the tables
    elsewhere = {"estimator/core/language.py", "dashboard/server/html_shell.py"}
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for package in ("estimator", "dashboard")
        for kind in ("py", "html", "j2")
        for path in sorted((ROOT / package).rglob(f"*.{kind}"))
        if path.relative_to(ROOT).as_posix() not in elsewhere
        for line in path.read_text("utf-8").splitlines()
        if named.search(line) and not columns.match(line)
    ]
    assert found == []


def test_the_language_lacks_no_word(house: Path) -> None:
    assert ran(house, "-m", "scripts.missing_words").stdout == ""


def test_a_help_is_in_it(house: Path) -> None:
    said = sobria(house, "estimate", "--help").stdout
    assert false("Estimate") in said or "ęstįmątę" in said.lower()
    assert untranslated(" ".join(said.replace("│", " ").split())) == []


def test_a_refusal_is_in_it_and_in_the_json_of_every_language(house: Path) -> None:
    refused = sobria(house, "estimate", "--model", "no-such-model", "--json", code=1)
    body = json.loads(refused.stdout)["error"]
    assert body.keys() >= {"code", "fr", "en", LANG} and body[LANG] not in (body["fr"], body["en"])
    assert body[LANG].split(".")[0] in refused.stderr and untranslated(refused.stderr) == []


def test_a_count_has_the_form_of_its_language(house: Path, tmp_path: Path) -> None:
    """Two rows are « few », five are « many »."""
    head = "timestamp,project_name,run_id,duration,energy_consumed,country_iso_code"
    for count in (2, 5):
        rows = [f"2026-03-0{n + 1}T10:00:00,tri,r{n},60,0.0{n + 1},FRA" for n in range(count)]
        (tmp_path / f"{count}.csv").write_text("\n".join([head, *rows]) + "\n")
        said = sobria(house, "check", str(tmp_path / f"{count}.csv")).stdout
        assert f"{count} {false('rows read')}" in said and ("(few)" in said.split(";")[0]) == (count == 2)


def test_a_sheet_is_in_it(house: Path, tmp_path: Path) -> None:
    for name in ("fiche.html", "fiche.md"):
        sobria(house, "sheet", "evaluation", str(ROOT / "docs" / "scenario.toml"), "--out", str(tmp_path / name))
        sheet = (tmp_path / name).read_text("utf-8")
        assert name.endswith(".md") or f'<html lang="{LANG}"' in sheet
        assert untranslated(re.sub(r"<[^>]*>", "", sheet)) == []


PAGE = """
import sys
from streamlit.testing.v1 import AppTest
from dashboard.server.html_shell import page
at = AppTest.from_file(sys.argv[1], default_timeout=120)
at.query_params["lang"] = "{lang}"
at.run()
assert not at.exception, at.exception
print(page("{lang}"), *(str(one.value if hasattr(one, "value") else one) for one in at.main), sep="\\n")
"""


@pytest.mark.parametrize("page", ["accueil", "comparer", "synthese"])
def test_a_page_is_in_it(house: Path, page: str) -> None:
    said = ran(house, "-c", PAGE.format(lang=LANG), str(house / "dashboard" / "pages" / f"{page}.py")).stdout
    assert f'<html lang="{LANG}">' in said and re.search("[ąęįǫų]", said)
    assert untranslated(said) == []


def test_a_missing_word_is_named_and_no_other_language_stands_in(house: Path) -> None:
    path = house / "estimator" / "words" / f"cli.{LANG}.toml"
    whole = path.read_text("utf-8")
    told = tomlkit.parse(whole)
    del told["cli"]["nothing_found"], told["counts"]["runs"]["few"]  # type: ignore[union-attr]
    path.write_text(tomlkit.dumps(told), "utf-8")
    try:
        lines = ran(house, "-m", "scripts.missing_words", LANG, code=1).stdout.splitlines()
        assert lines == [
            "estimator/words/*.pl.toml: cli.nothing_found is missing",
            "estimator/words/*.pl.toml: counts.runs: has no form few",
        ]
        refused = sobria(house, "models", "search", "nothing-of-this-name", code=1).stderr
        assert "estimator/words/*.pl.toml: [cli] has no nothing_found" in refused
    finally:
        path.write_text(whole, "utf-8")
