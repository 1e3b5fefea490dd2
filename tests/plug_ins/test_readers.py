"""A reader of another package: recognised, tried, imported, received and named; a faulty one is refused in words."""

import json
import os
from pathlib import Path

import pytest

from scripts.conformance.trial import rows_in
from tests.ingestion.test_collect import opened
from tests.plug_ins.installed import PLUGS, package
from tests.support import kept, sobria, sobria_process

ACME = "acme (sobria-acme 1.2.0)"
START = """
from estimator.ingestion.parsing.records import record_reader
from estimator.ledger.read_result import ReadResult
LABEL = {"fr": "relevé", "en": "log"}
def declare(sniff, records=lambda reading: iter(()), name=__name__):
    return {"contract": 1, "label": LABEL, "reader": record_reader(name, 1, sniff, records)}
"""
DOCS = PLUGS.parents[2] / "extensions"
IMPORTS = """
from functools import partial
from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.records import FieldNames, Record, RecordFields, Snapshot, record_reader
"""
CALL = {"asked": 1, "model": "mistral-small-2603", "at": "2026-03-01T10:00:00Z", "read": 100}
FAULTY = {
    "raises": ("raise OSError('disque')", "raises:PLUG (OSError)"),
    "quits": ("raise SystemExit(3)", "quits:PLUG (SystemExit)"),
    "a_list": ("PLUG = []", "« a_list » : dict était attendu"),
    "later": ("PLUG = {'contract': 2}", "contrat 2 : le contrat 1 était attendu"),
    "no_reader": ("PLUG = {'contract': 1, 'reader': 5}", "int pour « reader » : Reader était attendu"),
    "one_language": (
        "PLUG = declare(lambda name, head: False) | {'label': {'fr': 'relevé'}}",
        "NoneType pour « en » : str était attendu",
    ),
    "sniff_raises": ("PLUG = declare(lambda name, head: 1 / 0)", "plugs.jsonl (ZeroDivisionError)"),
    "sniff_tells": ("PLUG = declare(lambda name, head: 'oui')", "str pour « sniff » : bool était attendu"),
    "other_name": ("PLUG = declare(lambda name, head: True, name='x')", "x pour « reader.name »"),
}


def test_it_is_tried_imported_and_named(acme: str, tmp_path: Path) -> None:
    """720 000 J + 360 000 J at the plug are 0.3 kWh; the third line, without a date, waits; the joules of the
    fourth are unknown, and not zero."""
    home = tmp_path / "home"
    line = ("--home", str(home), "--lang", "fr")
    tried = sobria_process(*line, "check", str(PLUGS), PYTHONPATH=acme).stdout
    assert f"relevés de prises Acme, lu par {ACME}, 4 lignes lues" in tried
    assert "Champs non repris, dont seul le nom est lu, 1 : prompt" in tried and "bonjour" not in tried
    brought = json.loads(sobria_process(*line, "import", str(PLUGS), "--json", PYTHONPATH=acme).stdout)
    assert (brought["read"], brought["accepted"], brought["quarantined"]) == (4, 3, 1)
    assert sorted(row["other_mode"] for row in rows_in(home)) == ["mode/meter", "mode/meter", "mode/not_declared"]
    # What follows needs the package no longer: its name and version stay with its rows.
    told = json.loads(sobria(home, "explain", "total.it_energy", "--json").stdout)
    assert told["amount"]["at_factor_values"] == pytest.approx(1_080_000 / 3.6e6)
    assert told["build"]["plug_ins"] == ACME and {row["reader"] for row in told["trace"]["lines"]} == {ACME}
    shown = sobria(home, "explain", "total.it_energy").stdout
    assert f"extensions : {ACME}" in shown and f".energy : {ACME}" in shown
    again = json.loads(sobria_process(*line, "import", str(PLUGS), "--json", PYTHONPATH=acme).stdout)
    assert (again["accepted"], again["duplicates"]) == (0, 4)  # the waiting one is known too


def test_it_reads_what_a_service_sends(acme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", acme)
    with opened(tmp_path) as door:
        answer = door.post("/v1/rows", PLUGS.read_bytes(), "application/x-ndjson")
        assert (answer.status_code, answer.json()["accepted"], answer.json()["quarantined"]) == (202, 3, 1)


def test_a_collector_says_at_its_start_what_is_refused(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any service sends, and once."""
    package(site, "a-list", "sobria.readers", "PLUG = []")
    monkeypatch.setenv("PYTHONPATH", str(site))
    with opened(tmp_path) as door:
        door.process.kill()
        assert door.process.stderr and door.process.stderr.read().count("a_list (a-list 0.3)") == 1


@pytest.mark.parametrize("times", kept([0.5, 2], 2))
def test_the_reader_of_tokens_of_the_page_and_its_correction(site: Path, tmp_path: Path, times: float) -> None:
    """The code of the documentation as it is: 40 and 60 tokens of a model are modelled, and the third call, without
    any, is unknown and not zero. A second version reads the 60 otherwise: after the four commands, each row counts
    once, and that one as it was corrected."""
    blocks = [DOCS.with_suffix(end).read_text("utf-8").split("```python\n") for end in (".md", ".en.md")]
    (code,) = {block.partition("```")[0] for found in blocks for block in found if "PLUG =" in block}
    package(site, "tokens", "sobria.readers", IMPORTS + code)
    calls = tmp_path / "calls.jsonl"
    counted = [{"call": "a", "written": 40, **CALL}, {"call": "b", "written": 60, **CALL}]
    lacking = {"call": "c", "asked": 1, "at": CALL["at"], "written": None}
    calls.write_text("".join(json.dumps(call) + "\n" for call in (*counted, lacking)), "utf-8")
    home = tmp_path / "home"
    line = ("--home", str(home), "--lang", "fr")
    assert "électricité non estimable : 1" in sobria_process(*line, "check", str(calls), PYTHONPATH=str(site)).stdout
    brought = sobria_process(*line, "import", str(calls), "--json", PYTHONPATH=str(site))
    assert json.loads(brought.stdout)["accepted"] == 3
    totals = json.loads(sobria(home, "totals", "--json").stdout)["coverage"]
    assert (totals["runs"], totals["unknown"]) == (3, 1)
    corrected = code.replace('"tokens", 1', '"tokens", 2')
    change = f"    if counts['output_tokens'] == 60:\n        counts['output_tokens'] *= {times}\n"
    corrected = corrected.replace("    return reading.row", change + "    return reading.row")
    (site / "tokens.py").write_text(IMPORTS + corrected, "utf-8")
    (done,) = json.loads(sobria(home, "ledger", "history", "--json").stdout)["imports"]
    who = ("--who", "DSI", "--why", "lecteur corrigé", "--json")
    gone = json.loads(sobria(home, "ledger", "withdraw", "--import", done["event"], *who).stdout)
    again = json.loads(sobria_process(*line, "import", str(calls), "--json", PYTHONPATH=str(site)).stdout)
    assert (again["accepted"], again["duplicates"], again["withdrawn"]) == (1, 2, 2)
    sobria(home, "ledger", "withdraw", "--undo", gone["withdrawal"], *who)
    rows = [row for row in rows_in(home) if row["status"] == "current"]
    assert sorted(row["output_tokens"] or 0 for row in rows) == sorted([0, 40, 60 * times])


def test_without_it_the_file_is_no_trace(tmp_path: Path) -> None:
    assert "n'est pas une trace connue" in sobria(tmp_path, "check", str(PLUGS), code=1).stdout


def test_faulty_ones_are_refused_and_the_sound_one_reads(acme: str, site: Path, tmp_path: Path) -> None:
    """Nine faulty packages, one that takes the name of ours, one that takes that of the example."""
    for name, (source, _) in FAULTY.items():
        package(site, name, "sobria.readers", START + source)
    sound = START + "PLUG = declare(lambda name, head: True)"
    package(site, "thief", "sobria.readers", sound, entry="codecarbon")
    package(site, "zz-second", "sobria.readers", sound, entry="acme")
    path = os.pathsep.join((str(site), acme))
    line = ("--home", str(tmp_path / "home"), "check", str(PLUGS))
    done = sobria_process("--lang", "fr", *line, PYTHONPATH=path)
    assert f"lu par {ACME}" in done.stdout
    for name, (_, reason) in FAULTY.items():
        if name.startswith("sniff"):  # asked after the sound one, which recognises the file
            continue
        assert any(f"{name} ({name} 0.3)" in said and reason in said for said in done.stderr.splitlines())
    assert "prend le nom « codecarbon »" in done.stderr and "acme (zz-second 0.3) prend le nom « acme »" in done.stderr
    english = sobria_process("--lang", "en", *line, PYTHONPATH=path).stderr
    assert "contract 2: contract 1 was expected" in english and "Traceback" not in english
    other = tmp_path / "plugs.jsonl"
    other.write_text('{"nothing": 1}\n', "utf-8")
    left = sobria_process("--lang", "fr", "check", str(other), PYTHONPATH=path, code=1)
    assert "n'est pas une trace connue" in left.stdout
    assert all(FAULTY[name][1] in left.stderr for name in ("sniff_raises", "sniff_tells"))


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ("reading: 1 / 0", "s'est arrêtée sur b.jsonl (ZeroDivisionError)"),
        ("reading: reading.refuse(1, RecordFields({}, FieldNames((), ())), RowRefused('mine')) or ()", "mine"),
    ],
)
def test_one_that_fails_on_a_file_leaves_the_others(site: Path, tmp_path: Path, records: str, reason: str) -> None:
    """The file is refused whole, with the package that failed; the file of a format of ours is imported."""
    imports = "from estimator.ingestion.reader import RowRefused\n"
    imports += "from estimator.ingestion.parsing.records import FieldNames, RecordFields\n"
    source = f"{START}{imports}PLUG = declare(lambda name, head: name == 'b.jsonl', lambda {records})"
    package(site, "fails", "sobria.readers", source)
    folder = tmp_path / "traces"
    folder.mkdir()
    (folder / "b.jsonl").write_text('{"x": 1}\n', "utf-8")
    sample = PLUGS.parents[3] / "tests" / "traces" / "formats" / "carbontracker.log"
    (folder / sample.name).write_bytes(sample.read_bytes())
    line = ("--home", str(tmp_path / "home"), "--lang", "fr", "import", str(folder), "--json")
    body = json.loads(sobria_process(*line, PYTHONPATH=str(site), code=1).stdout)
    (error,) = body["errors"]
    assert "fails (fails 0.3)" in error["fr"] and reason in error["fr"] and body["accepted"] > 0
