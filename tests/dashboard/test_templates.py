"""Templates of the screens: every value escaped, nothing unknown, no space of its own, no file that nobody shows."""

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from dashboard.shared.templates import render
from dashboard.shared.texts import known_text, t
from estimator.reporting.documents.templates import environment
from tests.home import HOSTILE

ROOT = Path(__file__).parents[2]


def test_a_value_is_escaped_and_a_piece_of_html_is_not_escaped_twice() -> None:
    shown = environment("dashboard").from_string("<p>{{ text }}{{ piece }}</p>")
    assert shown.render(text="<b>&", piece=Markup("<i>x</i>")) == "<p>&lt;b&gt;&amp;<i>x</i></p>"
    page = render("register_refusal", "fr", said=HOSTILE, lines=[HOSTILE], wrong=())
    assert "<script" not in page and page.count("&lt;") >= 2


def test_an_unknown_name_stops_the_page() -> None:
    with pytest.raises(UndefinedError, match="nobody"):
        environment("dashboard").from_string("{{ nobody }}").render()
    with pytest.raises(UndefinedError, match="lines"):
        render("register_refusal", "fr", said="", wrong=())


def test_a_line_break_is_no_space() -> None:
    assert environment("dashboard").from_string("<p>\n  a\n  <b>b</b>\n</p>\n").render() == "<p>a<b>b</b></p>"


def test_no_line_is_broken_for_its_look() -> None:
    """RGAA 8.9: what stands on lines of its own is a paragraph, a list or a block."""
    broken = [
        path.name for path in (ROOT / "dashboard" / "templates").glob("*.html") if "<br" in path.read_text("utf-8")
    ]
    assert broken == []


def test_links_that_stand_in_a_row_are_a_list() -> None:
    """RGAA 9.3: neither a space, nor a mark, nor a comma, sets apart two links: they are items."""
    for path in (ROOT / "dashboard" / "templates").glob("*.html"):
        parted = re.sub(r"\{% (endmacro|endset|else|elif.*?) %\}", "x", path.read_text("utf-8"))
        bare = re.sub(r"\{\{ ' ' \}\}|\{%.*?%\}", " ", parted)
        assert not re.search(r"</a>[\s·|,;]*<a\b", bare), path.name


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_table_keeps_its_heads_its_numbers_and_its_rows(lang: str) -> None:
    """Columns file, line, reason and text: the line is a number and heads its row with the file."""
    row = {"file_name": "a.csv", "line": 7, "fr": "vide", "en": "empty", "text": "x"}
    page = render("mesures_quarantine", lang, rows=[row], total=1)
    heads = [t(f"measures.{name}", lang) for name in ("file", "line", "reason", "text")]
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)', page) == heads
    assert '<th scope="row" class="right">7</th>' in page
    assert '<th scope="row"' in page and page.count("<tr>") == 2
    assert {"fr": ">Vide<", "en": ">Empty<"}[lang] in page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_text_of_the_screens_parts_a_number_from_its_unit(lang: str) -> None:
    """« 1 000 kWh » has no plain space, by which a line could end: the thousands are narrow, the unit is bound."""
    for path in (ROOT / "dashboard" / "words").glob(f"*.{lang}.toml"):
        parted = re.findall(r"\d (?:\d{3}\b|(?:[kMG]?Wh|m?L|m³|[kmµ]?g|t|%)(?![\w’']))", path.read_text("utf-8"))
        assert parted == [], path.name


@pytest.mark.parametrize("package", ["dashboard", "estimator/reporting"])
def test_every_template_is_shown_somewhere(package: str) -> None:
    folder = ROOT / package
    code = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    texts = {path: path.read_text("utf-8") for path in (folder / "templates").glob("*.html")}
    assert len(texts) >= 2
    for path in texts:
        others = "\n".join(text for other, text in texts.items() if other != path)
        name = path.stem
        assert re.search(rf'["\']{name}(\.html)?["\']', code) or f"'{path.name}'" in others, path.name


def test_a_part_that_an_address_opens_has_a_name_for_the_title_of_the_window() -> None:
    """RGAA 8.6: `screen.part_name`, in the words, where the screen is as the menu names it."""
    screens = {
        **{"accueil": "home", "synthese": "synthesis", "leviers": "levers", "use_case": "register"},
        **{"factors": "factors", "methode": "method", "validation": "validation", "figure_parts": "explain"},
        "explanation": "explain",
    }
    parts = {
        (path.stem, name)
        for path in (ROOT / "dashboard/templates").glob("*.html")
        for name in re.findall(r"call part\('(\w+)'", path.read_text("utf-8"))
    }
    assert {stem for stem, _ in parts} == set(screens)
    keys = [f"{screens[stem]}.part_{name}" for stem, name in parts]
    assert [key for key in keys for lang in ("fr", "en") if not known_text(key, lang)] == []
