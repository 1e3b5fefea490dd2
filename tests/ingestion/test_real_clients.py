"""What real clients sent, kept by `python -m scripts.conformance --record`: the same rows as when they sent it."""

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from scripts.conformance.clients import CLIENTS, Client
from scripts.conformance.trial import SECRET, collecting, differences, rows_in
from tests.conftest import ROOT
from tests.ingestion.formats import kept_in
from tests.support import sobria

FOLDER = ROOT / "tests" / "fixtures" / "clients"
RECORDED = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
RIGHT = {"model": "a", "input_tokens": 12.0, "output_tokens": 3.0, "at": "upstream"}
TRIED = [client for client in CLIENTS if client.name in RECORDED]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A home whose collector is running, and its address."""
    home = tmp_path_factory.mktemp("clients") / "home"
    with collecting(home) as url:
        yield home, url


def posted(url: str, token: str, sent: dict[str, Any]) -> requests.Response:
    body = b64decode(sent["base64"]) if "base64" in sent else sent["text"].encode()
    headers = {"authorization": f"Bearer {token}", "content-type": sent["type"]}
    headers |= {"content-encoding": sent["encoding"]} if sent["encoding"] else {}
    return requests.post(url + sent["path"], data=body, headers=headers, timeout=30)


@pytest.mark.parametrize("client", TRIED, ids=lambda client: client.name)
def test_what_a_real_client_sent_is_read(client: Client, homes: tuple[Path, str], tmp_path: Path) -> None:
    """Its rows, counted by the model that answered it, and nothing of what was said."""
    home, url = homes
    told = RECORDED[client.name]
    if told["files"]:
        home = tmp_path / "home"
        for name, text in told["files"].items():
            (tmp_path / name).write_text(text, "utf-8")
            sobria(home, "import", str(tmp_path / name), *client.importing)
    token = json.loads(sobria(home, "collect", "token", "add", client.name, "--json").stdout)["token"]
    for sent in told["sent"]:
        answer = posted(url, token, sent)
        assert 200 <= answer.status_code < 300, answer.text  # noqa: PLR2004
    rows = rows_in(home, *told["served_at"])
    found = [row for row in rows if row["status"] == "current" and (told["files"] or row["service_key"] == client.name)]
    assert differences(client, told["rows"], found) == []
    assert SECRET not in kept_in(home)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "found []"),
        ([{"model": "a", "input_tokens": 12.0, "output_tokens": 4.0, "at": "upstream"}], "found ['a 12 4 -']"),
        (
            [{"model": "a", "input_tokens": 12.0, "output_tokens": 3.0, "at": "openai/usa"}],
            "said to run at {'openai/usa'}",
        ),
    ],
    ids=("no row", "another count", "another place"),
)
def test_a_client_is_red_for_one_thing_that_is_wrong(found: list[dict[str, Any]], said: str) -> None:
    client = next(client for client in CLIENTS if client.name == "openllmetry")
    (fault,) = differences(client, [RIGHT], found)
    assert said in fault and differences(client, [RIGHT], [RIGHT]) == []
    assert differences(client, [], []) == ["the client called nothing"]


def test_most_clients_of_the_table_are_kept() -> None:
    assert len(TRIED) >= 16 and RECORDED.keys() == {client.name for client in TRIED}
