"""`sobria collect`, a real server on a free port: what services send, who may, what is on disk when it answers."""

import dataclasses
import fcntl
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
import requests
from codecarbon.core.api_client import ApiClient
from codecarbon.output_methods.emissions_data import EmissionsData
from codecarbon.output_methods.http import HTTPOutput

from estimator.core.home import FORMAT, HomeFile
from estimator.ingestion.http.endpoints import ENDPOINTS
from estimator.ingestion.http.gzip_body import MEMBERS, unpacked
from estimator.ingestion.http.payloads import Payload, post, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ingestion.http.tokens import Tokens
from estimator.ledger import Ledger
from scripts.conformance.trial import rows_in
from scripts.object_stores import serving
from tests.conftest import ROOT
from tests.ingestion.formats import FORMATS, PRIVATE, kept_in
from tests.support import refuses, sobria
from tests.traces_support import context

SPANS = (FORMATS / "otel_genai.json").read_bytes()
METRICS = (FORMATS / "otel_metrics.json").read_bytes()
JSON = {"content-type": "application/json"}
GZIP = {"content-encoding": "gzip"}
DECLARED = (
    "service,start,end,requests,output_tokens,model,prompt\n"
    "mairie,2026-03-0{day},2026-03-31,10,500,mistral-small-2603,Untel\n"
)


class Door(NamedTuple):
    """A running collector: its home, its address, the token of the service `courrier`, its process."""

    home: Path
    url: str
    token: str
    process: subprocess.Popen[str]

    def post(self, path: str, data: bytes | str, kind: str = "application/json", **headers: str) -> requests.Response:
        sent = {"authorization": f"Bearer {self.token}", "content-type": kind} | headers
        return requests.post(self.url + path, data=data, headers=sent, timeout=30)

    @property
    def codecarbon(self) -> str:
        """The address that codecarbon is given, the token in the place of a password."""
        return self.url.replace("http://", f"http://sobria:{self.token}@") + "/v1/codecarbon"

    def verified(self) -> dict[str, int]:
        """What `sobria ledger verify` says."""
        found: dict[str, int] = json.loads(sobria(self.home, "ledger", "verify", "--json").stdout)
        return found


@contextmanager
def opened(home: Path, *options: str) -> Iterator[Door]:
    token = json.loads(sobria(home, "collect", "token", "add", "courrier", "--json").stdout)["token"]
    command = [sys.executable, "-m", "estimator.cli", "--home", str(home), "--lang", "fr", "collect", "--port", "0"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = process.stdout.readline()
        try:
            assert "SobrIA reçoit les mesures à l'adresse http://" in said
            yield Door(home, next(word for word in said.split() if word.startswith("http")), token, process)
        finally:
            process.kill()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path / "home") as running:
        yield running


def counts(answer: requests.Response) -> tuple[int, ...]:
    """Rows read, accepted, known and set aside, fields dropped."""
    body = answer.json()
    return tuple(body[name] for name in ("read", "accepted", "duplicates", "quarantined", "dropped_fields"))


def services(home: Path) -> set[str]:
    ledger = Ledger(home)
    return {row.service_key for row in ledger.copies("activities", ledger.files("activities"))}


def refused(answer: requests.Response, status: int, code: str, sentence: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert sentence in body["fr"] and body["en"] and body["en"] != body["fr"]


def run(**given: Any) -> dict[str, Any]:
    """What codecarbon 3.3.2 posts at the end of a run of one minute, 0.002 kWh."""
    body: dict[str, Any] = {
        "timestamp": "2026-03-01T10:00:00",
        "project_name": "autre",
        "run_id": "11111111-aaaa-4bbb-8ccc-000000000009",
        "duration": 60.0,
        "emissions": 0.0001,
        "cpu_energy": 0.001,
        "gpu_energy": 0.0,
        "ram_energy": 0.001,
        "energy_consumed": 0.002,
        "country_iso_code": "FRA",
        "gpu_count": None,
        "latitude": 48.69,
        "user": PRIVATE,
    }
    return body | given


def test_the_example_of_the_page_is_received_as_it_says(door: Door) -> None:
    """120 + 95 requests; the second line leaves what was written empty: unknown, and not zero. Sent again, both are
    known."""
    page = (ROOT / "docs" / "autres-logiciels.md").read_text("utf-8")
    found = re.search(
        r'Content-Type: ([\w/]+)" --data-binary @- http://127.0.0.1:8502(/\S+) <<\'FIN\'\n(.*?)FIN\n', page, re.S
    )
    assert found
    kind, path, lines = found.groups()
    first, again = door.post(path, lines, kind), door.post(path, lines, kind)
    assert (first.status_code, counts(first), counts(again)) == (202, (2, 2, 0, 0, 0), (2, 0, 2, 0, 0))
    rows = sorted(rows_in(door.home), key=lambda row: row["start_us"])
    assert [(row["requests"], row["input_tokens"], row["output_tokens"]) for row in rows] == [
        (120, 96_000, 48_000),
        (95, 76_000, None),
    ]
    assert {row["service_key"] for row in rows} == {"courrier"}
    table = re.findall(r"`([\w/-]+)`", "".join(re.findall(r"^\| `.*?\|", page, re.M)))
    assert set(table) == set(ENDPOINTS[path].types)


def test_the_tracker_of_codecarbon_is_heard_and_what_its_file_adds_is_said(door: Door, tmp_path: Path) -> None:
    """codecarbon posts the row that it writes in its file. Imported too, the file counts on its own: a sender may hide
    nothing of what is imported, nor the reverse. A check then names both rows."""
    script = (
        "from codecarbon import OfflineEmissionsTracker as T;"
        f"t = T(project_name='autre', country_iso_code='FRA', emissions_endpoint={door.codecarbon!r},"
        f" output_dir={str(tmp_path)!r}, measure_power_secs=1); t.start(); sum(range(10**7)); t.stop()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert "unexpected status" not in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert door.verified()["accepted"] == 1
    assert services(door.home) == {"courrier"}
    again = json.loads(sobria(door.home, "import", str(tmp_path / "emissions.csv"), "--json").stdout)
    assert (again["read"], again["accepted"]) == (1, 1)
    checks = json.loads(sobria(door.home, "totals", "--json").stdout)["checks"]
    assert {check["code"]: check["count"] for check in checks}["came_twice"] == 2


def measured(seconds: float) -> EmissionsData:
    """What codecarbon holds of a run after so many seconds, at 120 W."""
    kwh = 0.12 * seconds / 3600
    numbers = ("emissions_rate", "cpu_power", "gpu_power", "ram_power", "water_consumed", "cpu_count", "longitude")
    texts = (
        "country_name",
        "region",
        "cloud_provider",
        "cloud_region",
        "os",
        "python_version",
        "cpu_model",
        "gpu_model",
    )
    facts = dict.fromkeys(numbers, 0.0) | dict.fromkeys(texts, "") | {"codecarbon_version": "3.3.2"}
    facts |= {"experiment_id": "5b0fa12a", "tracking_mode": "machine", "ram_total_size": 8.0}
    facts |= run(duration=seconds, cpu_energy=kwh, ram_energy=0.0, energy_consumed=kwh)
    del facts["user"]
    return EmissionsData(**facts)


def test_the_place_that_codecarbon_supposes_is_no_place_at_the_door_either(tmp_path: Path) -> None:
    """The coordinates that it posts are compared, said to be dropped, and in no file of the ledger."""
    quebec = {"country_iso_code": "CAN", "country_name": "Canada", "region": "quebec", "latitude": 46.8}
    longitudes = {"a": -71.2, "b": -73.5863, "c": None}
    bodies = [run(**quebec, longitude=longitude, run_id=name) for name, longitude in longitudes.items()]
    bodies.append({name: value for name, value in run(**quebec).items() if name != "latitude"})
    taken = [read_body(Payload(Sender("s", "0" * 12), "codecarbon", json.dumps(b).encode()), context()) for b in bodies]
    assert [one.result.rows[0].zone for one in taken] == [None, "CAN-QC", "CAN-QC", None]
    assert all("longitude" in one.dropped and "latitude" in one.dropped for one in taken[:2])
    ledger = Ledger(tmp_path)
    post(ledger, taken)
    assert not any(b"73.58" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_run_that_codecarbon_flushes_and_stops_counts_once(door: Door) -> None:
    """Its own HTTP client posts the run after 60 s, then after 120 s, holding the first: the second counts."""
    client = HTTPOutput(door.codecarbon)
    for seconds in (60.0, 120.0):
        client.out(measured(seconds), measured(seconds))
    held = door.verified()
    assert (held["read"], held["accepted"], held["superseded"]) == (2, 1, 1)
    ledger = Ledger(door.home)
    kwh = sorted(row.cpu_energy_kwh or 0.0 for row in ledger.copies("activities", ledger.files("activities")))
    assert kwh == pytest.approx([0.002, 0.004])


def test_the_api_of_codecarbon_is_told_what_to_use_in_its_place(door: Door) -> None:
    """save_to_api posts to /runs, then to /emissions: neither says the country nor the PUE."""
    client = ApiClient(door.url, experiment_id="e", api_key=door.token, conf={}, create_run_automatically=False)
    with pytest.raises(requests.HTTPError) as refusal:
        client._create_run("e")
    refused(refusal.value.response, 404, "codecarbon_api", "emissions_endpoint=")
    client.run_id = "r"
    with pytest.raises(requests.HTTPError):
        client.add_emission(dataclasses.asdict(measured(60.0)))
    assert door.verified()["read"] == 0


def test_the_user_and_the_place_that_codecarbon_posts_are_dropped_and_said(door: Door) -> None:
    answer = requests.post(door.codecarbon, json=run(), timeout=30)
    assert (answer.status_code, counts(answer)) == (201, (1, 1, 0, 0, 2))
    assert answer.json()["dropped_names"] == ["latitude", "user"]
    assert "1 ligne lue : 1 acceptée," in answer.json()["fr"]
    wrong = requests.post(door.codecarbon, json=run(duration=-1), timeout=30)
    assert (wrong.status_code, counts(wrong)) == (201, (1, 0, 0, 1, 2))
    refused(requests.post(door.codecarbon, json={"note": PRIVATE}, timeout=30), 400, "not_a_trace", "n'est pas")


def test_spans_of_both_generations_of_attributes_are_counted(door: Door) -> None:
    """Five spans count tokens: one in the new names, one in the old, one that names no model; that of the agent, which
    adds up another, is judged when a total is made; one without its end is set aside. Seven names are left out: five
    attributes, one of the resource, one of an event."""
    answer = door.post("/v1/traces", SPANS)
    assert (answer.status_code, counts(answer)) == (200, (5, 4, 0, 1, 7))
    assert answer.json()["dropped_names"] == [
        "gen_ai.agent.name",
        "gen_ai.conversation.id",
        "gen_ai.input.messages",
        "gen_ai.prompt",
        "gen_ai.prompt.0.content",
        "host.name",
        "user.id",
    ]
    partial = answer.json()["partialSuccess"]
    assert partial["rejectedSpans"] == 0 and "1 call set aside and kept" in partial["errorMessage"]
    assert (answer.json()["unread"], answer.json()["ignored"]) == (0, 1)
    ledger = Ledger(door.home)
    rows = ledger.copies("activities", ledger.files("activities"))
    assert {(row.input_tokens, row.output_tokens) for row in rows} == {(1200, 300), (140, 60), (9, None)}
    assert {row.service_key for row in rows} == {"courrier"}


def test_spans_that_count_no_token_are_taken_and_leave_nothing(door: Door) -> None:
    plain = {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "GET /", "attributes": []}]}]}]}
    answer = door.post("/v1/traces", json.dumps(plain))
    assert (answer.status_code, counts(answer)) == (200, (0, 0, 0, 0, 0))
    assert answer.json()["ignored"] == 1 and "partialSuccess" not in answer.json()
    assert answer.json()["fr"].startswith("Aucune ligne lue : rien de cet envoi n'est gardé. 1 autre étape")
    assert door.verified()["files"] == 0


def test_a_body_in_which_nothing_is_read_is_not_said_to_be_kept(door: Door) -> None:
    for body, kind in (
        ("timestamp,duration,energy_consumed\n", "text/csv"),
        ("# TYPE vllm:prompt_tokens_total counter\nvllm:prompt_tokens_total NaN\n", "text/plain"),
    ):
        refused(door.post("/v1/rows", body, kind), 400, "collect_nothing_read", "rien de cet envoi n'est gardé")
    assert door.verified()["files"] == 0


def test_the_other_forms_that_readers_know_are_rows(door: Door) -> None:
    for name, kind in (("boamps.json", "application/json"), ("litellm.jsonl", "application/x-ndjson")):
        answer = door.post("/v1/rows", (FORMATS / name).read_bytes(), kind)
        announced = json.loads(sobria(door.home, "check", str(FORMATS / name), "--json").stdout)["account"]
        assert answer.status_code == 202
        assert announced["read"] == answer.json()["read"] > 0
    assert counts(door.post("/v1/rows", DECLARED.format(day=1), "text/csv; charset=utf-8")) == (1, 1, 0, 0, 1)


def test_the_same_body_twice_is_known(door: Door) -> None:
    assert counts(door.post("/v1/traces", SPANS)) == (5, 4, 0, 1, 7)
    assert counts(door.post("/v1/traces", SPANS)) == (5, 0, 5, 0, 7)
    held = door.verified()
    assert (held["read"], held["accepted"], held["quarantined"], held["duplicates"]) == (10, 3, 1, 5)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic ???"}, {"authorization": "Digest x"}])
def test_without_a_token_nothing_is_read(door: Door, headers: dict[str, str]) -> None:
    large = SPANS + b" " * 2_000_000  # refused before it is read, and yet heard
    answer = requests.post(door.url + "/v1/traces", data=large, headers=JSON | headers, timeout=30)
    refused(answer, 401, "collect_no_token", "ne montre aucun jeton")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_or_a_revoked_token_is_refused_at_once(door: Door) -> None:
    refused(door.post("/v1/traces", SPANS, authorization="Bearer autre"), 401, "collect_bad_token", "inconnu ici")
    (given,) = json.loads(sobria(door.home, "collect", "token", "list", "--json").stdout)["tokens"]
    assert given["service"] == "courrier"
    assert "révoqué" in sobria(door.home, "collect", "token", "revoke", given["id"]).stdout
    refused(door.post("/v1/traces", SPANS), 401, "collect_bad_token", "révoqué")
    assert "Aucun jeton" in sobria(door.home, "collect", "token", "list").stdout
    assert door.verified()["read"] == 0


def test_a_token_is_nowhere_in_the_home(door: Door) -> None:
    assert door.token not in kept_in(door.home)
    assert all(door.token.encode() not in path.read_bytes() for path in door.home.rglob("*") if path.is_file())


def test_a_body_that_cannot_be_taken_is_refused_with_its_reason(door: Door) -> None:
    refused(door.post("/v1/traces", b"bonjour"), 400, "broken_json", "n'est pas du JSON")
    refused(door.post("/v1/codecarbon", b'{"duration": 1'), 400, "broken_json", "n'est pas du JSON")
    refused(door.post("/v1/rows", b"", "text/csv"), 400, "empty_file", "vide")
    refused(door.post("/v1/traces", SPANS, "text/csv"), 415, "collect_type", "application/json")
    refused(door.post("/v1/rows", "x", ""), 415, "collect_no_type", "Content-Type")
    torn = door.post("/v1/traces", SPANS, **GZIP)
    refused(torn, 400, "collect_packed_torn", "gzip")
    refused(door.post("/v1/traces", gzip.compress(SPANS)[:-9], **GZIP), 400, "collect_packed_torn", "jusqu'au bout")
    packed = door.post("/v1/traces", SPANS, **{"content-encoding": "br"})
    refused(packed, 415, "collect_packed", "gzip")
    refused(door.post("/v1/logs", SPANS), 404, "no_such_door", "/v1/traces")
    refused(door.post("/v1/metrics", SPANS), 400, "collect_nothing_read", "otel_metrics")
    refused(door.post("/v1/traces", METRICS), 400, "collect_nothing_read", "otel_genai")
    refused(requests.get(door.url + "/v1/rows", timeout=30), 405, "post_only", "POST")
    assert requests.get(door.url + "/sante", timeout=30).json()["code"] == "ready"
    assert door.verified()["read"] == 0


def test_a_body_over_the_limit_is_refused_whole(tmp_path: Path) -> None:
    with opened(tmp_path / "home", "--max-bytes", "5000") as door:
        assert len(SPANS) < 5000
        assert door.post("/v1/traces", SPANS).status_code == 200
        refused(door.post("/v1/traces", SPANS + b" " * 5000), 413, "collect_too_large", "5000 octets")

        def piecemeal() -> Iterator[bytes]:  # sent without its length
            yield from (b" " * 1000 for _ in range(6))

        refused(door.post("/v1/traces", piecemeal()), 413, "collect_too_large", "5000 octets")  # type: ignore[arg-type]


def test_a_body_said_to_be_far_over_the_limit_is_not_waited_for(tmp_path: Path) -> None:
    """It is refused on its header alone, and its connection closed; none of it is sent."""
    with opened(tmp_path / "home", "--max-bytes", "2000") as door:
        host, port = door.url.removeprefix("http://").split(":")
        head = f"POST /v1/traces HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {door.token}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
        with socket.create_connection((host, int(port)), 3) as sender:
            sender.sendall(head.encode())
            said = b"".join(iter(lambda: sender.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 413") and b"collect_too_large" in said


def test_a_body_in_gzip_is_read_as_its_bytes_are(door: Door) -> None:
    """The same spans packed, plain, and packed in two pieces: counted once. Rows and runs may be packed too."""
    answer = door.post("/v1/traces", gzip.compress(SPANS), **GZIP)
    assert (answer.status_code, counts(answer)[:2]) == (200, (5, 4))
    assert counts(door.post("/v1/traces", SPANS))[:3] == (5, 0, 5)
    pieces = gzip.compress(SPANS[:100]) + gzip.compress(SPANS[100:])
    assert counts(door.post("/v1/traces", pieces, **GZIP))[:3] == (5, 0, 5)
    table = gzip.compress(DECLARED.format(day=1).encode())
    assert counts(door.post("/v1/rows", table, "text/csv", **GZIP))[:2] == (1, 1)


def test_a_small_body_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    """Fifty megabytes of blanks are fifty kilobytes of gzip: no more than the limit of it is ever unpacked."""
    with opened(tmp_path / "home", "--max-bytes", "5000") as door:
        just = SPANS + b" " * (5000 - len(SPANS))
        assert door.post("/v1/traces", gzip.compress(just), **GZIP).status_code == 200
        over = gzip.compress(just + b" ")
        assert len(over) < 5000
        refused(door.post("/v1/traces", over, **GZIP), 413, "collect_too_large", "5000 octets")
    bomb = gzip.compress(b" " * 50_000_000)
    tracemalloc.start()
    with refuses("collect_too_large"):
        unpacked(bomb, 1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    tail = gzip.compress(b"a" * 900) + gzip.compress(b"b" * 200)
    assert unpacked(tail, 1100) == b"a" * 900 + b"b" * 200
    with refuses("collect_too_large"):
        unpacked(tail, 1099)


def test_gzip_of_many_members_costs_no_more_than_a_bounded_number_of_them() -> None:
    """Each member costs a copy of all that follows it: 256 are read, empty or not, and no more are even begun."""
    assert unpacked(gzip.compress(b"a") * MEMBERS, 1000) == b"a" * MEMBERS
    begun = 0

    def counted(*given: int) -> Any:
        nonlocal begun
        begun += 1
        return zlib.decompressobj(*given)

    with patch("estimator.ingestion.http.gzip_body.zlib", SimpleNamespace(decompressobj=counted, error=zlib.error)):
        for members in (MEMBERS + 1, 2 * MEMBERS, 100_000):
            begun = 0
            with refuses("collect_packed_pieces"):
                unpacked(gzip.compress(b"") * members, 1000)
            assert begun == MEMBERS


def test_what_was_answered_outlives_a_kill(door: Door) -> None:
    assert door.post("/v1/rows", DECLARED.format(day=1), "text/csv").status_code == 202
    os.kill(door.process.pid, signal.SIGKILL)
    door.process.wait(10)
    held = door.verified()
    assert (held["accepted"], held["missing"], held["torn"]) == (1, 0, 0)
    (done,) = json.loads(sobria(door.home, "ledger", "history", "--json").stdout)["imports"]
    (given,) = json.loads(sobria(door.home, "collect", "token", "list", "--json").stdout)["tokens"]
    assert [source["name"] for source in done["sources"]] == [f"collect-courrier@{given['mark']}"]
    leaving = json.loads(
        sobria(door.home, "ledger", "withdraw", "--file", "collect-courrier", "--dry-run", "--json").stdout
    )
    assert leaving["rows"] == 1


def test_four_clients_at_once_lose_and_double_nothing(door: Door) -> None:
    """Each of 4 clients posts the same 20 runs: 80 rows read, 20 accepted, 60 known."""

    def client(_: int) -> list[tuple[int, ...]]:
        bodies = [run(run_id=f"11111111-aaaa-4bbb-8ccc-{n:012d}") for n in range(20)]
        return [counts(requests.post(door.codecarbon, json=body, timeout=60)) for body in bodies]

    with ThreadPoolExecutor(4) as pool:
        answers = [answer for found in pool.map(client, range(4)) for answer in found]
    assert [sum(column) for column in zip(*answers, strict=True)][:4] == [80, 20, 60, 0]
    held = door.verified()
    assert (held["read"], held["accepted"], held["duplicates"], held["missing"]) == (80, 20, 60, 0)


def test_more_bodies_than_may_wait_are_told_to_come_back(tmp_path: Path) -> None:
    """The ledger is held: the only body that may be in hand waits for it, and the others are sent away."""
    home = tmp_path / "home"
    Ledger(home).prepare()
    with opened(home, "--max-waiting", "1") as door, ThreadPoolExecutor(3) as pool:
        with (home / "ledger" / ".reading").open("a+") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            sent = [pool.submit(door.post, "/v1/traces", SPANS) for _ in range(3)]
            ended = as_completed(sent, timeout=20)
            away = [next(ended).result(), next(ended).result()]
        assert next(ended).result().status_code == 200
    for answer in away:
        refused(answer, 503, "collect_busy", "1 envois")
        assert answer.headers["retry-after"] == "5"
    assert door.verified()["accepted"] == 3


def test_slow_bodies_of_one_token_leave_room_for_the_others(tmp_path: Path) -> None:
    """Of 4 bodies in hand, one sender has one: while its body comes, its next is sent away and another's is kept."""
    with opened(tmp_path / "home", "--max-waiting", "4") as door:
        other = json.loads(sobria(door.home, "collect", "token", "add", "accueil", "--json").stdout)["token"]
        host, port = door.url.removeprefix("http://").split(":")
        head = f"POST /v1/traces HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {door.token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(SPANS)}\r\nExpect: 100-continue\r\n\r\n"
        with socket.create_connection((host, int(port)), 30) as slow:
            slow.sendall(head.encode())
            assert slow.recv(4096).startswith(b"HTTP/1.1 100")  # its body is in hand
            away = door.post("/v1/traces", SPANS)
            refused(away, 503, "collect_sender_busy", "1 envois de ce même jeton")
            assert away.headers["retry-after"] == "5"
            assert door.post("/v1/traces", SPANS, authorization=f"Bearer {other}").status_code == 200
            slow.sendall(SPANS)
            assert slow.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_count_that_is_none_is_left_out(door: Door) -> None:
    """A count of cards of 5,000 digits is no count: the row is kept without it."""
    huge = requests.post(door.codecarbon, json=run(gpu_model="9" * 5000 + " x NVIDIA L4"), timeout=30)
    assert (huge.status_code, counts(huge)[:2]) == (201, (1, 1))
    ledger = Ledger(door.home)
    (row,) = ledger.copies("activities", ledger.files("activities"))
    assert (row.device, row.device_count) == (None, None)


def test_a_ledger_that_cannot_be_written_acknowledges_nothing(door: Door) -> None:
    ledger = door.home / "ledger"
    rmtree(ledger)
    ledger.write_text("", "utf-8")  # a file where the folder should be
    answer = door.post("/v1/traces", SPANS)
    refused(answer, 503, "collect_not_written", "rien n'est confirmé")
    ledger.unlink()
    assert counts(door.post("/v1/traces", SPANS)) == (5, 4, 0, 1, 7)


def test_a_storage_that_does_not_answer_is_no_fault_of_the_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, sent again later, whatever the token; the address of the bucket is in the log of the server alone."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    home = tmp_path / "home"
    with ExitStack() as running:
        with serving("localbucket", tmp_path / "bucket") as store:
            HomeFile(format=FORMAT, store=store.url).write(home)
            door = running.enter_context(opened(home))
            assert counts(door.post("/v1/traces", SPANS)) == (5, 4, 0, 1, 7)
        for token in (door.token, "autre"):
            answer = door.post("/v1/traces", SPANS, authorization=f"Bearer {token}")
            refused(answer, 503, "collect_store", "rien n'est confirmé")
            assert "Retry-After" in answer.headers and store.url not in answer.text and "AWS" not in answer.text
        door.process.kill()
        assert door.process.stderr and store.url in door.process.stderr.read()


def test_what_prompts_say_is_nowhere_in_the_home(door: Door) -> None:
    """Every sample has the same word in its prompts, its answers, its names of persons and its keys."""
    door.post("/v1/traces", SPANS)
    door.post("/v1/traces", SPANS[:-40])
    for name in ("boamps.json", "litellm.jsonl", "openai_usage.json", "chat_response.jsonl", "ollama.jsonl"):
        door.post("/v1/rows", (FORMATS / name).read_bytes(), "application/x-ndjson")
    door.post("/v1/rows", DECLARED.format(day=1), "text/csv")
    door.post("/v1/rows", DECLARED.format(day="x"), "text/csv")
    for body in (run(), run(duration=-1), run(timestamp="?"), run(messages=[PRIVATE])):
        requests.post(door.codecarbon, json=body, timeout=30)
    held = door.verified()
    assert held["accepted"] > 10 and held["quarantined"] > 10
    assert PRIVATE not in kept_in(door.home)


def test_another_address_must_be_asked_for_and_is_warned_of(door: Door, tmp_path: Path) -> None:
    assert door.url.startswith("http://127.0.0.1:")
    with opened(tmp_path / "other", "--address", "0.0.0.0") as wide:
        assert wide.process.stderr
        assert "ouverte au réseau, sans chiffrement" in wide.process.stderr.readline()


def test_a_port_that_is_taken_is_said(door: Door) -> None:
    port = door.url.rpartition(":")[2]
    assert f"Le port {port}" in sobria(door.home, "collect", "--port", port, code=1).stderr
    elsewhere = sobria(door.home, "collect", "--port", "0", "--address", "192.0.2.1", code=1).stderr
    assert "L'adresse 192.0.2.1 ne peut pas être écoutée" in elsewhere


def test_tokens_are_named_by_their_ids_and_a_torn_one_closes_the_door(tmp_path: Path) -> None:
    senders = Tokens(tmp_path)
    kept, secret = senders.add("courrier")
    other, _ = senders.add("courrier")
    sender = senders.sender_of(secret)
    assert sender and sender.service == "courrier"
    assert senders.revoke(other.event[:8]) == other
    assert [token.event for token in senders.in_force()] == [kept.event]
    for unknown in (other.event, kept.event[:7], "", "zzzzzzzzzz"):
        with refuses("sender_unknown"):
            senders.revoke(unknown)
    for name in ("", "../secret", "a" * 81, "=1+1", "deux\nlignes"):
        with refuses("sender_service"):
            senders.add(name)
    max((tmp_path / "collect" / "tokens").iterdir()).write_text("{", "utf-8")
    with refuses("sender_torn"):
        Tokens(tmp_path).sender_of(secret)


def test_a_row_older_than_what_is_held_is_said_to_be_judged_later(tmp_path: Path) -> None:
    """The home has a part of 32 days ago, which is not read: what ended in March may repeat one of its rows."""
    ledger = Ledger(tmp_path / "home")
    post(ledger, [read_body(Payload(Sender("a", "0" * 12), "codecarbon", json.dumps(run()).encode()), context())])
    for part in ledger.present():
        os.utime(ledger.folder / part, (time.time() - 32 * 24 * 3600,) * 2)
    with opened(ledger.home) as door:
        answer = requests.post(door.codecarbon, json=run(), timeout=30).json()
    assert (answer["accepted"], answer["duplicates"], answer["unjudged"]) == (1, 0, 1)
    assert "Dont 1 reçue sans être comparée" in answer["fr"] and "doublons jugés au calcul" in answer["fr"]


def test_bodies_written_together_have_each_their_own_receipt(tmp_path: Path) -> None:
    """Two bodies, the second being the first and one more run: 1 accepted; then 1 known and 1 accepted."""
    bodies = [[run()], [run(), run(run_id="11111111-aaaa-4bbb-8ccc-000000000010")]]
    batch = [
        read_body(Payload(Sender("a", "0" * 12), "codecarbon", json.dumps(body).encode()), context()) for body in bodies
    ]
    receipts = post(Ledger(tmp_path), batch)
    assert [(r.read, r.accepted, r.duplicates) for r in receipts] == [(1, 1, 0), (2, 1, 1)]
    assert len(list((tmp_path / "ledger" / "imports").glob("*.json"))) == 1
