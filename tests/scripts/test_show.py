"""One home by default: that of the commands, shown from its first rows on; until then, the example beside it."""

import os
import sys
from pathlib import Path

import pytest

from estimator.core.home import LEDGER
from scripts import show
from scripts.messages import sentence


def test_the_example_is_shown_until_the_home_of_the_commands_has_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own, example, served, filled = tmp_path / "own", tmp_path / "example", [], []
    monkeypatch.setenv("SOBRIA_HOME", str(own))
    monkeypatch.setenv("LANG", "fr")
    monkeypatch.setattr(show, "HOME", example)

    def fill(home: Path, samples: bool) -> None:
        (home / "register").mkdir(parents=True)
        filled.append(home)

    monkeypatch.setattr(show, "fill", fill)
    monkeypatch.setattr(show.os, "execv", lambda _, command: served.append(Path(command[2])))

    def run(*options: str) -> None:
        monkeypatch.setattr(sys, "argv", ["run", *options])
        show.main()

    run()
    assert (served, filled) == ([example], [example]) and str(own) in capsys.readouterr().err
    (own / LEDGER).mkdir(parents=True)
    run()
    assert (served[-1], filled) == (own, [example]), "nothing is filled, nothing is removed"
    run("--demo")
    assert (served[-1], filled) == (example, [example, example])
    assert (own / LEDGER).exists() and len(list(tmp_path.glob("example*"))) == 1, "nobody wrote in the example"
    (example / "register" / "essai.json").write_text("{}")
    os.utime(example / show.FILLED, (0, 0))
    run("--demo")
    (kept,) = tmp_path.glob("example-kept/*")
    assert (kept / "register" / "essai.json").exists() and str(kept) in capsys.readouterr().err
    assert not (example / "register" / "essai.json").exists()


def test_a_check_names_the_language_of_the_page() -> None:
    """Which is a fact of the message, whatever the language that it is told in."""
    assert "accueil (en)" in sentence("check", "page_passed", page="accueil", lang="en")
