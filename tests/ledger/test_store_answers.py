"""What a store answers that is not what was asked: it is refused in words, and never taken for a ledger."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import pytest
import requests
import uvicorn

from estimator.builds.build import How
from estimator.core.errors import SobriaError
from estimator.core.storage import objects, s3_files
from estimator.core.storage.s3_files import filesystem
from estimator.core.storage.storage import Patience, storage_at
from estimator.ingestion.http.connections import Bounds
from estimator.ingestion.http.endpoints import Limits
from estimator.ingestion.http.listening import config
from estimator.ingestion.http.server import create_app, listen
from estimator.ingestion.http.tokens import Tokens
from estimator.ledger import Ledger
from estimator.ledger.archive import export
from estimator.ledger.reconciliation import reconcile
from estimator.results.making import build
from estimator.results.reading import current_results
from scripts.object_stores import BUCKET, IN_TESTS, serving
from tests.ingestion.test_collect import DECLARED
from tests.ledger.faulty_store import SILENCE, Front, in_front
from tests.ledger.test_object_storage import BUSY, _forget, _home, _rows
from tests.support import activity, append, refuses, sobria

PAGE = b"<html><body>Connexion au reseau</body></html>"
NUMBERS = count()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with serving(IN_TESTS, tmp_path_factory.mktemp("server") / "bucket"), in_front(_forget) as found:
        yield found


@pytest.fixture
def home(front: Front, tmp_path: Path) -> Path:
    """A home in a bucket behind the front, with rows."""
    place = _home(tmp_path / "home", f"s3://sobria/answers/{next(NUMBERS)}")
    append(Ledger(place), _rows())
    _forget()
    return place


def _error(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Non.</Message></Error>".encode()


@pytest.mark.parametrize("body", [PAGE, b"", b"<html><br>"])
def test_what_is_not_a_list_is_not_an_empty_ledger(
    home: Path, front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """A portal that answers 200 to everything: no total, no account, no empty archive. What cannot be parsed is asked
    for again, twice here: five times, each longer waited for, were half a minute."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    _forget()
    with front.answering("*", "", 200, body):
        for command in (["totals"], ["ledger", "verify"], ["ledger", "export", str(tmp_path / "archive.tar")]):
            said = sobria(home, *command, code=1).stderr
            assert "ne parle pas S3 : ListObjectsV2" in said and "AWS_ENDPOINT_URL" in said
        with refuses("store_foreign", "does not speak S3"):
            append(Ledger(home), _rows())
    assert not (tmp_path / "archive.tar").exists()
    export(Ledger(home), tmp_path / "archive.tar")
    _forget()


def test_a_portal_that_opens_during_an_import_keeps_nothing(home: Path, front: Front) -> None:
    """« 200 » to a write is not S3's, which says the mark of what it keeps."""
    with front.answering("PUT", "/part", 200, PAGE), refuses("store_foreign", "PutObject, 200, text/html"):
        storage_at(home, "")._put("part", b"rows")  # type: ignore[attr-defined]
    assert "part" not in storage_at(home, "").names()


@pytest.mark.parametrize("status", [301, 302, 307, 400, 412, 501])
def test_a_list_that_is_refused_says_so(home: Path, front: Front, status: int) -> None:
    """Whatever its code, with or without a name of S3; a redirection that says no place is not followed for ever."""
    bodies = {400: "InvalidArgument", 412: "PreconditionFailed", 501: "NotImplemented"}
    for told, body in ((str(status), b""), (bodies.get(status, str(status)), _error(bodies.get(status, str(status))))):
        with front.answering("*", "", status, body, "application/xml"):
            for asked in (lambda: reconcile(Ledger(home)), lambda: append(Ledger(home), _rows())):
                with refuses("store_refused", told):
                    asked()
        _forget()


@pytest.mark.parametrize("status", [400, 501])
def test_a_deletion_that_is_refused_says_so(home: Path, front: Front, status: int) -> None:
    with front.answering("DELETE", "", status, b"", ""), refuses("store_refused", f"{status}"):
        append(Ledger(home), _rows())


@patch.object(objects, "AGAIN_S", (0.02, 0.1, 0.3))  # a tenth of what is waited
@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (409, b"", ("store_conflict", "409, Conflict")),
        (409, _error("ConditionalRequestConflict"), ("store_conflict", "see its state")),
        (412, _error("PreconditionFailed"), ("store_refused", "PreconditionFailed")),
    ],
)
def test_a_name_that_is_said_to_be_taken_and_is_not_there(
    home: Path, front: Front, status: int, body: bytes, told: tuple[str, str]
) -> None:
    """No lease is waited for that nobody holds; a part that is not there is not acknowledged."""
    for held in ("", "/part-"):
        with front.answering("PUT", held, status, body, "application/xml"), refuses(*told):
            append(Ledger(home), [activity("2026-04-05T10:00:00", line=9)])
        assert front.asked == 1 + len(objects.AGAIN_S)
    found = reconcile(Ledger(home))
    assert (found.faults, found.accepted) == ((), 4), "three months and the last state of the run"
    assert append(Ledger(home), [activity("2026-04-05T10:00:00", line=9)]).accepted == 1


def test_a_lease_that_is_gone_is_released(home: Path, front: Front) -> None:
    """What was to be deleted is not there: this is what was asked."""
    with front.answering("DELETE", "", 404, _error("NoSuchKey"), "application/xml"):
        with storage_at(home, "").lease("trial", Patience(60, BUSY)):
            pass
        storage_at(home, "").delete(["none"])


@pytest.mark.parametrize(("status", "body"), [(403, "AccessDenied"), (404, "NoSuchKey"), (412, "PreconditionFailed")])
def test_a_part_that_is_listed_and_refused_says_why(home: Path, front: Front, status: int, body: str) -> None:
    """The answer of the store, whoever reads the part: DuckDB for the totals, Arrow for an import."""
    with front.answering("GET", "/part-", status, _error(body), "application/xml"):
        for asked in (lambda: build(home), lambda: append(Ledger(home), _rows()[3:])):
            with refuses("store_refused", f"{body}, Non") as refusal:
                asked()
            assert not re.search(r"Traceback|estimator\.", refusal.value.message("fr"))


def test_a_byte_of_a_part_that_changed_is_damage(home: Path) -> None:
    """Wherever it is in what a build reads: as in a folder, the store having refused nothing. Elsewhere, in what the
    end of a file says and no build asks for, no figure moves."""
    store, part = Ledger(home).store, Ledger(home).parts()[0]
    content, before = store.read([part])[part], _energy(home)
    refused, places = [], [*range(4, len(content) - 8, 389), len(content) - 20]
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        filesystem().call_s3("put_object", Bucket=BUCKET, Key=store._inside(part), Body=bytes(damaged))  # type: ignore[attr-defined]
        _forget()
        try:
            assert _energy(home) == before, place
        except SobriaError as error:
            assert error.code == "ledger_torn" and part.rpartition("/")[2] in str(error)
            refused.append(place)
    assert refused[-1] == places[-1] and len(refused) > 0.7 * len(places)


def _energy(home: Path) -> tuple[float | None, ...]:
    build(home, how=How(full=True))
    found = current_results(home).totals().indicators["energy"]
    return found.low, found.central, found.high


def test_a_connection_that_is_always_cut_is_not_asked_again_and_again(
    home: Path, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three reads, two threads and what is read back, as often as AWS_MAX_ATTEMPTS says; aiohttp asks again of its own
    when a connection that it kept is cut. It was four times that."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    with front.answering("GET", "/part-", None):
        _forget()
        with refuses("store_unreachable", "does not answer"):
            build(home)
        assert 0 < front.asked <= 3 * 2 * 2
    _forget()


@pytest.mark.parametrize(("asked", "begun"), [("* ", b""), ("PUT ", b""), ("GET /part-", b""), ("GET /part-", b"PAR1")])
def test_a_server_that_says_nothing_is_waited_for_once(
    home: Path, front: Front, monkeypatch: pytest.MonkeyPatch, asked: str, begun: bytes
) -> None:
    """Each request of a command waited for itself, five times: 60 s × 5, and as much to give the lease back. Here 2 s
    stand for the minute, and the rest is the computing."""
    for name, seconds in {"SILENT_S": 2.0, "READ_S": 0.7, "HURRIED_S": 0.2}.items():
        monkeypatch.setattr(s3_files, name, seconds)
    method, held = asked.split(" ")
    commands: list[Callable[[], object]] = [lambda: append(Ledger(home), [activity("2026-04-05T10:00:00", line=9)])]
    commands += [lambda: reconcile(Ledger(home)), lambda: build(home)] if method != "PUT" else []
    for command in commands:
        _forget()
        with front.answering(method, held, SILENCE, begun):
            began = time.monotonic()
            with refuses("store_unreachable") as refusal:
                command()
            assert "does not answer: Read timeout on endpoint URL" in refusal.value.message("en")
            assert time.monotonic() - began < 45
    _forget()


@pytest.mark.parametrize("asked", ["*", "PUT"])
def test_who_sends_is_answered_while_the_store_says_nothing(home: Path, front: Front, asked: str) -> None:
    """Silent before the token is read, or while the rows are put: who sends was answered after the minute of SILENT_S.
    Here 1.5 s stand for 15. Sent again once the store answers, the row is there once."""
    secret, sent = Tokens(home).add("mairie")[1], DECLARED.format(day=1)
    with _collecting(home, Limits(store_s=1.5)) as url:

        def post() -> requests.Response:
            told = {"authorization": f"Bearer {secret}", "content-type": "text/csv"}
            return requests.post(f"{url}/v1/rows", data=sent, headers=told, timeout=40)

        with front.answering(asked, "", SILENCE):
            began = time.monotonic()
            answer = post()
            assert time.monotonic() - began < 10
            assert (answer.status_code, answer.json()["code"]) == (503, "collect_store")
            assert answer.headers["retry-after"]
        again = post().json()
        assert (again["read"], again["accepted"] + again["duplicates"]) == (1, 1)
    _forget()
    services = [row.service_key for row in Ledger(home).copies("activities", Ledger(home).files("activities"))]
    assert services.count("mairie") == 1


@contextmanager
def _collecting(home: Path, limits: Limits) -> Iterator[str]:
    """The address of the collector of a home, in this process."""
    listening = listen("127.0.0.1", 0)
    running = uvicorn.Server(config(create_app(home, limits), Bounds(), "fr", ws="none", lifespan="off"))
    thread = Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join()
