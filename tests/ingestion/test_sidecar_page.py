"""The page of the file beside a trace: every field of its model is there once, in words of both languages."""

import json
import re

import pytest

from estimator.core.errors import LANGUAGES, words
from estimator.ingestion.sidecar import Sidecar
from scripts.sidecar_page import field_names, sidecar


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_field_stands_once_with_its_words(lang: str) -> None:
    page = sidecar(lang, "-")
    assert sorted(re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE)) == sorted(field_names())
    assert set(words(lang)["sidecar"]) == {name.replace(".", "_") for name in field_names()}


def test_the_fields_are_those_of_the_model() -> None:
    outer = {name.partition(".")[0] for name in field_names()}
    assert outer == {field.alias or name for name, field in Sidecar.model_fields.items()}
    assert {"modes.cpu", "modes.other", "device_count"} <= set(field_names())


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("resource_share", "nombre de 0 à 1"),
        ("concurrency", "nombre au-dessus de 0"),
        ("device", "commence par `gpu/`"),
        ("device_count", "nombre entier, 0 au moins"),
        ("scope", "`machine`, `process`, `node`, `unknown`"),
        ("sampling_s", "nombre [s] au-dessus de 0"),
        ("data_gb", "nombre [GB], 0 au moins"),
    ],
)
def test_what_a_field_may_hold_is_said(field: str, said: str) -> None:
    assert f"| `{field}` | {said} |" in sidecar("fr", "-")


def test_the_example_is_a_sidecar() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", sidecar("fr", "-"), re.DOTALL)
    assert Sidecar.model_validate(json.loads(shown)).device_count == 2
