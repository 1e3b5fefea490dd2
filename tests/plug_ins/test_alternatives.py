"""A program without AI of another package: compared, proposed and named; a faulty one is refused in words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plug_ins.installed import EXAMPLE, PLUGS, package
from tests.support import sobria_process

ACME = "acme-form (sobria-acme 1.2.0)"
FORM = "alternative/acme-form"
TABLES = EXAMPLE / "sobria_acme" / "tables"


@pytest.fixture
def scenario(tmp_path: Path, root: Path) -> Path:
    """The commented scenario, its first option by the form of Acme in place of a static page."""
    path = tmp_path / "s.toml"
    path.write_text(
        (root / "docs" / "scenario.toml").read_text("utf-8").replace("alternative/static-page", FORM), "utf-8"
    )
    return path


def test_it_is_compared_and_named(acme: str, scenario: Path, tmp_path: Path) -> None:
    """40 000 needs, 3 acts of 2e-9 kWh for each answer, of which 88 % are accepted, in a room whose PUE is 2.26."""
    line = ("--home", str(tmp_path / "home"), "--lang", "fr")
    body = json.loads(sobria_process(*line, "compare", str(scenario), "--json", PYTHONPATH=acme).stdout)
    (option,) = (option for option in body["options"] if option["id"] == "sans-ia")
    assert option["service"]["energy"]["at_factor_values"] == pytest.approx(40_000 * 3 / 0.88 * 2e-9 * 2.26)
    assert f"viennent d'une extension : {ACME}." in json.dumps(option["warnings"], ensure_ascii=False)
    shown = sobria_process(*line, "factors", "show", f"act_energy/{FORM}/2026", PYTHONPATH=acme).stdout
    assert (
        f"Source : Notice du formulaire guidé, {ACME}, Acme, 2026 ; page 2" in shown and "Licence : Apache-2.0" in shown
    )


def test_a_build_names_what_was_installed(acme: str, tmp_path: Path) -> None:
    """The reader of its rows, and the tables that it had."""
    line = ("--home", str(tmp_path))
    sobria_process(*line, "import", str(PLUGS), PYTHONPATH=acme)
    built = json.loads(sobria_process(*line, "explain", "total.energy", "--json", PYTHONPATH=acme).stdout)["build"]
    assert built["plug_ins"] == f"acme (sobria-acme 1.2.0), {ACME}"


def test_it_is_proposed_after_ours(acme: str) -> None:
    """What is proposed first for a task stays the same: the tables of a package come after."""
    asked = "[one.alternative for one in proposals('task/classify')]"
    script = f"from estimator.catalogue.proposals import proposals; print(*{asked})"
    line = [sys.executable, "-c", script]
    told = [
        subprocess.run(line, capture_output=True, text=True, check=True, env=os.environ | path).stdout.split()
        for path in ({}, {"PYTHONPATH": acme})
    ]
    assert told[1] == [*told[0], FORM]


@pytest.mark.parametrize(
    ("file", "was", "now", "reason"),
    [
        ("alternatives.csv", "2e-09,1e-09", "2e-09,3e-09", "alternatives.csv, ligne 2"),
        ("alternatives.csv", f"act_energy,{FORM}", "act_energy,alternative/email", "alternative/email"),
        ("alternatives.csv", "acme_notice", "acme_rumour", "acme_rumour"),
        ("subjects.csv", "inventé", "inventé\nclass/acme,host,,,,,Acme,Acme,,", "host pour « class/acme »"),
        ("subjects.csv", FORM, "alternative/email", "alternative/email"),
        ("sources.toml", "[acme_notice]", "[sobria_programs]", "sobria_programs"),
    ],
)
def test_a_faulty_table_is_refused_and_ours_compare(  # noqa: PLR0913
    site: Path, root: Path, tmp_path: Path, file: str, was: str, now: str, reason: str
) -> None:
    """A package may say nothing of a subject of ours, and no value without a source; our own comparison is the same."""
    tables = site / "tables"
    tables.mkdir()
    for path in TABLES.iterdir():
        text = path.read_text("utf-8")
        assert path.name != file or was in text
        (tables / path.name).write_text(text.replace(was, now) if path.name == file else text, "utf-8")
    source = f"from pathlib import Path\nPLUG = {{'contract': 1, 'tables': Path({str(tables)!r}), 'proposals': []}}"
    package(site, "wrong", "sobria.alternatives", source)
    line = ("--home", str(tmp_path / "home"), "--lang", "fr", "compare", str(root / "docs" / "scenario.toml"))
    done = sobria_process(*line, PYTHONPATH=str(site))
    assert "wrong (wrong 0.3)" in done.stderr and reason in done.stderr and "La foire aux questions" in done.stdout
