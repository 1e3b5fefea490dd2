"""A downloaded explanation computed again: it agrees with itself, and a changed number is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment.replay import ReplayFileRefused, replay_file
from tests.support import activity, built, sobria
from tests.workloads.test_modelled import answers

Explained = Callable[..., dict[str, Any]]
CHANGES = {  # place in the file -> (figure, bound) that is then another
    ("amount", "central"): ("gwp", "central"),
    ("amount", "use", "high"): ("gwp.use", "high"),
    ("indicators", "gwp", "low"): ("gwp", "low"),
    ("indicators", "gwp", "envelope"): ("gwp", "envelope"),
}


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Explained:
    """An explanation of a number of one home, as it is downloaded."""
    home = built(tmp_path_factory.mktemp("home"), activity())
    return lambda number="total.gwp": json.loads(json.dumps(home.explain(number).as_dict()))


def saved(tmp_path: Path, body: Any) -> Path:
    file = tmp_path / "calcul.json"
    file.write_text(json.dumps(body), "utf-8")
    return file


@pytest.mark.parametrize("number", ["total.gwp", "total.gwp.use", "total.water.electricity_reservoirs"])
def test_what_was_not_changed_is_found_again(tmp_path: Path, explained: Explained, number: str) -> None:
    found = replay_file(saved(tmp_path, explained(number)))
    assert found["differences"] == [] and found["compared"] >= 8  # four bounds, in "indicators" and in "amount"
    assert found["figure"] == number.removeprefix("total.")


@pytest.mark.parametrize("place", CHANGES)
def test_a_number_that_was_changed_is_named(tmp_path: Path, explained: Explained, place: tuple[str, ...]) -> None:
    body = explained()
    inner = body
    for step in place[:-1]:
        inner = inner[step]
    before = inner[place[-1]]
    inner[place[-1]] = [0.5, 0.6] if isinstance(before, list) else before * 1.001
    (wrong,) = replay_file(saved(tmp_path, body))["differences"]
    assert (wrong["figure"], wrong["bound"]) == CHANGES[place]
    assert wrong["replayed"] == before and wrong["file"] == inner[place[-1]]


def test_a_number_that_was_taken_out_is_named_and_the_last_digit_is_not_looked_at(
    tmp_path: Path, explained: Explained
) -> None:
    body = explained()
    body["amount"]["central"] *= 1 + 1e-12
    assert replay_file(saved(tmp_path, body))["differences"] == []
    body["amount"]["central"] = None
    assert [d["file"] for d in replay_file(saved(tmp_path, body))["differences"]] == [None]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: [body],
        lambda body: 5,
        lambda body: body | {"replay": None},
        lambda body: body | {"replay": body["replay"] | {"cells": [{"a": 1}]}},
        lambda body: body | {"replay": body["replay"] | {"cells": [{"amounts": {}, "factors": {"pue": {}}}]}},
    ],
)
def test_a_file_of_another_shape_is_refused_in_one_sentence(tmp_path: Path, explained: Explained, change: Any) -> None:
    with pytest.raises(ReplayFileRefused) as refused:
        replay_file(saved(tmp_path, change(explained())))
    assert "calcul.json" in refused.value.message("fr")


def test_a_file_too_deep_to_read_is_refused_in_the_same_sentence(tmp_path: Path) -> None:
    file = tmp_path / "calcul.json"
    file.write_text("[" * 3000)
    assert "calcul.json" in sobria(tmp_path, "explain", "--replay", str(file), code=1).stderr


def test_the_command_says_that_they_agree_or_which_do_not_and_exits_one(tmp_path: Path, explained: Explained) -> None:
    body = explained()
    file = saved(tmp_path, body)
    said = sobria(tmp_path, "explain", "--replay", str(file)).stdout
    assert "nombres du fichier sont retrouvés" in said and "gwp : entre" in said
    body["amount"]["high"] = 12345.5
    saved(tmp_path, body)
    told = sobria(tmp_path, "explain", "--replay", str(file), code=1).stdout
    assert "Attention : 1 nombre n'est pas celui" in told and "gwp, valeur haute : 12345.5 dans le fichier" in told
    told = sobria(tmp_path, "explain", "--replay", str(file), code=1, lang="en").stdout
    assert "Beware: 1 number is not the one" in told
    del body["amount"], body["indicators"]
    saved(tmp_path, body)
    assert "aucun chiffre à comparer" in sobria(tmp_path, "explain", "--replay", str(file)).stdout


def test_a_size_that_is_supposed_is_said_and_a_published_one_is_not(tmp_path: Path) -> None:
    """GPT-5 mini: nobody published its size; Qwen3 8B: its makers did."""
    both = built(tmp_path, answers(), answers(model="openai/gpt-5-mini"))
    (said,) = both.explain("total.it_energy").supposed
    assert said["fr"].startswith("Taille supposée de « openai/gpt-5-mini »") and "milliards de paramètres" in said["fr"]
    assert "41,8" in said["fr"] and "41.8" in said["en"]
    text = sobria(tmp_path, "explain", "total.gwp").stdout
    assert "! Taille supposée de « openai/gpt-5-mini »" in text and "qwen3-8b supposée" not in text
