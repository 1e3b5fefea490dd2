"""The server of the screens, stopped by Ctrl+C."""

from pathlib import Path

import pytest

from dashboard import __main__ as server


def test_an_interrupted_server_ends_as_asked_and_shows_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    monkeypatch.setattr(server, "_serve", interrupted)
    assert server.main(["--home", str(tmp_path), "--port", "0"]) == 0
    assert "Traceback" not in capfd.readouterr().err
