"""Scenario files: what is read, what is refused with which sentence, and the way back to text."""

import re
from contextlib import nullcontext
from pathlib import Path

import pytest

from estimator.comparison.scenario import parse_scenario, read_scenario, scenario_of
from estimator.comparison.scenario_toml import scenario_toml
from estimator.core.errors import SobriaError

GOOD = """
title = "Répondre aux courriers"
day = 2026-06-01
[need]
unit = "une réponse acceptée"
volume = 20000
output_tokens = 300
[[options]]
id = "sans-ia"
label = "sans IA"
method = "none"
status = "rejected"
why = "trop de cas"
[[options]]
id = "leger"
label = 'le modèle « léger »'
method = "model"
acceptance = 0.94
quality = { value = 0.94, test = "200 courriers", date = "2026-05-02", by = "Service courrier" }
[options.use]
model = "qwen3-8b"
zone = "FRA"
[options.people]
screen_minutes = 3
"""


def test_a_scenario_comes_back_from_its_own_text() -> None:
    found = parse_scenario(GOOD)
    assert parse_scenario(scenario_toml(found)) == found
    assert scenario_toml(found) == scenario_toml(parse_scenario(scenario_toml(found)))


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(GOOD, "utf-8-sig")
    assert read_scenario(path).options[1].id == "leger"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("volume = 20000", "volume = -1", "need.volume"),
        ("volume = 20000", "volume = inf", "need.volume"),
        ("volume = 20000", "volumes = 20000", "need"),
        ('method = "none"', 'method = "magic"', "option 1 (sans-ia), method"),
        ('id = "leger"', 'id = "sans-ia"', "sans-ia"),
        ('why = "trop de cas"', "", "why"),
        ('model = "qwen3-8b"', "requests = 3", "requests"),
        ("acceptance = 0.94", "acceptance = 0", "option 2 (leger), acceptance"),
        ("[options.use]", "[options.uses]", "uses"),
        ("day = 2026-06-01", "day = ", "TOML"),
        ("day = 2026-06-01", "day = 1800-01-01", "2015"),
        ("day = 2026-06-01", "day = 2999-01-01", "2015"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(GOOD.replace(old, new, 1))
    for lang in ("fr", "en"):
        assert said in refusal.value.message(lang), refusal.value.message(lang)
    assert ("n'est pas écrit en TOML" if said == "TOML" else "a été lu") in refusal.value.message("fr")


@pytest.mark.parametrize(
    ("old", "new", "fr", "en"),
    [
        ("volume = 20000", "", "need.volume : rien n'a été lu. Un nombre est attendu", "nothing was read. A number is"),
        ('label = "', 'lbl = "', "label : rien n'a été lu. Un texte est attendu", "nothing was read. A text is"),
        ("volume = 20000", 'volume = ""', "need.volume : rien n'a été lu. Un nombre", "need.volume: nothing was read."),
        ("volume = 20000", "volume = -1", "need.volume : « -1 » a été lu. Un nombre", "need.volume: “-1” was read."),
    ],
)
def test_what_is_empty_is_said_so_with_what_is_expected(old: str, new: str, fr: str, en: str) -> None:
    """It was said « « rien » a été lu. Ce champ est obligatoire », as a word that someone typed."""
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(GOOD.replace(old, new, 1))
    assert fr in refusal.value.message("fr") and en in refusal.value.message("en"), refusal.value.message("fr")


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("a = 1\nb = 0,5", "ligne 2, colonne 6 : une seule valeur par ligne", "line 2, column 6: one value a line"),
        ("a 5", "ligne 1, colonne 3 : le signe =", "line 1, column 3: the sign ="),
        ("a = oui", "ligne 1, colonne 5 : une valeur était", "line 1, column 5: a value was"),
        ("a = 1\na = 2", "à la fin du fichier : ce nom est déjà", "at the end of the file: this name"),
        ('a = "x', "à la fin du fichier : un guillemet", "at the end of the file: a closed quote"),
        ("é = 1", "ligne 1, colonne 1 : une ligne comme", "line 1, column 1: a line such as"),
    ],
)
def test_a_line_that_is_not_toml_is_told_in_the_language_of_its_reader(text: str, french: str, english: str) -> None:
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(text)
    assert french in refusal.value.message("fr") and english in refusal.value.message("en")
    assert not re.search(r"Expected|Invalid|Cannot|Unterminated", refusal.value.message("fr"))


def test_a_text_nested_too_deep_is_refused_in_a_sentence() -> None:
    with pytest.raises(SobriaError) as refusal:
        parse_scenario("a = " + "[" * 3000)
    assert "crochets" in refusal.value.message("fr") and "brackets" in refusal.value.message("en")


def test_an_unknown_field_is_named_with_the_one_that_is_missing() -> None:
    """A typo is two faults, told together and without the values around it."""
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(GOOD.replace("volume = 20000", "volme = 20000", 1))
    french, english = (refusal.value.message(lang) for lang in ("fr", "en"))
    assert "need.volme" in french and "need.volume" in french and "{" not in french
    assert "need.volme" in english and "need.volume" in english and "{" not in english
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(GOOD.replace("volume = 20000", "", 1))
    assert "need.volume" in refusal.value.message("fr") and "{" not in refusal.value.message("fr")


def test_a_threshold_and_a_quality_of_one_test_have_one_scale() -> None:
    """93 against 0.85 is a share written as a mark; of two tests, nothing is compared."""
    limit = '[constraints.quality]\nvalue = 0.85\ntest = "TEST"\n[[options]]'
    marked = GOOD.replace("value = 0.94", "value = 93").replace("[[options]]", limit, 1)
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(marked.replace("TEST", "200 courriers"))
    assert "93" in refusal.value.message("fr") and "« 0.85 »" in refusal.value.message("fr")
    assert "By the same test, option 2 (leger), quality.value is 93" in refusal.value.message("en")
    assert parse_scenario(marked.replace("TEST", "autre")).options[1].quality


def test_two_qualities_of_one_test_have_one_scale() -> None:
    """0.9 and 92 by « relus »: one divides, the other does not; of two tests, or one without a name, nobody knows."""
    for test, other, refused in (("relus", "Relus", True), ("relus", "autre", False), ("", "", False)):
        qualities = ({"value": 0.9, "test": test}, {"value": 92, "test": other})
        options = [
            {"id": f"o{n}", "label": "x", "method": "none", "quality": found} for n, found in enumerate(qualities)
        ]
        body = {"title": "x", "need": {"unit": "u", "volume": 1}, "options": options}
        with pytest.raises(SobriaError, match="same test, option 1 .o0., .* is 0.9") if refused else nullcontext():
            assert scenario_of(body).options


def test_the_first_option_is_without_ai() -> None:
    first = GOOD.replace('method = "none"', 'method = "model"', 1).replace('"rejected"', '"not_studied"', 1)
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(first)
    assert "La première option est celle sans IA" in refusal.value.message("fr")


def test_no_sentence_of_the_validator_is_left_in_english() -> None:
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(GOOD.replace("volume = 20000", "volume = -1", 1))
    assert "Un nombre supérieur à 0" in refusal.value.message("fr")


def test_every_fault_of_a_file_is_told_with_its_place() -> None:
    """Four faults, of the need and of both options; one alone is told in one line."""
    wrong = GOOD.replace("volume = 20000", "volume = -1", 1).replace('method = "none"', 'method = "magic"', 1)
    wrong = wrong.replace('model = "qwen3-8b"', "modele = 3", 1).replace(
        "screen_minutes = 3", 'screen_minutes = "x"', 1
    )
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(wrong)
    french, english = (refusal.value.message(lang).splitlines() for lang in ("fr", "en"))
    assert french[0] == "scenario.toml : 4 fautes." and english[0] == "scenario.toml: 4 faults."
    places = ("need.volume", "option 1 (sans-ia), method", "option 2 (leger), use.modele")
    assert [place in line for place, line in zip(places, french[1:4], strict=True)] == [True] * 3
    assert "option 2 (leger), people.screen_minutes" in french[4] and "« x » a été lu" in french[4]
    assert french[5].startswith("Rien n'a été calculé") and len(french) == len(english) == 6


@pytest.mark.parametrize("field", ["volume", "attempts", "screen_minutes"])
def test_true_is_no_number(field: str) -> None:
    """`volume = true` was read as one."""
    text = GOOD.replace('id = "leger"', 'id = "leger"\nattempts = 1', 1)
    text = re.sub(rf"{field} = \d+", f"{field} = true", text)
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(text)
    assert field in refusal.value.message("fr") and "Un nombre était attendu" in refusal.value.message("fr")


@pytest.mark.parametrize("field", ["volume", "attempts", "screen_minutes"])
def test_a_text_of_two_readings_is_no_number(field: str) -> None:
    """`volume = "1.200"` was read as one and a fifth; without its quotes, it is that."""
    text = GOOD.replace('id = "leger"', 'id = "leger"\nattempts = 1', 1)
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(re.sub(rf"{field} = \d+", f'{field} = "1.200"', text))
    assert field in refusal.value.message("fr") and "Un nombre était attendu" in refusal.value.message("fr")
    parse_scenario(re.sub(rf"{field} = \d+", f"{field} = 1.200", text))


def test_a_name_is_one_readable_line() -> None:
    """Breaks are spaces, marks that are not seen are left out, a command of the terminal is refused."""
    said = parse_scenario(GOOD.replace('label = "', 'label = "\\u202Eun\\nautre\\t\\u200B', 1)).options[0].label
    assert said.startswith("un autre ")
    with pytest.raises(SobriaError) as refusal:
        parse_scenario(GOOD.replace('label = "', 'label = "\\u001B[31m\\n', 1))
    assert "caractère de commande" in refusal.value.message("fr") and "\x1b" not in refusal.value.message("fr")
    assert len(refusal.value.message("fr").splitlines()) == 1
    assert "\\x1b[31m" in refusal.value.message("en") and "control character" in refusal.value.message("en")
