"""« Brancher un service »: each snippet of the page runs here, a file is checked before it is imported, who may not
write drops nothing, and Mesures shows the rows of every way in."""

import errno
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from html import unescape
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import streamlit
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from dashboard.connect import estimator_gateway as connect
from dashboard.connect import methods_table
from dashboard.connect.methods import TEMPLATES, WAYS, Way
from dashboard.server import security
from dashboard.server.write_access import Access
from dashboard.shared import estimator_gateway, permissions
from dashboard.shared.texts import LANGUAGES, t
from estimator.builds.build import build
from estimator.builds.queries import RunFilter
from estimator.cli import main as sobria
from estimator.core.errors import say
from estimator.core.fields import Author
from estimator.core.locks import file_lock, held
from estimator.core.number_format import interval_text
from estimator.core.storage.storage import put_one
from estimator.ingestion.http.endpoints import COLLECTING
from estimator.ingestion.importing import import_paths
from estimator.ingestion.sidecar import SUFFIX
from estimator.ledger import Ledger, parts_in_hand
from estimator.ledger.append import Append
from estimator.ledger.read_result import ReadResult
from estimator.ledger.withdrawals import bring_back
from estimator.places.journal import PlaceJournal
from estimator.results import making
from estimator.results.reading import open_current
from tests.core.test_numbers import spaced
from tests.home import HOSTILE
from tests.ingestion.formats import FORMATS
from tests.support import FileRead, activity, append, kept, waited
from tests.support import sobria as sobria_command
from tests.traces_support import context
from tests.traces_support import text as trace

ROOT = Path(__file__).resolve().parents[2]
FRAME = ROOT / "dashboard" / "pages" / "frame.py"
GATEWAY = FORMATS / "litellm.jsonl"
BY_NAME = {way.name: way for way in WAYS}
# What stands for the service: a program that the snippet calls, which answers with one of our samples.
STANDS = {
    "litellm": ("curl", "litellm.jsonl"),
    "openai_usage": ("curl", "openai_usage.json"),
    "vllm": ("curl", "vllm.prom"),
    "sacct": ("sacct", "sacct.psv"),
    "nvidia_smi": ("nvidia-smi", "nvidia_smi.csv"),
}
ASKED = {  # what the program must have been asked for
    "litellm": ["summarize=false", "start_date=2026-03-01"],
    "openai_usage": ["group_by=model", "group_by=project_id", "start_time=1772323200"],  # 2026-03-01 at 0 h UTC
    "vllm": ["http://localhost:8000/metrics"],
    "sacct": ["--parsable2", "JobID", "ConsumedEnergyRaw", "Start"],
    "nvidia_smi": ["timestamp", "power.draw", "--format=csv"],
}
# way: rows accepted and set aside of the sample (those of the templates: both its examples)
ROWS = {
    "litellm": (3, 4),
    "openai_usage": (5, 3),
    "otel_genai": (4, 1),
    "agents": (4, 1),
    "vllm": (2, 1),
    "sacct": (3, 4),
    "nvidia_smi": (3, 3),
    "boamps": (2, 2),
    "seats": (4, 0),
    "declared": (2, 0),
    "codecarbon": (1, 0),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home, where people may write."""
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("dashboard.connect.file_upload.may_write", lambda: True)
    estimator_gateway._open_build.cache_clear()
    yield tmp_path / "home"
    estimator_gateway._open_build.cache_clear()


def screen(page: str = "brancher", lang: str = "fr", **query: str) -> AppTest:
    at = AppTest.from_file(str(FRAME), default_timeout=120)
    at.run()
    at.switch_page(f"{page}.py")
    for key, value in {"lang": lang, **query}.items():
        at.query_params[key] = value
    return whole(at.run())


def whole(at: AppTest) -> AppTest:
    assert not at.exception, at.exception[0].message
    return at


def text(at: AppTest) -> str:
    said = "\n".join(block.proto.body for block in at.get("html"))
    return said.replace("\u202f", " ").replace("\u00a0", " ")


def drop(at: AppTest, name: str, content: bytes) -> AppTest:
    at.file_uploader[0].set_value([(name, content, "text/plain")])
    return whole(at.run())


def program(folder: Path, name: str, lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{lines}\n")
    (folder / name).chmod(0o755)


def shell(folder: Path, *commands: str, **environment: str) -> str:
    """Run commands one after the other as a person who pastes them would; all that they said."""
    path = f"{folder / 'bin'}:{folder / 'sobria'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", "\n".join(commands)],
        cwd=folder,
        env={**os.environ, "PATH": path, "SOBRIA_HOME": str(folder / "home"), "LANG": "fr_FR.UTF-8"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A folder where `sobria` and `python` are those of these tests."""
    program(tmp_path / "sobria", "sobria", f'exec {sys.executable} -m estimator.cli "$@"')
    program(tmp_path / "sobria", "python", f'exec {sys.executable} "$@"')
    return tmp_path


@pytest.fixture
def typed(bench: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """What a `sobria …` command says, run in this process, which is quicker, from the folder of the person."""
    monkeypatch.chdir(bench)

    def say(command: str) -> str:
        program, *arguments = shlex.split(command)
        monkeypatch.setattr(sys, "argv", [program, "--lang", "fr", *arguments])
        with pytest.raises(SystemExit) as ended:
            sobria()
        assert program == "sobria" and not ended.value.code
        return capsys.readouterr().out

    return say


def codes(way: Way) -> list[str]:
    """The code of each step, as the page shows it."""
    return [block.value for block in screen(voie=way.name).code]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_names_every_way_in_and_offers_the_template(home: Path, lang: str) -> None:
    at = screen(lang=lang)
    said = text(at)
    assert [f"voie={way.name}" in said for way in WAYS] == [True] * len(WAYS)
    for way in WAYS:
        at.query_params["voie"] = way.name
        whole(at.run())
        pasted = [code for step in way.steps for code in (step.code, *step.others) if code]
        assert [block.value for block in at.code] == pasted
        assert text(at).count("<h3>") == 5  # four, and the last imports
        filled = TEMPLATES.get(way.name)
        assert filled is None or f'<a href="{filled}" download>' in text(at), "where it is asked for"


def test_an_unknown_way_shows_them_all(home: Path) -> None:
    assert "voie=litellm" in text(screen(voie="../../etc/passwd"))


@pytest.mark.parametrize("file", TEMPLATES.values())
def test_a_template_that_is_served_is_the_documented_one(file: str) -> None:
    assert (ROOT / "dashboard" / "static" / file).read_bytes() == (ROOT / "docs" / file).read_bytes()


@pytest.mark.parametrize("name", kept(ROWS, "vllm", "otel_genai", "agents", "seats", "codecarbon"))
def test_the_steps_of_a_way_lead_from_a_service_to_the_ledger(
    bench: Path, home: Path, name: str, typed: Callable[[str], str]
) -> None:
    way = BY_NAME[name]
    first, *after = codes(way) if way.steps[0].code else ["", *codes(way)]
    file = bench / after[0].removeprefix("sobria check ")
    if name in STANDS:
        called, sample = STANDS[name]
        program(bench / "bin", called, f'echo "$@" > {bench}/asked\nexec cat {FORMATS / sample}')
    elif name == "codecarbon":
        (bench / "tri.py").write_text("def main():\n    sum(range(10**6))\n" + first)
        first = "python tri.py"
    elif name == "otel_genai":  # the exporter of the collector writes one document a line, into the file it is told
        assert f"path: {file.name}}}" in first
        file.write_text(json.dumps(json.loads((FORMATS / "otel_genai.json").read_text())) + "\n")
        first = ""
    elif name == "agents":
        (bench / ".claude" / "projects" / "-srv-tri").mkdir(parents=True)
        shutil.copy(FORMATS / "claude_code.jsonl", bench / ".claude" / "projects" / "-srv-tri" / "0b1f4c52.jsonl")
    else:
        shutil.copy(FORMATS / "boamps.json" if name == "boamps" else ROOT / "docs" / TEMPLATES.get(name, ""), file)
    shell(bench, first, HOME=str(bench))
    said = "".join(typed(command) for command in after)
    accepted, aside = ROWS[name]
    held = int(name == "otel_genai")  # the agent adds up a call, which counts
    taken = say("counts", "accepted", "fr", n=accepted), say("counts", "aside", "fr", n=aside)
    assert f": {taken[0]}, 0 remplacée par un relevé plus récent ou plus complet, {taken[1]}" in said
    assert [word for word in ASKED.get(name, []) if word not in (bench / "asked").read_text()] == []
    assert open_current(bench / "home").totals().coverage.runs == accepted - held  # type: ignore[union-attr]


@pytest.mark.long
def test_a_vllm_server_is_named_and_dated_by_the_snippet(bench: Path, home: Path) -> None:
    """The sample dates itself; the first date and the first name are those that the snippet writes."""
    program(bench / "bin", "curl", f"exec cat {FORMATS / 'vllm.prom'}")
    program(bench / "bin", "date", "echo 2026-03-02T09:30:00Z")
    shell(bench, *codes(BY_NAME["vllm"]))
    rows = open_current(bench / "home").runs(RunFilter(None, None, None), 0, 9)["rows"]  # type: ignore[union-attr]
    assert {(row["service_key"], row["end"][:16]) for row in rows} == {("assistant", "2026-03-02T09:30")}


@pytest.mark.long
def test_track_keeps_what_it_measures_by_itself(bench: Path, home: Path) -> None:
    (bench / "tri.py").write_text("sum(range(10**6))")
    said = shell(bench, *codes(BY_NAME["track"]))
    assert "1 exécution d’un service" in said.replace("\u00a0", " ")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_a_service_sends_by_itself(bench: Path, home: Path) -> None:
    token, open_it, send, settings, *_, make = codes(BY_NAME["collect"])
    assert 'OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20' in settings
    secret = shell(bench, token).splitlines()[1]
    shutil.copy(FORMATS / "otel_genai.json", bench / "appels.json")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "estimator.cli", *open_it.split()[1:], "--port", port]
    running = subprocess.Popen(command, env=os.environ | {"SOBRIA_HOME": str(bench / "home")}, cwd=ROOT)
    lock = bench / "home" / "ledger" / COLLECTING
    try:
        for _ in range(100):
            try:
                urlopen(f"http://127.0.0.1:{port}/sante")
                break
            except URLError:
                time.sleep(0.2)
        shell(bench, send.replace(":8502/", f":{port}/"), make, JETON=secret)
        assert held(lock)
    finally:
        running.terminate()
        running.wait(timeout=20)
    assert not held(lock)
    assert open_current(bench / "home").totals().coverage.runs == 3  # type: ignore[union-attr]


def test_a_file_is_checked_and_nothing_is_written_before_the_confirming_click(home: Path) -> None:
    at = drop(screen(), "depenses.jsonl", GATEWAY.read_bytes())
    said = text(at)
    assert "depenses.jsonl : 3 lignes acceptées, 4 écartées." in said and "rien n’est encore écrit" in said
    assert "journal de dépenses LiteLLM" in said and "Lignes d’électricité estimée : 3" in said
    assert not home.exists()
    at.button[0].click()
    said = text(whole(at.run()))
    assert "Importé, et les chiffres sont refaits." in said and "3 lignes acceptées, 4 écartées" in said
    assert open_current(home).totals().coverage.runs == 3  # type: ignore[union-attr]
    assert re.search("Les lignes nouvelles pèsent, dans les totaux : 3 exécutions. Électricité : entre .* Wh", said)
    assert "au lieu de" not in said and "de côté" not in said.partition("Importé")[2]
    at = drop(at, "depenses.jsonl", GATEWAY.read_bytes())
    assert "0 ligne acceptée, 0 écartée, 7 déjà connues" in text(at)
    assert [button.label for button in at.button] == [t("connect.another", "fr")]
    at.button[0].click()
    assert len(whole(at.run()).file_uploader) == 1
    again = text(screen())  # another session, which imported nothing
    assert "depenses.jsonl ; lignes lues : 7, écartées : 4." in again and "Importé" not in again


def test_a_line_of_seats_typed_on_the_page_is_checked_then_imported(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """800 seats at 60 % over March 2026: one row, after the confirming click only."""
    monkeypatch.setattr("dashboard.connect.seats_form.may_write", lambda: True)
    at = screen(voie="seats")
    at.selectbox(key="seats product").set_value("m365-copilot")
    for name, typed in (("seats", "800"), ("active_share", "60 %"), ("service", "Bureautique")):
        at.text_input(key=f"seats {name}").set_value(typed)
    for name, day in (("from", date(2026, 3, 1)), ("to", date(2026, 3, 31))):
        at.date_input(key=f"seats {name}").set_value(day)
    next(button for button in at.button if button.label == t("seats.save", "fr")).click()
    said = text(whole(at.run()))
    assert "1 ligne acceptée, 0 écartée" in said and "sièges achetés" in said and not home.exists()
    next(button for button in at.button if button.label == t("connect.confirm.one", "fr")).click()
    assert "Importé, et les chiffres sont refaits." in text(whole(at.run()))
    (run,) = open_current(home).runs(RunFilter(None, None, None), 0, 9)["rows"]  # type: ignore[union-attr]
    assert (run["service_key"], run["active_seat_days"]) == ("Bureautique", 800 * 0.6 * 31)
    assert "un modèle de Copilot pour Microsoft 365" in text(screen("mesures", voir="executions"))
    assert "Exécutions. Tri : Durée, la plus longue d’abord" in text(screen("mesures", tri="duration"))


@pytest.mark.parametrize("way", ["track", "collect"])
def test_what_a_page_looks_for_by_itself_is_stopped_by_a_control(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """RGAA 13.1: every 3 seconds until a person says not to."""
    every: list[float | None] = []
    found = streamlit.fragment

    def kept(drawn: Callable[..., None] | None = None, run_every: float | None = None) -> Any:
        every.extend([run_every] if drawn else [])
        return found(drawn, run_every=run_every)

    monkeypatch.setattr(streamlit, "fragment", kept)
    at = screen(voie=way)
    at.toggle(key="connect live").set_value(False).run()
    assert every == [3, None] and at.toggle[0].label == t("connect.live", "fr", seconds=3)


def test_a_line_of_seats_that_lacks_a_field_says_which_and_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """RGAA 11.10: no column nor cell of a file that nobody sent; what is missing and what is wrong at once."""
    monkeypatch.setattr("dashboard.connect.seats_form.may_write", lambda: True)
    at = screen(voie="seats")
    for name, typed in (("seats", "beaucoup"), ("active_share", "x"), ("uses", "-5")):
        at.text_input(key=f"seats {name}").set_value(typed)
    next(button for button in at.button if button.label == t("seats.save", "fr")).click()
    told = unescape(text(whole(at.run())).split('role="alert"')[1].split("</div>")[0])
    faults = told.split("<li>")[1:]
    for name, fault in zip(("product", "seats", "active_share", "uses", "from"), faults, strict=True):
        assert t(f"seats.{name}", "fr").replace("\u00a0", " ") in fault.replace("\u00a0", " "), fault
    assert not re.search("cellule|colonne|active_share|seats|import|…|2026-03-01", told)
    assert (
        "« beaucoup »" in told and "« x »" in told and "« -5 »" in told and "jj/mm/aaaa, par exemple 01/03/2026" in told
    )


@pytest.mark.parametrize(
    ("name", "day", "told"),
    [
        ("from", date(1914, 8, 1), "le 01/08/1914 a été lu ; un jour à partir du"),
        ("from", date(2099, 1, 1), "le 01/01/2099 a été lu, aujourd'hui ou plus tard"),
        ("to", date(1914, 8, 1), "du 01/03/2026 au 01/08/1914"),
    ],
)
def test_a_far_day_of_seats_is_refused_in_the_words_of_the_page(
    monkeypatch: pytest.MonkeyPatch, name: str, day: date, told: str
) -> None:
    """The calendar refused it, in English, beyond ten years."""
    monkeypatch.setattr("dashboard.connect.seats_form.may_write", lambda: True)
    at = screen(voie="seats")
    at.date_input(key="seats from").set_value(date(2026, 3, 1))
    for field in at.date_input:
        assert field.min <= date(1914, 1, 1) and field.max >= date(2099, 1, 1)
    at.date_input(key=f"seats {name}").set_value(day)
    next(button for button in at.button if button.label == t("seats.save", "fr")).click()
    said = unescape(text(whole(at.run())).split('role="alert"')[1].split("</div>")[0])
    assert told in said.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_two_equal_sessions_are_told_before_their_import(home: Path) -> None:
    table = "Date;Heures de son;Modèle\n" + "26/03/2026;2:30;whisper-large-v3-turbo\n" * 2
    said = text(drop(screen(), "son.csv", table.encode()))
    assert "2 lignes acceptées, 0 écartée" in said and "que la ligne 2 de son.csv. Deux séances, ou un collage" in said


def test_several_files_a_sidecar_and_an_archive_are_one_import(home: Path) -> None:
    """The log has 3 rows that count, the archive 2; the sidecar says where those of the log ran, so that their water is
    known."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mars/vllm.prom", (FORMATS / "vllm.prom").read_bytes())
        archive.writestr("../dehors.csv", b"x")
    at = screen()
    at.file_uploader[0].set_value(
        [
            ("depenses.jsonl", GATEWAY.read_bytes(), "text/plain"),
            (f"depenses.jsonl{SUFFIX}", b'{"schema": 1, "zone": "SWE"}', "application/json"),
            ("releves.zip", packed.getvalue(), "application/zip"),
            ("notes.json", b"{", "application/json"),
        ]
    )
    said = text(whole(at.run()))
    assert "4 fichiers déposés, 2 lus : 5 lignes acceptées" in said and said.count('role="alert"') == 2
    assert "Laissés, leur chemin (..) sortant de l’archive : 1. ../dehors.csv." in said
    at.button[0].click()
    whole(at.run())
    rows = open_current(home).runs(RunFilter(), 0, 9)["rows"]  # type: ignore[union-attr]
    assert sorted((row["reader"], row["zone"]) for row in rows) == [("litellm", "SWE")] * 3 + [("vllm", None)] * 2


def placed(home: Path) -> AppTest:
    """A file of three services without their country, dropped, with what is said of where they run."""
    rows = [{"project_name": f"tri-{n}", "run_id": f"r{n}", "country_iso_code": ""} for n in range(3)]
    at = drop(screen(), "emissions.csv", trace(*rows).encode())
    at.selectbox(key="file zone").set_value("FRA")
    at.text_input(key="file who").set_value("DSI")
    at.text_input(key="file why").set_value("bail")
    return at


def test_what_is_said_of_many_services_is_written_once_and_the_totals_are_made_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row read 0.0015 kWh: the three weigh 4.5 Wh of the machines, whose sites are not known."""
    made: list[Path] = []
    whole_build = making.make_build
    monkeypatch.setattr(making, "make_build", lambda home, *given: (made.append(home), whole_build(home, *given))[1])
    at = placed(home)
    at.button[0].click()
    said = text(whole(at.run()))
    assert "3 lignes acceptées" in said and "pèsent, dans les totaux : 3 exécutions." in said and "Wh" in said
    assert made == [home]
    found = open_current(home)
    assert found is not None and {run["zone"] for run in found.runs(RunFilter(), 0, 9)["rows"]} == {"FRA"}
    assert {(e.said.service, e.said.zone, e.why) for e in PlaceJournal(home).rules()} == {
        (f"tri-{n}", "FRA", "bail") for n in range(3)
    }


def test_a_place_is_written_for_the_services_of_new_rows_alone(home: Path) -> None:
    """Of tri-0 every row is known: no rule, and its electricity stays that of France. tri-1 has a new row and an older
    one, which takes the place too: both are said before the import. tri-2 is new."""
    rows = [{"project_name": f"tri-{n}", "run_id": f"r{n}"} for n in range(3)]
    before = home.parent / "avant.csv"
    before.write_text(trace(*rows[:2]))
    import_paths(Ledger(home), [before], context())
    at = screen()
    later = trace(rows[1] | {"run_id": "r3"}, rows[2]).encode()
    at.file_uploader[0].set_value([("avant.csv", before.read_bytes(), "text/csv"), ("apres.csv", later, "text/csv")])
    said = text(whole(at.run()))
    assert "2 lignes acceptées, 0 écartée, 2 déjà connues" in said and "Les 2 services qui la prendront" in said
    assert ">tri-2<" in said and ">tri-1 : ses exécutions d’imports d’avant la prendront aussi" in said
    assert ">tri-0" not in said
    at.selectbox(key="file zone").set_value("POL")
    at.text_input(key="file who").set_value("DSI")
    at.text_input(key="file why").set_value("bail")
    next(button for button in at.button if button.label.startswith("Importer")).click()
    whole(at.run())
    assert {(e.said.service, e.said.zone) for e in PlaceJournal(home).rules()} == {("tri-1", "POL"), ("tri-2", "POL")}
    runs = open_current(home).runs(RunFilter(), 0, 9)["rows"]  # type: ignore[union-attr]
    assert sorted((run["service_key"], run["zone"]) for run in runs) == [
        ("tri-0", "FRA"), ("tri-1", "POL"), ("tri-1", "POL"), ("tri-2", "POL"),
    ]  # fmt: skip


def test_an_import_ends_though_its_page_is_left(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script of a page that is left stops at what it draws next: the rows, rules and totals come all the same, and
    are told when the person comes back."""
    at = placed(home)
    at.button[0].click()
    with monkeypatch.context() as left:
        left.setattr("dashboard.connect.file_upload.wait", lambda *given: (_ for _ in ()).throw(StopException()))
        whole(at.run())
    assert "Importé" not in text(at) and len(at.file_uploader) == 0
    said = text(whole(at.run()))
    assert "Importé, et les chiffres sont refaits." in said and "3 lignes acceptées" in said
    assert len(PlaceJournal(home).rules()) == 3 and len(at.file_uploader) == 1
    assert open_current(home).totals().coverage.runs == 3  # type: ignore[union-attr]


def test_an_import_weighs_its_own_new_rows_and_nothing_that_others_bring(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three rows of 1.5 Wh, of which the ledger has one under another name, and one more that another window brings
    while this import reads: one is new. The rows of the other window are in the totals, and not told.
    """
    rows = [{"project_name": f"tri-{n}", "run_id": f"r{n}", "country_iso_code": ""} for n in range(3)]
    kept, other = home.parent / "avant.csv", home.parent / "autre.csv"
    kept.write_text(trace(rows[0]))
    other.write_text(trace(rows[1], *({"project_name": "ailleurs", "run_id": f"a{n}"} for n in range(9))))
    import_paths(Ledger(home), [kept], context())
    at = drop(screen(), "emissions.csv", trace(*rows).encode())
    done = Append.account

    def beside(posting: Append) -> Any:
        monkeypatch.setattr(Append, "account", done)
        import_paths(Ledger(home), [other], context())
        return done(posting)

    monkeypatch.setattr(Append, "account", beside)
    next(button for button in at.button if button.label.startswith("Importer")).click()
    said = text(whole(at.run()))
    found = open_current(home)
    assert found is not None and found.totals().coverage.runs == 12
    (alone,) = [e for e in found.services() if e.service_key == "tri-2"]
    told = interval_text(alone.indicators["energy"], "fr").replace("\u202f", " ").replace("\u00a0", " ")
    assert f"La ligne nouvelle pèse, dans les totaux : 1 exécution. Électricité : {told}." in said


def test_an_import_that_corrects_a_line_set_aside_says_so(home: Path) -> None:
    head, row = "service,start,end,device,device_hours\n", "courrier,2026-01-01,2026-01-31,gpu/h100,10\n"
    at = drop(screen(), "declaration.csv", (head + row.replace("h100", "h1000")).encode())
    at.button[0].click()
    assert "0 ligne acceptée, 1 écartée" in text(whole(at.run())) and "n’est plus de côté" not in text(at)
    at = drop(at, "declaration.csv", (head + row).encode())
    at.button[0].click()
    said = text(whole(at.run()))
    assert "1 ligne acceptée, 0 écartée" in said
    assert (
        "1 ligne, mise de côté lors d’un import d’avant, est corrigée par celui-ci : elle n’est plus de côté." in said
    )


def test_an_import_that_replaces_rows_says_how_many(home: Path) -> None:
    """The same run, corrected in a file of another name: one row of before no longer counts."""
    at = drop(screen(), "tri.csv", trace({"project_name": "tri", "run_id": "r", "energy_consumed": "83"}).encode())
    at.button[0].click()
    assert "remplacées" not in text(whole(at.run()))
    at = drop(at, "tri-corrige.csv", trace({"project_name": "tri", "run_id": "r", "energy_consumed": "2"}).encode())
    at.button[0].click()
    assert "énoncées autrement ici et remplacées : 1." in text(whole(at.run()))


def test_an_import_says_how_many_rows_of_before_it_takes_the_place_of(home: Path) -> None:
    """A run, then its later reading: the row of before counts no more, said before and after."""
    run, later = {"run_id": "r"}, {"run_id": "r", "timestamp": "2026-03-02T11:00:00", "duration": "120"}
    pressed(drop(screen(), "matin.csv", trace(run).encode()), "connect.confirm", n=1)
    at = drop(screen(), "soir.csv", trace(later).encode())
    assert "plus complet tiendra leur place : 1 ligne d’un import d’avant." in text(at)
    assert "Lignes d’imports d’avant, qui ne comptent plus : 1." in pressed(at, "connect.confirm", n=1)


def seats_of(count: int) -> bytes:
    """Two products over a quarter, the second of so many seats."""
    lines = ("product;seats;from;to;service", "m365-copilot;40;2026-01-01;2026-03-31;bureautique")
    return "\n".join((*lines, f"le-chat;{count};2026-01-01;2026-03-31;redaction")).encode()


def declared_seats() -> float:
    """Seats of the second product that count, by the 90 days of the quarter."""
    rows = open_current(connect.default_home()).runs(RunFilter(None, None, None), 0, 99)["rows"]  # type: ignore[union-attr]
    return float(sum(row["seat_days"] for row in rows if row["service_key"] == "redaction")) / 90


def pressed(at: AppTest, word: str, **counted: int) -> str:
    next(button for button in at.button if button.label == t(word, "fr", **counted)).click()
    return text(whole(at.run()))


def test_seats_corrected_at_the_page_are_replaced(home: Path) -> None:
    """12 seats, then 24: said before, 24 after, and 12 again once the correction is dropped as it was."""
    at = drop(screen(), "sieges.csv", seats_of(12))
    pressed(at, "connect.confirm", n=6)
    at = drop(at, "sieges.csv", seats_of(24))
    assert "Remplacera 3 lignes de « sieges.csv »" in text(at) and "ledger" not in text(at)
    assert "remplacées : 3." in pressed(at, "connect.confirm", n=3) and declared_seats() == 24
    pressed(drop(at, "sieges.csv", seats_of(12)), "connect.confirm", n=3)
    assert declared_seats() == 12


def test_seats_that_an_earlier_release_added_are_replaced_by_dropping_them_again(home: Path) -> None:
    """36 seats of two versions, both counted: the later one, which has no new row, can still be imported."""
    for count in (12, 24):
        path = home.parent / str(count) / "sieges.csv"
        path.parent.mkdir()
        path.write_bytes(seats_of(count))
        import_paths(Ledger(home), [path], context())
    (entry,) = Ledger(home).in_force()
    bring_back(Ledger(home), entry.event, Author(who="DSI", why="comme avant"))
    build(home)
    assert declared_seats() == 36
    at = drop(screen(), "sieges.csv", seats_of(24))
    pressed(at, "connect.confirm_replace")
    assert declared_seats() == 24


@pytest.mark.parametrize("page", ["brancher", "mesures"])
def test_a_page_says_that_an_import_runs_until_it_ends(home: Path, page: str) -> None:
    """Begun in another window or a terminal: the lock is held by whoever imports, and its own page follows it."""
    running = "Un import est en cours dans ce dossier."
    assert running not in text(screen(page))
    with Ledger(home).importing():
        at = screen(page)
        assert running in text(at)
    assert running not in text(whole(at.run()))


def test_the_end_of_an_import_is_said_and_draws_no_page_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RGAA 13.1: who reads keeps the page as it is until they ask for another."""
    runs = cycle([True, False])  # when the page is drawn, and no more when it looks again
    monkeypatch.setattr(methods_table, "held", lambda _: next(runs))
    at = screen("mesures")
    assert "import est fini." in text(at)
    [again] = [button for button in at.button if button.label == "Redessiner la page"]
    again.click()
    monkeypatch.setattr(methods_table, "held", lambda _: False)
    assert "import est" not in text(whole(at.run()))


@pytest.mark.parametrize("page", ["accueil", "synthese", "mesures", "brancher"])
def test_each_page_names_an_import_that_did_not_end_in_the_words_of_the_terminal(home: Path, page: str) -> None:
    """Killed between its rows and its acknowledgment: they count, and its file is named until it is imported again."""
    rows = [activity(file_name="<coupe>.csv", file_sha="c")]
    posting = Append(Ledger(home))
    posting.take(FileRead("<coupe>.csv", "c"), [ReadResult(rows, [], 1)])
    posting.flush()
    for lang, told in (
        ("fr", "Import inachevé de &lt;coupe&gt;.csv"),
        ("en", "Unfinished import of &lt;coupe&gt;.csv"),
    ):
        said = text(screen(page, lang=lang))
        assert told in said and said.count(told) == 1
    assert "Import inachevé de <coupe>.csv" in sobria_command(home, "totals").stdout
    append(Ledger(home), rows)
    assert "inachevé" not in text(screen(page))


def test_what_a_collector_is_writing_is_no_import_that_did_not_end(home: Path) -> None:
    sender = f"collect-courrier@{'a' * 12}"
    posting = Append(Ledger(home))
    posting.take(FileRead(sender, "c"), [ReadResult([activity(file_name=sender, file_sha="c")], [], 1)])
    posting.flush()
    assert sender in connect.unfinished("fr")
    with file_lock(Ledger(home).folder / COLLECTING):
        assert connect.unfinished("fr") == ""


def test_the_files_are_counted_once_for_what_is_said_and_for_the_button(home: Path) -> None:
    """Two readings of one run, of which the last counts: one row accepted, one replaced. A browser sends %22."""
    later = {"timestamp": "2026-03-02T10:01:00", "duration": 120, "cpu_energy": 0.002, "ram_energy": 0.001}
    at = drop(screen(), "relevé %22mars%22.csv", trace({}, later).encode())
    assert 'relevé "mars".csv : 1 ligne acceptée, 0 écartée, 1 remplacée' in text(at).replace("&#34;", '"')
    assert at.button[0].label == t("connect.confirm.one", "fr")


def test_a_full_disk_is_named_and_keeps_neither_rows_nor_rules(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes the first month of rows, and not the second; then rows and no totals."""

    def full(*given: Any) -> None:
        if list(home.rglob("part-*.parquet")):
            raise OSError(errno.ENOSPC, "No space left on device")
        put_one(*given)

    at = placed(home)
    files, _ = at.session_state["connect files"]
    later = trace({"run_id": "mai", "timestamp": "2026-05-02T10:00:00"}, {"run_id": "mars"})
    files.paths[0].write_text(later)
    at.button[0].click()
    with monkeypatch.context() as filled:
        filled.setattr(parts_in_hand, "put_one", full)
        said = text(whole(at.run()))
    assert "Le disque est plein" in said and "Rien de ces fichiers n’a été gardé" in said
    assert PlaceJournal(home).rules() == [] and not list(home.rglob("part-*.parquet"))
    at.button[0].click()
    with monkeypatch.context() as filled:
        filled.setattr(making, "make_build", lambda *given: full())
        said = text(whole(at.run()))
    assert "Seuls les totaux ne sont pas refaits : le disque est plein (plus de place sur le disque)" in said
    assert len(PlaceJournal(home).rules()) == 3 and len(at.file_uploader) == 1
    assert open_current(home) is None and len(list(home.rglob("part-*.parquet"))) == 2


def test_what_is_to_be_looked_at_in_several_files_is_said_once_with_their_names(home: Path) -> None:
    """Two traces without a country, and three files that are no trace: each thing once, and every name."""
    no_country = trace({"country_iso_code": ""})
    files = {"a.csv": no_country, "b.csv": no_country.replace("run-1", "run-2"), "c.csv": trace({"run_id": "run-3"})}
    files |= {f"notes{n}.txt": f"bonjour, {n}" for n in range(3)}
    at = screen()
    at.file_uploader[0].set_value([(name, content.encode(), "text/plain") for name, content in files.items()])
    seen, _, closed = text(whole(at.run())).partition("<details>")
    assert "2 lignes à vérifier. La trace ne dit pas dans quel pays" in seen and "(a.csv, b.csv)" in seen
    seen = spaced(seen)
    assert seen.count("étaient attendus") == 1 and "6 fichiers déposés, 3 lus" in seen
    said = "notes{} n'est pas une trace connue : la première ligne lue commence par « bonjour, {} »."
    assert all(said.format(f"{n}.txt", n) in seen for n in range(3))
    assert "c.csv" in closed


@pytest.mark.parametrize(("content", "said"), [(b"a,b\n1,2\n", "a,b"), (b"", "vide"), (b"{", "JSON")])
def test_what_is_no_trace_is_said_and_cannot_be_imported(home: Path, content: bytes, said: str) -> None:
    at = drop(screen(), "notes.json", content)
    assert 'role="alert"' in text(at) and said in text(at)
    assert [button.label for button in at.button] == [t("connect.another", "fr")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\emissions.csv", "emissions.csv"),
        ("..", "fichier"),
        ("", "fichier"),
        ("a\x00\n\u202e.csv", "a---.csv"),
        (f"trace{SUFFIX}", f"trace{SUFFIX}"),
        ("é" * 300 + ".csv", "é" * 88 + ".csv"),  # 88 × 2 bytes + 4 = 180
    ],
)
def test_a_file_is_kept_under_a_plain_name(given: str, kept: str) -> None:
    assert connect.plain_name(given) == kept


def test_a_file_of_another_tool_is_not_said_to_be_of_codecarbon(home: Path) -> None:
    said = text(drop(screen(), "emissions.csv", (ROOT / "tests" / "traces" / "bad" / "other_tool.csv").read_bytes()))
    assert "Format reconnu : celui d’un autre outil" in said
    assert "Cette ligne vient d’un autre outil que codecarbon, eco2AI" in said


def test_a_hostile_file_stays_text(home: Path) -> None:
    at = drop(screen(), f"{HOSTILE}.jsonl", GATEWAY.read_bytes())
    assert "<script" not in text(at) and "<img src=x" not in text(at)
    at.button[0].click()
    assert "<script" not in text(whole(at.run()))


def test_who_may_not_write_sees_no_drop_zone_and_is_told_why(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.connect.file_upload.may_write", lambda: False)
    at = screen(voie="litellm")
    assert len(at.file_uploader) == 0 and "Lecture seule" in text(at)


def test_the_right_to_write_is_asked_again_at_the_click(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = drop(screen(), "depenses.jsonl", GATEWAY.read_bytes())
    monkeypatch.setattr("dashboard.connect.file_upload.may_write", lambda: False)
    at.button[0].click()
    whole(at.run())
    assert not home.exists()


HERE, THERE = "http://127.0.0.1:8501", "http://evil.example"


@pytest.mark.parametrize(
    ("method", "writer", "origin", "passes"),
    [
        ("PUT", True, HERE, True),
        ("DELETE", True, HERE, True),
        ("POST", True, HERE, False),
        ("GET", True, HERE, False),
        ("PUT", True, THERE, False),
        ("PUT", True, None, False),
        ("PUT", False, HERE, False),
    ],
)
def test_which_upload_passes_the_guard(method: str, writer: bool, origin: str | None, passes: bool) -> None:
    assert waited(_passes("/_stcore/upload_file/session/file", method, writer, origin)) is passes


def test_no_other_address_takes_a_file() -> None:
    for path in ("/", "/brancher", "/_stcore/upload_file", "/_stcore/upload_files/a/b"):
        assert waited(_passes(path, "PUT", True, HERE)) is False


async def _passes(path: str, method: str, writer: bool, origin: str | None) -> bool:
    reached: list[Any] = []
    links: list[str] = []
    access = Access(links.append)
    shown = f"{access.cookie}={access.spend(links[0].partition('=')[2]) if writer else 'guess'}"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope)

    async def send(message: Any) -> None:
        pass

    headers = [(b"host", b"127.0.0.1:8501"), (b"cookie", shown.encode())]
    headers.append((permissions.WRITER.encode(), b"inf"))  # a mark that the browser made up
    headers += [(b"origin", origin.encode())] if origin else []
    scope = {"type": "http", "method": method, "path": path, "client": ("127.0.0.1", 1), "query_string": b""}
    await security.Guard(app, access)({**scope, "headers": headers}, None, send)  # type: ignore[arg-type]
    return bool(reached)


def test_rows_of_every_way_in_show_their_proof_and_their_fields(home: Path) -> None:
    import_paths(Ledger(home), [FORMATS], context())
    build(home)
    said = text(screen("mesures", service="equipe-courrier"))
    cells = said.split("<tbody>")[-1].split("</tbody>")[0]
    assert "<td>estimé</td>" in cells
    assert "<td></td>" in cells  # the hardware: empty, so that a narrow page leaves its name out
    row = open_current(home).runs(RunFilter("equipe-courrier", None, None), 0, 1)["rows"][0]  # type: ignore[union-attr]
    said = text(screen("mesures", execution=row["row_id"]))
    for field in ("<dt>Jetons lus</dt><dd>1 200</dd>", "<dt>Jetons écrits</dt><dd>300</dd>"):
        assert field in said
    assert "<dt>Électricité, modélisée d’après ce qui est compté</dt><dd>estimé</dd>" in said


def test_the_page_waits_for_the_first_rows_and_says_when_they_come(home: Path) -> None:
    at = screen(voie="collect")
    assert "Aucune collecte n’est ouverte sur ce dossier" in text(at) and not home.exists()
    Ledger(home).prepare()
    with file_lock(Ledger(home).folder / COLLECTING, shared=True):
        assert "J’attends vos premières lignes" in text(whole(at.run()))
    assert "Aucune collecte n’est ouverte" in text(whole(at.run()))
    assert "J’attends vos premières lignes" in text(screen(voie="track"))
    import_paths(Ledger(home), [GATEWAY], context())
    build(home)
    assert "3 exécutions sont arrivées" in text(whole(at.run()))
    assert "J’attends vos premières lignes" not in text(screen(voie="vllm"))


LATER = {"timestamp": "2026-03-02T10:01:00", "duration": 120, "cpu_energy": 0.002, "ram_energy": 0.001}
FIRST_RUN = {"project_name": "tri", "run_id": "r"}
GONE: dict[
    str, tuple[str, dict[str, Any], str]
] = {  # what comes after the first reading: its file, its row, what is said
    "a later reading": ("tri.csv", FIRST_RUN | LATER, "remplacée par un relevé plus récent ou plus complet"),
    "a correction": (
        "tri-corrige.csv",
        FIRST_RUN | {"energy_consumed": "2"},
        "par le fichier « tri-corrige.csv »",
    ),
}


@pytest.mark.parametrize("then", GONE)
def test_a_link_to_a_row_since_replaced_leads_to_what_counts(home: Path, then: str) -> None:
    """The address of a figure is in a document; its row was read again since, or corrected in another file."""
    taken(home, "tri.csv", FIRST_RUN)
    [before] = row_ids(home)
    name, row, said = GONE[then]
    taken(home, name, *([FIRST_RUN] if name == "tri.csv" else []), row)
    [after] = row_ids(home)
    assert after != before
    links = {
        "explication": ({"id": f"run.{before}.it_energy"}, f"explication?id=run.{after}.it_energy"),
        "mesures": ({"execution": before}, f"mesures?execution={after}"),
    }
    for page, (query, link) in links.items():
        told = text(screen(page, **query))
        assert t("state.gone_title", "fr") in told and said in told and f'href="{link}"' in told
    assert t("state.gone_title", "fr") not in text(screen("explication", id=f"run.{after}.it_energy"))


def test_a_link_to_a_row_that_nothing_replaced_invents_nothing(home: Path) -> None:
    """Withdrawn by a person, whom it names; of an id that was never read, nothing is known."""
    taken(home, "tri.csv", FIRST_RUN)
    [before] = row_ids(home)
    sobria_command(home, "ledger", "withdraw", f"--run={before}", "--who", "DSI", "--why", "essai")
    build(home)
    told = text(screen("explication", id=f"run.{before}.it_energy"))
    assert "Signé : DSI. Raison : essai." in told and t("state.gone_alone", "fr")[:40] in told
    assert "Voir ce qui compte" not in told
    unknown = text(screen("explication", id=f"run.{'0' * 32}.it_energy"))
    assert t("state.unknown_title", "fr") in unknown and t("state.gone_title", "fr") not in unknown


def test_a_service_of_unknown_electricity_is_not_said_to_use_less(home: Path) -> None:
    """Five services are drawn; of the three left, one read less, and of two nothing was read: the model is in no table,
    and nothing says where they run."""
    known = [activity(service_key=f"s{n}", host="class/server-room", cpu_energy_kwh=9.0 - n) for n in range(6)]
    unread = {"model": "inconnu", "input_tokens": 9, "output_tokens": 9, "cpu_energy_kwh": None}
    append(Ledger(home), [*known, *(activity(service_key=f"u{n}", **unread) for n in range(2))])
    build(home)
    said = text(screen("mesures"))
    assert (
        "1 autre service consomme moins. L’électricité de 2 autres services, refroidissement compris, n’est pas connue."
        in said
    )
    assert "autres services consomment moins" not in said


def test_runs_are_put_back_in_the_order_of_their_dates(home: Path) -> None:
    """Their first order is one of those that may be chosen, after another."""
    taken(home, "tri.csv", FIRST_RUN, FIRST_RUN | {"run_id": "s"})
    assert len(row_ids(home)) == 2
    at = screen("mesures", voir="executions", tri="duration")
    said = t("measures.sorted", "fr", order=t("measures.order_date", "fr")).replace("\u00a0", " ")
    assert said not in text(at)
    at.selectbox(key="tri").set_value("date")
    assert said in text(whole(at.run()))
    assert "date" in at.query_params["tri"]


def test_the_link_to_the_file_of_runs_says_where_it_stops(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(home, "tri.csv", FIRST_RUN, FIRST_RUN | {"run_id": "s"})
    assert len(row_ids(home)) == 2
    assert t("measures.download_runs", "fr").replace("\u00a0", " ") in text(screen("mesures", voir="executions"))
    monkeypatch.setattr("dashboard.register.run_tables.MOST", 1)
    assert "Télécharger les 1 premières de ces 2 exécutions" in text(screen("mesures", voir="executions"))


def row_ids(home: Path) -> list[str]:
    """The rows that count, once totals are made again."""
    build(home)
    found = open_current(home)
    assert found is not None
    return [run["row_id"] for run in found.runs()["rows"]]


def taken(home: Path, name: str, *rows: dict[str, Any]) -> None:
    """A trace of these rows, imported."""
    file = home.parent / name
    file.write_text(trace(*rows))
    import_paths(Ledger(home), [file], context())
