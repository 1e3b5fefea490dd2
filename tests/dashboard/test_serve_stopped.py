"""The server of the screens at its terminal: the language of what it says, and Ctrl+C."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard import __main__ as server
from dashboard.shared.texts import lang_of


def test_an_interrupted_server_ends_as_asked_and_shows_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    monkeypatch.setattr(server, "_serve", interrupted)
    assert server.main(["--home", str(tmp_path), "--port", "0"]) == 0
    assert "Traceback" not in capfd.readouterr().err


ASKED = {  # the variable of the terminal, then the options
    "en": (("en_GB.UTF-8",), ("fr_FR", "--lang", "en")),
    "fr": (("C",), ("en", "--lang=fr")),
}


@pytest.mark.parametrize(("lang", "asked"), [(lang, asked) for lang, each in ASKED.items() for asked in each])
def test_its_address_and_its_help_are_in_the_language_of_the_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    lang: str,
    asked: tuple[str, ...],
) -> None:
    """The page at an address that says no language is in French."""
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    monkeypatch.setenv("LANGUAGE", asked[0])
    monkeypatch.setattr(server, "_serve", lambda *_: None)
    server.main(["--home", str(tmp_path), "--port", "0", *asked[1:]])
    address = re.findall(r"http://[^\s]+", capfd.readouterr().out)[0]
    assert lang_of(dict(parse_qsl(urlsplit(address).query))) == lang
    with pytest.raises(SystemExit):
        server.main([*asked[1:], "--help"])
    told = " ".join(capfd.readouterr().out.split())
    assert told.startswith({"fr": "Usage : python -m", "en": "Usage: python -m"}[lang])
    assert {"fr": "--lang {fr,en} langue de ce qui", "en": "--lang {fr,en} language of what"}[lang] in told
