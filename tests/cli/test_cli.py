"""The command `sobria` as people and programs use it: codes, JSON, both languages."""

import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import typer

from dashboard.__main__ import main as pages
from estimator.catalogue.load import load
from estimator.cli import progress
from estimator.cli.app import application, command_name
from estimator.cli.global_options import global_options
from estimator.cli.streams import JSON_VERSION
from estimator.cli.text import factor_text
from estimator.cli.usage import localise
from estimator.core.errors import say
from tests.core.test_numbers import spaced
from tests.support import answered, sobria, sobria_process
from tests.traces_support import text as csv_text

HEADER = (
    "timestamp,project_name,run_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,"
    "ram_energy,energy_consumed,country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,"
    "codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,on_cloud,pue"
)
ROW = (
    "2026-03-01T10:00:00,courrier,r{n},60,0.1,0.1,42.5,0,10,{cpu},0,0.25,{total},France,FRA,,,,Linux,3.11,3.3.2,8,"
    "AMD EPYC,,,"
    "6.18,48.69,64,machine,N,1.0"
)


def trace(folder: Path, rows: int = 3, name: str = "emissions.csv") -> Path:
    path = folder / name
    body = [ROW.format(n=n, cpu=0.75, total=1.0) for n in range(rows)]
    path.write_text("\n".join([HEADER, *body]) + "\n", "utf-8")
    return path


def test_the_water_trap_from_the_command_line(tmp_path: Path) -> None:
    line = ["estimate", "--it-energy-kwh", "100", "--zone", "FRA", "--pue", "1.5", "--wue", "0.4", "--json"]
    body = json.loads(sobria(tmp_path, *line).stdout)
    water = body["indicators"]["water"]
    assert water["onsite"]["at_factor_values"] == pytest.approx(100 * 0.4)
    site = json.loads(sobria(tmp_path, *line, "--wue-basis", "site").stdout)["indicators"]["water"]
    assert site["onsite"]["at_factor_values"] == pytest.approx(150 * 0.4)
    assert body["indicators"]["energy"]["at_factor_values"] == 150
    assert water["at_factor_values"] == pytest.approx(
        water["onsite"]["at_factor_values"] + water["electricity"]["at_factor_values"]
    )
    assert set(body["indicators"]) >= {"energy", "water", "adpe", "gwp", "primary_energy"}
    assert {"indicators", "steps", "factors", "warnings"} <= set(body)


def test_an_unknown_zone_exits_zero_with_nulls_and_a_reason(tmp_path: Path) -> None:
    body = json.loads(
        sobria(
            tmp_path, "estimate", "--it-energy-kwh", "100", "--zone", "ZZZ", "--pue", "1.5", "--wue", "0.4", "--json"
        ).stdout
    )
    assert body["indicators"]["energy"]["at_factor_values"] == 150
    for name in ("gwp", "adpe", "primary_energy", "water"):
        amount = body["indicators"][name]
        assert amount["low"] is amount["central"] is amount["high"] is None
        assert set(amount["missing"]) == {"code", "fr", "en"} and amount["missing"]["code"] == "unknown_zone"
    assert body["indicators"]["water"]["onsite"]["at_factor_values"] is None, "a part covers what its figure covers"
    assert body["warnings"][0]["code"] == "unknown_zone"


def test_two_letter_codes_are_read_and_said(tmp_path: Path) -> None:
    body = json.loads(
        sobria(tmp_path, "estimate", "--it-energy-kwh", "1", "--zone", "fr", "--pue", "1", "--json").stdout
    )
    assert body["indicators"]["gwp"]["at_factor_values"] == pytest.approx(0.0461)
    assert body["warnings"][0]["code"] == "zone_read_as"


def test_hardware_hours_lifetime_and_share(tmp_path: Path) -> None:
    """One hour of a device over 4 years: its manufacture / (4 × 8766)."""
    body = json.loads(
        sobria(
            tmp_path, "estimate", "--it-energy-kwh", "1", "--zone", "FRA",
            "--pue", "1", "--device", "machine/ai-server", "--device-hours", "1",
            "--lifetime-years", "4", "--resource-share", "0.5", "--json",
        ).stdout
    )  # fmt: skip
    made = next(f for f in body["factors"] if f["quantity"] == "machine_gwp")["value"]
    assert body["indicators"]["gwp"]["machines"]["at_factor_values"] == pytest.approx(0.5 * made / (4 * 8766))


def test_import_build_totals_explain_replay(tmp_path: Path) -> None:
    file = trace(tmp_path)
    home = tmp_path / "home"
    first = json.loads(sobria(home, "import", str(file), "--json").stdout)
    counts = {"files": 1, "read": 3, "accepted": 3, "superseded": 0, "quarantined": 0, "duplicates": 0}
    counts |= {"waiting": 0, "withdrawn": 0, "supersedes": 0, "again": 0}
    assert first == counts | {"version": JSON_VERSION, "errors": [], "remarks": [], "not_recognised": []}
    again = json.loads(sobria(home, "import", str(file), "--json").stdout)
    assert (again["read"], again["accepted"], again["duplicates"]) == (3, 0, 3)
    totals = json.loads(sobria(home, "totals", "--json").stdout)
    assert {"indicators", "coverage", "proof", "build"} <= set(totals)
    assert totals["indicators"]["it_energy"]["at_factor_values"] == pytest.approx(3 * (0.75 + 0.25))
    opened = sobria(home, "explain", "total.gwp", "--json").stdout
    saved = tmp_path / "calcul.json"
    saved.write_text(opened, "utf-8")
    replayed = json.loads(sobria(home, "explain", "--replay", str(saved), "--json").stdout)["indicators"]["gwp"]
    amount = json.loads(opened)["amount"]
    assert [replayed[k] for k in ("low", "central", "high")] == [amount[k] for k in ("low", "central", "high")]
    assert amount["at_factor_values"] == totals["indicators"]["gwp"]["at_factor_values"]
    text = sobria(home, "explain", "service.courrier.water.onsite").stdout
    assert "Étapes" in text and "emissions.csv, ligne 2 (courrier)" in text


@pytest.mark.parametrize(
    ("minute", "lasted", "ahead", "done"),
    [
        (6, "360", "Ne compteront plus, car un relevé plus récent ou plus complet tiendra", "Ne comptent plus, car"),
        (2, "30", "Compteront de nouveau, car, avec ces lignes, plus rien ne tiendra", "Comptent de nouveau, car"),
    ],
    ids=["a later reading", "a run that had started again"],
)
def test_rows_of_before_whose_place_is_taken_or_left_are_said(
    tmp_path: Path, minute: int, lasted: str, ahead: str, done: str
) -> None:
    """A run read at 1 and at 4 min; its reading at 6 min takes the place of the second; one of 30 s at 2 min says that
    it had started again, and that the second does not hold the first."""
    rows = ((1, "60"), (4, "240"), (minute, lasted))
    read = [{"run_id": "a", "timestamp": f"2026-03-02T10:0{at}:00", "duration": s} for at, s in rows]
    for name, some in (("matin.csv", read[:2]), ("soir.csv", read[2:])):
        (tmp_path / name).write_text(csv_text(*some))
    home, later = tmp_path / "home", str(tmp_path / "soir.csv")
    assert "d'imports d'avant" not in sobria(home, "import", str(tmp_path / "matin.csv")).stdout
    for command, told in (("check", ahead), ("import", done)):
        said = sobria(home, command, later).stdout.replace("\u202f", " ").replace("\u00a0", " ")
        assert told in said and "leur place : 1 ligne d'un import d'avant." in said, said


def test_private_places_never_enter_the_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    sobria(home, "import", str(trace(tmp_path)))
    sobria(home, "build")
    for path in home.rglob("*"):
        if path.is_file():
            assert b"48.69" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("line", "code"),
    [("factors show grid_gwp/FRA/2025", 0), ("factors show nobody --json", 1), ("estimate --nothing", 2)],
)
def test_a_process_gives_what_the_call_gives(tmp_path: Path, line: str, code: int) -> None:
    """Other tests ask the command in their own process: its text, accents and exit code are those that people get."""
    arguments = ["--home", str(tmp_path), "--lang", "fr", *line.split()]
    asked, process = answered(*arguments), sobria_process(*arguments, code=code)
    assert (asked.returncode, asked.stdout, asked.stderr) == (process.returncode, process.stdout, process.stderr)


def test_reading_standard_input(tmp_path: Path) -> None:
    text = trace(tmp_path).read_text("utf-8")
    assert json.loads(sobria(tmp_path / "home", "import", "-", "--json", given=text).stdout)["accepted"] == 3


def test_refusals_exit_one_with_one_sentence_and_usage_exits_two(tmp_path: Path) -> None:
    missing = sobria(tmp_path, "import", str(tmp_path / "nothing.csv"), code=1)
    assert "Traceback" not in missing.stderr and "nothing.csv" in missing.stderr + missing.stdout
    assert sobria(tmp_path, "estimate", "--it-energy-kwh", "1", "--pue", "0.2", code=1).stderr.startswith(
        "--pue : « 0.2 » a été lu. Un nombre de 1 à 4 était attendu"
    )
    body = json.loads(sobria(tmp_path, "factors", "show", "nobody", "--json", code=1).stdout)
    assert body["error"]["code"] == "factor_not_found"
    sobria(tmp_path, "estimate", "--nothing", code=2)
    assert sobria(tmp_path, "explain").stdout.startswith("Aucune mesure encore")
    assert (
        "n'est pas au catalogue"
        in sobria(tmp_path, "estimate", "--it-energy-kwh", "1", "--host", "scaleway/nowhere", code=1).stderr
    )
    assert "n'est le nom d'aucun chiffre" in sobria(tmp_path, "explain", "total.love", code=1).stderr


def test_an_empty_path_is_not_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One trace in the current folder, and 14 ways to give a path or codes, as a job does whose variable has no value:
    each is refused, in the 2 languages, and 0 files are read or written."""
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    home = tmp_path / "home"
    monkeypatch.chdir(trace(tmp_path).parent)
    before = set(Path().rglob("*"))
    for line in (
        *("import", "check", "quarantine retry", "export", "ledger export", "ledger restore", "ledger merge"),
        *("register import", "places answers", "sheet tender", "report reen-rollup", "report data --out"),
    ):
        said = sobria(home, *line.split(), "", code=2).stderr
        assert "le chemin donné est vide" in said, line
    assert "For PATH…, the path given is empty" in sobria(home, "import", " ", code=2, lang="en").stderr
    assert "aucun code n'est donné" in sobria(home, "report", "reen-rollup", "--communes", ",", code=2).stderr
    assert pages(["--home", "", "--port", "0"]) == 1
    assert "--home est vide" in capsys.readouterr().err.replace("\u00a0", " ")
    assert set(Path().rglob("*")) == before and not home.exists()


def test_factors_are_whole_and_one_can_be_read(tmp_path: Path) -> None:
    assert "aucune lacune muette" in sobria(tmp_path, "factors", "check").stdout
    text = sobria(tmp_path, "factors", "show", "grid_gwp/FRA/2025").stdout
    assert "0,0461" in text and "ADEME" in text and "Autres sources" in text and "Licence" in text
    assert len(json.loads(sobria(tmp_path, "factors", "list", "grid_gwp/FRA", "--json").stdout)["factors"]) > 5


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (None, None, "Sans date de validité"),
        ("2025-01-01", None, "Valable depuis le 2025-01-01"),
        (None, "2025-12-31", "Valable jusqu'au 2025-12-31"),
        ("2025-01-01", "2025-12-31", "Valable du 2025-01-01 au 2025-12-31"),
    ],
)
def test_a_factor_says_only_the_dates_that_it_has(first: str | None, last: str | None, told: str) -> None:
    item = next(f for f in load().factors if f.id == "grid_gwp/FRA/2025")
    text = factor_text(item.model_copy(update={"valid_from": first, "valid_to": last}), load(), "fr")
    assert f"  {told}" in text and "…" not in text


def test_every_command_and_option_is_explained_in_both_languages(tmp_path: Path) -> None:
    names = [command_name(one) for one in application().registered_commands]
    kept = "import build check totals explain estimate compare levers indicators validate track doctor serve when"
    assert sorted(names) == sorted([*kept.split(), "export"])
    for name in names:
        assert "--help" in sobria(tmp_path, name, "--help").stdout
    assert "Measure a command with codecarbon" in sobria(tmp_path, "--help", lang="en").stdout


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert sobria(tmp_path, "--version").stdout == f"SobrIA {declared}\n"


@pytest.mark.long
def test_a_terminal_completes_commands_options_and_values(tmp_path: Path) -> None:
    """As bash asks: the words typed, which one is being typed; the script that asks is printed for it to read."""
    assert "complete -o default -F _sobria_completion sobria" in sobria(tmp_path, "--completion", "bash").stdout
    assert "Était attendu : bash, zsh, fish, powershell." in sobria(tmp_path, "--completion", "tcsh", code=2).stderr
    for line, expected in (
        ("sobria tot", "totals"),
        ("sobria factors sh", "show"),
        ("sobria totals --la", "--lang"),
        ("sobria estimate --method s", "sobria"),
    ):
        asked = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_SOBRIA_COMPLETE": "complete_bash"}
        assert sobria_process(**asked).stdout.split() == [expected]


@pytest.mark.parametrize(
    ("line", "error", "code"),
    [
        (("bogus", "--json"), "usage", 2),
        (("totals", "x", "--json"), "usage", 2),
        (("explain", "total.love", "--json"), "figure_unknown", 1),
        (("import", "{folder}", "--json"), "none_recognised", 1),
        (("check", "{folder}", "--json"), "none_recognised", 1),
        (("--home", "{folder}/file", "build", "--json"), "file_unusable", 1),
    ],
)
def test_a_refusal_is_one_json_document_where_json_is_asked(tmp_path: Path, line: tuple, error: str, code: int) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    given = [part.format(folder=tmp_path / "folder") for part in line]
    done = answered("--lang", "fr", *([] if "--home" in given else ["--home", str(tmp_path / "home")]), *given)
    body = json.loads(done.stdout)
    assert done.returncode == code
    assert body["version"] == JSON_VERSION and body["error"]["code"] == error
    assert body["error"]["fr"] in done.stderr.replace("\u00a0", " ") or body["error"]["fr"] in done.stderr


def test_a_fault_of_ours_says_so_after_its_traceback() -> None:
    script = """
import sys
from unittest.mock import patch
from estimator.cli import main
sys.argv = ["sobria", "--lang", "fr", "doctor"]
with patch("estimator.tracking.diagnosis.diagnose", side_effect=ZeroDivisionError("ours")):
    main()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "ZeroDivisionError: ours" in done.stderr
    assert "une faute de SobrIA" in done.stderr.splitlines()[-1]


def test_progress_on_a_terminal_is_a_bar_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the work is 50 %."""
    said = StringIO()
    monkeypatch.setattr(said, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", said)
    with progress.shown("building", "fr") as step:
        step(1, 2)
    assert "Calcul" in said.getvalue() and "50%" in said.getvalue() and "-:--:--" in said.getvalue()


@pytest.mark.parametrize(("first_s", "lines"), [(3600.0, 0), (0.0, 2)])
def test_progress_elsewhere_is_a_line_now_and_then_of_what_lasts(
    monkeypatch: pytest.MonkeyPatch, first_s: float, lines: int
) -> None:
    """Nothing of what is soon done; of the rest, how long and how much: 1 of 2 is 50 %."""
    said = StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setattr(progress, "FIRST_LINE_S", first_s)
    monkeypatch.setattr(progress, "LINES_APART_S", 0.01)
    with progress.shown("building", "en") as step:
        while said.getvalue().count("\n") < min(lines, 1):
            pass
        step(1, 2)
        while said.getvalue().count("50%") < min(lines, 1):
            pass
    told = said.getvalue().splitlines()
    assert len(told) >= lines and bool(told) == bool(lines)
    if lines:
        assert told[0] == "Computing: for 0 s so far." and "; 50% done." in told[-1]


def test_an_import_and_a_build_say_how_far_they_are(tmp_path: Path) -> None:
    told: dict[str, list[tuple[int, int]]] = {}

    @contextmanager
    def noted(key: str, lang: str) -> Iterator[Any]:
        mine = told.setdefault(key, [])
        yield lambda done, total: mine.append((done, total))

    with patch("estimator.cli.app.shown_progress", noted):
        for line, key in ((("import", str(trace(tmp_path))), "importing"), (("indicators",), "building")):
            sobria(tmp_path / "home", *line)
            assert told[key] and told[key][-1][0] == told[key][-1][1] > 0
        assert told["building"][1:] == [(1, 2), (2, 2)], "a service, then its month"
        cases = tmp_path / "cases.json"
        cases.write_text('[{"id": "a", "published": []}, {"id": "b", "published": []}]')
        sobria(tmp_path / "home", "validate", str(cases))
        assert told["validating"] == [(1, 2), (2, 2)]


def test_global_options_stand_anywhere_before_the_command_of_track() -> None:
    assert global_options(["import", "a", "--home", "h", "--lang=en"]) == (
        ["import", "a"],
        {"home": ["h"], "lang": ["en"]},
    )
    assert global_options(["--json", "totals"]) == (["totals", "--json"], {})
    line = ["track", "--", "python", "x.py", "--home", "mine"]
    assert global_options(line) == (line, {})


FLOATS = "it-energy-kwh device-hours lifetime-years occupancy data-gb pue wue resource-share output-tokens".split()


@pytest.mark.parametrize("option", FLOATS)
@pytest.mark.parametrize("value", ["-1", "nan", "inf", "1e300"])
def test_an_impossible_number_is_refused_in_one_sentence(tmp_path: Path, option: str, value: str) -> None:
    line = ["estimate", "--zone", "FRA", "--device", "gpu/h100", f"--{option}", value]
    line += [] if option == "it-energy-kwh" else ["--it-energy-kwh", "1"]
    line += [] if option == "device-hours" else ["--device-hours", "1"]
    assert answered("--home", str(tmp_path), "--lang", "fr", *line).returncode in (1, 2)


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for command in (["totals"], ["build"], ["import", str(trace(tmp_path))]):
        text = sobria(file, *command, code=1).stderr
        assert "--home" in text and "Traceback" not in text


def test_a_question_without_a_question_is_refused(tmp_path: Path) -> None:
    assert "Rien à estimer" in sobria(tmp_path, "estimate", code=1).stderr
    assert "vont ensemble" in sobria(tmp_path, "estimate", "--it-energy-kwh", "1", "--device-hours", "2", code=1).stderr
    text = sobria(tmp_path, "estimate", "--it-energy-kwh", "1", "--zone", "france").stdout
    assert "classe large" in text and "Électricité du site" in text


def test_an_estimate_ends_on_its_figures_and_opens_its_steps_when_asked(tmp_path: Path) -> None:
    line = ["estimate", "--it-energy-kwh", "100", "--zone", "FRA", "--pue", "1.5", "--wue", "0.4"]
    short, long = (sobria(tmp_path, *line, *more).stdout for more in ([], ["--explain"]))
    assert [text.splitlines()[-1].split("  ")[1] for text in (short, long)] == ["Énergie primaire"] * 2
    assert "Étapes et facteurs" in short and "100 × 1,5" not in short and "grid_gwp/FRA" not in short
    assert "= 100 × 1,5" in long and "grid_gwp/FRA" in long
    assert short.splitlines()[-5:] == long.splitlines()[-5:]


def test_a_zone_is_checked_before_the_command_starts(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    text = sobria(tmp_path, "track", "--zone", "Atlantide", "--", "touch", str(mark), code=1).stderr
    assert "Atlantide" in text and not mark.exists()


def test_a_missing_path_stops_none_of_the_others_and_nothing_read_is_said(tmp_path: Path) -> None:
    body = json.loads(sobria(tmp_path, "import", str(trace(tmp_path)), "absent.csv", "--json", code=1).stdout)
    assert body["accepted"] == 3
    folder = tmp_path / "mixed"
    folder.mkdir()
    trace(folder, 4)
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    (folder / "gateway.log").write_text("served\n")
    found = sobria(tmp_path / "other", "import", str(folder), code=1)
    assert "4 acceptées" in found.stdout and "notes.csv n'est pas une trace connue" in found.stdout
    assert "non reconnus : 1 (gateway.log)" in found.stdout.replace("\u00a0", " ")
    sobria(tmp_path / "other", "import", str(folder / "notes.csv"), code=1)
    (tmp_path / "empty").mkdir()
    assert "Aucun fichier de trace" in sobria(tmp_path, "import", str(tmp_path / "empty"), code=1).stderr
    (tmp_path / "empty" / "session.jsonl").write_text('{"a": 1}\n', "utf-8")
    for command in ("import", "check"):
        said = sobria(tmp_path, command, str(tmp_path / "empty"), code=1).stderr
        assert "Vus et non reconnus : 1 (session.jsonl)" in said.replace("\u00a0", " ")


def test_an_impossible_power_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "emissions.csv"
    path.write_text(HEADER + "\n" + ROW.format(n=1, cpu="1e9", total="1e9") + "\n", "utf-8")
    text = sobria(tmp_path, "import", str(path), code=1).stdout
    assert "1 mise de côté" in text and "aucune machine n'en demande autant" in text


def test_a_file_that_is_no_calculation_is_not_replayed(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for content in ("{}", "a,b", "[]"):
        path.write_text(content)
        assert "replay" in sobria(tmp_path, "explain", "--replay", str(path), code=1).stderr


def test_an_unknown_language_or_an_empty_home_is_usage(tmp_path: Path) -> None:
    for line in (["totals", "--lang", "de"], ["totals", "--home"], ["totals", "--home", ""], ["totals", "--home= "]):
        done = sobria_process(*line, code=2)
        assert line[1].strip("= ") in done.stderr and done.stdout == ""
        body = json.loads(sobria_process(*line[:1], "--json", *line[1:], code=2).stdout)["error"]
        assert body["code"] == "usage" and body["fr"].startswith("--lang attend") and body["en"].startswith("--lang")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("estimate --it-energy-kwh 1 --it-energy-kwh 1000", "--it-energy-kwh"),
        ("estimate --model gpt-4o --model=qwen3-8b --output-tokens 9", "--model"),
        ("indicators --period 2025 --period 2026", "--period"),
        ("register show x --home a --home b", "--home"),
        ("places add --service a --service b", "--service"),
        ("track --project a --project b -- true", "--project"),
    ],
)
def test_an_option_that_is_no_list_is_given_once(tmp_path: Path, line: str, name: str) -> None:
    for lang, said in (
        ("fr", f"L'option {name} est donnée plusieurs fois"),
        ("en", f"The option {name} is given several"),
    ):
        done = answered("--home", str(tmp_path), "--lang", lang, *line.split(), "--json")
        assert done.returncode == 2 and spaced(done.stderr).startswith(said)  # noqa: PLR2004
        if "--json" not in line and "track" not in line:
            assert json.loads(done.stdout)["error"]["code"] == "usage"
    assert not list(tmp_path.iterdir())


def test_an_option_that_is_a_list_is_given_as_often_as_wanted(tmp_path: Path) -> None:
    """And a flag means the same twice."""
    file = tmp_path / "calls.csv"
    file.write_text("when,model,read,written\n2026-03-01T10:00:00Z,gpt-4o,100,200\n", "utf-8")
    names = ("start=when", "input_tokens=read", "output_tokens=written", "service:=b", "requests:=1")
    columns = [part for name in names for part in ("--columns", name)]
    body = json.loads(sobria(tmp_path / "home", "import", str(file), *columns, "--json", "--json").stdout)
    assert body["accepted"] == 1


def test_a_method_refuses_the_options_that_it_does_not_read(tmp_path: Path) -> None:
    line = "estimate --method ecologits-0.11.3 --provider openai --model gpt-4o --output-tokens 400 --zone FRA"
    sobria(tmp_path, *line.split(), "--explain", "--json")
    for lang, said in (("fr", "ne lit pas --pue, --requests"), ("en", "does not read --pue, --requests")):
        assert said in sobria(tmp_path, *line.split(), "--requests", "1", "--pue", "3", code=2, lang=lang).stderr


def test_what_stops_the_command_stops_the_server(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "estimator.cli", "--home", str(tmp_path), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        port = int(re.findall(r"127\.0\.0\.1:(\d+)", served.stdout.readline())[0])
        served.terminate()
        served.wait(30)
    with socket.socket() as asked:
        assert asked.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_text_of_indicators_says_where_promises_and_uses_are(metropole: Path, lang: str) -> None:
    """Neither is in the text: its last line names the options that give them, and they do."""
    last = sobria(metropole, "indicators", lang=lang).stdout.strip().splitlines()[-1]
    assert {"--json", "--out"} <= set(re.findall("--[a-z]+", last)) and (" use" in last or "usage" in last)
    told = json.loads(sobria(metropole, "indicators", "--json").stdout)
    assert told["charter"] and told["uses"]


ANSWER, ELSEWHERE = ("--model", "gpt-4o"), ("--method", "ecologits-0.11.3", "--provider", "openai", "--model", "gpt-4o")


@pytest.mark.parametrize(
    ("given", "option", "typed"),
    [
        (ANSWER, "output-tokens", "99999999999999999999"),
        (ANSWER, "output-tokens", "-1 200,50"),
        (ELSEWHERE, "output-tokens", "-1 200,50"),
        *((("--data-gb", "1"), name, typed) for name in ("pue", "wue") for typed in ("1 200,50", "-0,10", "1e20")),
        (("--device", "gpu/h100", "--device-hours", "9"), "load", "12,0"),
        (("--device", "gpu/h100", "--device-hours", "9"), "occupancy", "1 200"),
        (("--device", "gpu/h100", "--device-hours", "9"), "lifetime-years", "0,10"),
    ],
)
def test_a_number_that_is_refused_is_quoted_as_it_was_typed(
    tmp_path: Path, given: tuple[str, ...], option: str, typed: str
) -> None:
    """Twenty nines were quoted as 1e+20, and a WUE of 1 200,50 as « 1,2 m³/kWh », of 0 to 20."""
    told = sobria(tmp_path, "estimate", *given, f"--{option}={typed}", code=1).stderr
    assert f"--{option} : « {typed} » a été lu" in spaced(told)


def test_tokens_kept_in_cache_are_told_with_all_their_digits(tmp_path: Path) -> None:
    """They were 1e+09."""
    given = ("--model", "gpt-4o", "--output-tokens", "9", "--input-tokens", "12345,5", "--cached-tokens", "1e9")
    told = sobria(tmp_path, "estimate", *given, code=1).stderr
    assert "1 000 000 000 jetons gardés en mémoire pour 12 345,5 jetons lus" in spaced(told)


@pytest.mark.parametrize(
    ("given", "fr", "en"),
    [
        (("report", "reen"), "Il manque --out.", "--out is missing."),
        (
            ("estimate", "--requests", "1,200"),
            "Pour --requests, « 1,200 » peut se lire 1200 ou 1,2 : écrivez l'un ou l'autre.",
            "For --requests, “1,200” can be read 1200 or 1.2: write one or the other.",
        ),
        (
            ("when", "--hours", "1.200"),
            "Pour --hours, « 1.200 » peut se lire 1200 ou 1,2 : écrivez l'un ou l'autre.",
            "For --hours, “1.200” can be read 1200 or 1.2: write one or the other.",
        ),
        (
            ("track", "--stop-at", "1.250 kWh", "--", "true"),
            "Pour --stop-at, « 1.250 » peut se lire 1250 ou 1,25 : écrivez l'un ou l'autre.",
            "For --stop-at, “1.250” can be read 1250 or 1.25: write one or the other.",
        ),
        (
            ("track", "--window", "1.200 min", "--", "true"),
            "Pour --window, « 1.200 » peut se lire 1200 ou 1,2 : écrivez l'un ou l'autre.",
            "For --window, “1.200” can be read 1200 or 1.2: write one or the other.",
        ),
        (
            ("estimate", "--requests", "abc"),
            "Pour --requests, « abc » a été lu. Un nombre était attendu, écrit par exemple 1200 ou 0.5.",
            "For --requests, “abc” was read. A number was expected, written for example 1200 or 0.5.",
        ),
        (
            ("estimate", "--requests", ""),
            "Pour --requests, rien n'a été lu. Un nombre était attendu, écrit par exemple 1200 ou 0.5.",
            "For --requests, nothing was read. A number was expected, written for example 1200 or 0.5.",
        ),
        (
            ("estimate", "--method", "x"),
            "Pour --method, « x » a été lu. Était attendu : sobria, ecologits-0.11.3.",
            "For --method, “x” was read. Expected: sobria, ecologits-0.11.3.",
        ),
        (
            ("estimate", "--model", "gpt-4o", "--output-tokens", "100", "--latency-s", "2"),
            "La méthode sobria ne lit pas --latency-s",
            "The method sobria does not read --latency-s",
        ),
        (("when", "--hours", "99"), "Un nombre inférieur ou égal à 23 était attendu.", "A number of 23 or less was"),
        (("when", "--hours", "2", "--now", "99"), "Une heure était attendue, par exemple 09:30.", "A time of day was"),
        (("when", "--hours", "2", "--day", "6"), "Une date était attendue, par exemple 2026-06-01.", "A date was"),
        (
            ("explain", "--replay", "/none"),
            "« /none » a été lu : ce fichier ou ce dossier n'existe pas.",
            "no such file",
        ),
        (
            ("ledger", "merge", "l'été/x.json"),
            "« l'été/x.json » a été lu : ce fichier ou",
            '"l\'été/x.json" was read: there is',
        ),
        (
            ("ledger", "merge", "/"),
            "« / » a été lu : c'est un dossier, et un fichier",
            "it is a folder, and a file was",
        ),
        (
            ("report", "reen-rollup", __file__, "--out", "x.html"),
            "c'est un fichier, et un dossier",
            "it is a file, and a folder",
        ),
        (("estimate", "--foo", "3"), "L'option --foo n'existe pas.", "There is no option --foo."),
        (("estimate", "--zone"), "L'option --zone attend une valeur.", "The option --zone wants a value."),
        (("bogus",), "La commande « bogus » n'existe pas.", 'There is no command "bogus".'),
        (("totale",), "« totale » n'existe pas. Vouliez-vous dire : totals ?", '"totale". Did you mean: totals?'),
        (("places", "lst"), "« lst » n'existe pas. Vouliez-vous dire : list ?", '"lst". Did you mean: list?'),
        (("estimate", "--zon", "FRA"), "--zon n'existe pas. Vouliez-vous dire : --zone", "Did you mean: --zone"),
        (("totals", "x"), "En trop : x.", "Too much: x."),
    ],
)
def test_a_wrong_command_line_is_said_in_both_languages(tmp_path: Path, given: tuple, fr: str, en: str) -> None:
    for lang, said in (("fr", fr), ("en", en)):
        assert said in spaced(sobria(tmp_path, *given, code=2, lang=lang).stderr)


def _commands(command: Any) -> Iterator[Any]:
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from _commands(inner)


def _options(command: Any) -> list[str]:
    return [parameter.name for parameter in command.get_params(typer.Context(command))]


def _parameters(command: Any, path: str = "sobria") -> Iterator[tuple[str, Any]]:
    yield from ((f"{path} {parameter.name}", parameter) for parameter in command.params)
    for name, inner in getattr(command, "commands", {}).items():
        yield from _parameters(inner, f"{path} {name}")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_option_and_argument_has_its_sentence(lang: str) -> None:
    command = typer.main.get_command(application())
    localise(command, lang)
    every = [set(_options(one)) for one in _commands(command)]
    assert len(every) > 70 and all({"home", "lang", "help"} <= one for one in every)  # noqa: PLR2004
    bare = [path for path, one in _parameters(command) if not re.fullmatch(r".{10,}\.", one.help or "", re.DOTALL)]
    assert not bare


@pytest.mark.parametrize("line", [("-h",), ("totals", "-h"), ("register", "move", "--help"), ("places",)])
def test_a_help_speaks_one_language(tmp_path: Path, line: tuple[str, ...]) -> None:
    """None of the library's English words, the two global options, no type in angle brackets."""
    text = sobria(tmp_path, *line, code=2 if line == ("places",) else 0).stdout
    assert "Usage :" in text and re.search("--home +DOSSIER", text) and "Afficher cette aide." in text
    assert not re.search(r"Commands|required|Show this|default:|<\w+>", text)


@pytest.mark.parametrize(
    ("said", "lang"),
    [
        ({"LANGUAGE": "en", "LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANGUAGE": "fr_FR:en", "LC_ALL": "en_US.UTF-8"}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "fr"),
    ],
)
def test_a_command_speaks_the_language_that_the_terminal_names(tmp_path: Path, said: dict[str, str], lang: str) -> None:
    """As gettext has it, LANGUAGE before the locale: it can be said where no locale is installed."""
    line = [sys.executable, "-m", "estimator.cli", "--home", str(tmp_path), "totals"]
    kept = {k: v for k, v in os.environ.items() if k not in ("LANGUAGE", "LANG") and not k.startswith("LC_")}
    done = subprocess.run(line, env=kept | said, capture_output=True, text=True, check=True)
    assert say("cli", "nothing_yet", lang, home=tmp_path) in done.stdout
