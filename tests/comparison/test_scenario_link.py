"""A scenario in an address: it comes back whole, and nothing that is not one is unpacked or believed."""

import base64
import json
import zlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.comparison.scenario import Scenario, ScenarioRefused, scenario_of
from estimator.comparison.scenario_link import LARGEST_TEXT, LONGEST_TOKEN, decode, encode

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")), min_size=1, max_size=60).filter(str.strip)
AMOUNT = st.floats(1e-3, 1e9)


def packed(text: str | bytes) -> str:
    """A token of any text."""
    raw = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Scenarios of one to six options."""
    use = {"model": "qwen3-8b", "host": "scaleway/fr-par-2", "output_tokens": draw(AMOUNT)}
    options = [{"id": "sans-ia", "label": draw(TEXT), "method": "none", "status": "rejected", "why": draw(TEXT)}]
    for number in range(draw(st.integers(0, 5))):
        options.append({"id": f"o{number}", "label": draw(TEXT), "method": "model", "use": use})
    need = {"unit": draw(TEXT), "volume": draw(AMOUNT)}
    return scenario_of(
        {
            "title": draw(TEXT),
            "need": need,
            "options": options,
            "day": draw(st.dates(date(2015, 1, 1), date(2026, 1, 1)).map(str)),
        }
    )


@given(scenarios())
def test_a_scenario_comes_back_whole(scenario: Scenario) -> None:
    token = encode(scenario)
    assert decode(token) == scenario
    assert encode(decode(token)) == token
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_fields_that_the_scenario_computes_are_not_written() -> None:
    """`requests` is 1 by default; a token that held it would be refused when read."""
    option = {"id": "m", "label": "M", "method": "model", "use": {"model": "qwen3-8b", "output_tokens": 1}}
    none = {"id": "n", "label": "N", "method": "none", "status": "not_studied"}
    scenario = scenario_of({"title": "T", "need": {"unit": "u", "volume": 1}, "options": [none, option]})
    assert "requests" not in zlib.decompress(base64.urlsafe_b64decode(encode(scenario) + "===")).decode()
    assert decode(encode(scenario)) == scenario


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_anything_else_is_refused_in_both_languages(token: str) -> None:
    with pytest.raises(ScenarioRefused) as refusal:
        decode(token)
    assert refusal.value.message("fr").startswith("URL, ") and refusal.value.message("en").startswith("URL, ")


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9), lambda v: st.lists(v) | st.dictionaries(st.text(max_size=9), v)
    )
)
def test_json_that_is_no_scenario_is_refused(data: object) -> None:
    with pytest.raises(ScenarioRefused):
        decode(packed(json.dumps(data)))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"title": NaN}',
        '{"title": ' + "9" * 5000 + "}",
        '{"title": "\\ud800", "need": {"unit": "u", "volume": 1}, "options": []}',
        b"\xff\xfe",
        "",
    ],
    ids=["deep", "nan", "long number", "half a character", "no UTF-8", "empty"],
)
def test_hostile_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ScenarioRefused):
        decode(packed(text))


def test_a_bomb_is_not_unpacked() -> None:
    """4 MB of spaces pack into 4 kB: a token that is short enough, of a text that is not."""
    token = packed(b" " * 4_000_000)
    assert len(token) < LONGEST_TOKEN
    with pytest.raises(ScenarioRefused):
        decode(token)


def test_the_limit_on_the_text_is_exact() -> None:
    from estimator.comparison.scenario_link import _unpacked

    assert _unpacked(zlib.compress(b" " * LARGEST_TEXT)) == b" " * LARGEST_TEXT
    with pytest.raises(ValueError):
        _unpacked(zlib.compress(b" " * (LARGEST_TEXT + 1)))


def test_a_token_is_cut_short_or_too_long() -> None:
    none = {"id": "n", "label": "N", "method": "none", "status": "not_studied"}
    token = encode(scenario_of({"title": "T", "need": {"unit": "u", "volume": 1}, "options": [none]}))
    for wrong in (token[:-4], token + "AAAA", "A" * (LONGEST_TOKEN + 1)):
        with pytest.raises(ScenarioRefused):
            decode(wrong)
    with pytest.raises(ScenarioRefused) as refusal:
        decode("A" * (LONGEST_TOKEN + 1))
    assert str(LONGEST_TOKEN) in refusal.value.message("fr")


def test_a_scenario_too_large_for_an_address_is_refused() -> None:
    import random

    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyzéàç0123456789", k=2000)) for _ in range(30)]
    options = [
        {"id": f"o{n}", "label": "N", "method": "none", "status": "rejected", "why": w} for n, w in enumerate(words)
    ]
    with pytest.raises(ScenarioRefused):
        encode(scenario_of({"title": "T", "need": {"unit": "u", "volume": 1}, "options": options}))
