"""What is said of the wheel on a Python: the commands that do not answer, the health of the server, its size."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import check, installed

SERVER = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/_stcore/health" else int(sys.argv[2]))
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""


@pytest.mark.parametrize(("status", "healthy"), [("200", True), ("503", False)])
def test_a_server_that_is_up_must_say_that_it_can_answer(status: str, healthy: bool) -> None:
    def start(port: int) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-c", SERVER, str(port), status]
        return subprocess.Popen(line, start_new_session=True, stderr=subprocess.DEVNULL)

    assert installed.serves(start) is healthy


def test_a_server_that_stops_at_once_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "START_SECONDS", 5)
    assert not installed.serves(lambda _: subprocess.Popen([sys.executable, "-c", ""], start_new_session=True))


def test_one_command_without_an_answer_fails_the_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each interpreter has its line all the same."""
    monkeypatch.setattr(installed, "built", lambda folder: folder / "a.whl")
    monkeypatch.setattr(installed, "tried", lambda python, wheel, folder: [python, "✗" if python == "b" else "✓"])
    assert installed.main(["a", "c"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == ["| a | ✓ |", "| c | ✓ |"]
    assert installed.main(["a", "b", "c"]) == 1
    assert capsys.readouterr().out.splitlines()[2:] == ["| a | ✓ |", "| b | ✗ |", "| c | ✓ |"]


def test_a_folder_weighs_what_its_files_take(tmp_path: Path) -> None:
    """Two files of 2 MiB and one of 1: 5 MiB, and one more at most for the folders (du rounds up)."""
    (tmp_path / "inside").mkdir()
    for name, mebibytes in (("a", 2), ("inside/b", 2), ("inside/c", 1)):
        (tmp_path / name).write_bytes(b"\x01" * (mebibytes * 2**20))
    assert installed.size(tmp_path) in (5, 6)
