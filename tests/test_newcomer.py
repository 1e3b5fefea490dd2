"""The newcomer's path: a service answers, the four lines of « Brancher un service » are pasted, the rows are there."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from dashboard.connect.methods import WAYS
from estimator.cli import main as sobria
from estimator.results.reading import Results, open_current
from tests.ingestion.gateways import VLLM, LiteLLM, listening

LINES = {way.name: [step.code for step in way.steps] for way in WAYS}
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")


def ask(address: str, words: str, token: str = "", **fields: Any) -> dict[str, Any]:
    """One question to /v1/chat/completions, as the client library of OpenAI puts it."""
    body = {"model": "Qwen/Qwen3-8B", "messages": [{"role": "user", "content": words}]} | fields
    head = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urlopen(Request(f"{address}/v1/chat/completions", json.dumps(body).encode(), head)) as response:
        return dict(json.load(response))


Paste = Callable[..., str]


@pytest.fixture
def paste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Paste:
    """Lines as they stand, in the folder of a person: in a shell where `http://localhost…` is answered by the service;
    `sobria …` in this process, which is quicker. What they said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path / "home"))

    def run(lines: list[str], service: str, **environment: str) -> str:
        for line in lines:
            if line.startswith("sobria "):
                monkeypatch.setattr(sys, "argv", ["sobria", "--lang", "fr", *shlex.split(line)[1:]])
                with pytest.raises(SystemExit) as ended:
                    sobria()
                assert not ended.value.code, capsys.readouterr()
                continue
            asked = os.environ | {"http_proxy": service, "no_proxy": "", "NO_PROXY": ""} | environment
            subprocess.run(["bash", "-e", "-o", "pipefail", "-c", line], env=asked, timeout=60, check=True)
        return capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ")

    return run


def current(folder: Path) -> Results:
    build = open_current(folder / "home")
    assert build is not None
    return build


def test_the_lines_are_four() -> None:
    for name in ("vllm", "litellm"):
        assert len(LINES[name]) == 4 and all(LINES[name]) and "\n" not in "".join(LINES[name])


def test_a_vllm_server_is_in_the_ledger_after_four_lines(tmp_path: Path, paste: Paste) -> None:
    """Two questions of 4 and 6 words: 10 tokens read, twice as many written, 2 requests, since 1 March at 8 h UTC."""
    server = VLLM("Qwen/Qwen3-8B", datetime(2026, 3, 1, 8, tzinfo=UTC))
    with listening(server) as address:
        assert ask(address, "Quand ouvre la mairie")["usage"]["completion_tokens"] == 8
        ask(address, "Où déposer un dossier de demande")
        said = paste(LINES["vllm"], address)
    assert "1 acceptée," in said and "# cards 1 x NVIDIA H100" in said, "what to write is told at the check"
    (row,) = current(tmp_path).runs()["rows"]
    assert (row["input_tokens"], row["output_tokens"], row["requests"]) == (10, 20, 2)
    assert (row["service_key"], row["model"], row["start"][:16]) == ("assistant", "Qwen/Qwen3-8B", "2026-03-01T08:00")
    assert abs(datetime.fromisoformat(row["end"]) - datetime.now(UTC)).total_seconds() < 120
    assert row["indicators"]["it_energy"]["at_factor_values"] > 0


def test_the_cards_that_the_check_asks_for_are_counted(tmp_path: Path, paste: Paste) -> None:
    """The line that the check shows, put at the head of the reading: a card from the start of the server to now."""
    server = VLLM("Qwen/Qwen3-8B", datetime(2026, 3, 1, 8, tzinfo=UTC))
    first, *after = LINES["vllm"]
    told = f"sed -i '1i # cards 1 x NVIDIA H100' {after[0].split()[-1]}"
    with listening(server) as address:
        ask(address, "Quand ouvre la mairie")
        said = paste([first, told, *after], address)
    (row,) = current(tmp_path).runs()["rows"]
    hours = (row["end_us"] - row["start_us"]) / 3.6e9
    assert row["device_hours"] == pytest.approx(hours) and "# cards" not in said
    kwh = row["indicators"]["it_energy"]["at_factor_values"]
    assert kwh == pytest.approx(hours * 0.7 * 0.15 * 1.43, rel=1e-3), "eight tokens: the card waits all the time"


def test_a_litellm_gateway_is_in_the_ledger_after_four_lines(tmp_path: Path, paste: Paste) -> None:
    """Keys of a service, of a person in a team, and a call with its own tag; April is not asked for."""
    keys = {
        "sk-courrier": {"alias": "assistant-courrier", "user": "default_user_id"},
        "sk-alice": {"alias": "alice.martin", "team": "Urbanisme", "user": "alice.martin@mairie.fr", "team_id": "t-1"},
    }
    gateway = LiteLLM("sk-maitre", keys, datetime(2026, 3, 10, 9, tzinfo=UTC))
    with listening(gateway) as address:
        for token, words in (("sk-courrier", "un deux trois"), ("sk-courrier", "un deux"), ("sk-alice", "un deux")):
            ask(address, words, token, model="mistral-small-2603")
        ask(address, "un", "sk-alice", model="mistral-small-2603", metadata={"tags": ["service:tri-des-plis"]})
        gateway.now = datetime(2026, 4, 2, 9, tzinfo=UTC)
        ask(address, "un deux trois quatre", "sk-courrier", model="mistral-small-2603")
        said = paste(LINES["litellm"], address, LITELLM_MASTER_KEY="sk-maitre")
    assert "4 acceptées" in said
    rows = current(tmp_path).runs()["rows"]
    counted = sorted((row["service_key"], row["input_tokens"], row["output_tokens"], row["latency_s"]) for row in rows)
    assert counted == [
        ("Urbanisme", 2, 4, 1.5),
        ("assistant-courrier", 2, 4, 1.5),
        ("assistant-courrier", 3, 6, 1.5),
        ("tri-des-plis", 1, 2, 1.5),
    ]
    assert {row["host"] for row in rows} == {"mistral/swe"}
    assert not any(word in str(rows) for word in ("alice", "sk-", "10.0.0.9", "quatre"))


def test_a_wrong_key_of_the_gateway_is_no_trace_and_says_what_was_expected(tmp_path: Path, paste: Paste) -> None:
    gateway = LiteLLM("sk-maitre", {}, datetime(2026, 3, 10, 9, tzinfo=UTC))
    with listening(gateway) as address, pytest.raises(AssertionError, match="n.est pas une trace connue"):
        paste(LINES["litellm"], address, LITELLM_MASTER_KEY="sk-autre")
