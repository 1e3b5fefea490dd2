"""What the command says whatever it is given to say it on, and how it ends when it is stopped."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from estimator.cli.streams import Output, json_of
from estimator.core.errors import SobriaError, reason_of, say
from tests.support import answered, sobria

COMMAND = [sys.executable, "-m", "estimator.cli"]
SHOW = ("factors", "show", "grid_gwp/FRA/2025")


def run(*line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *line], env=os.environ | environment, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("line", "environment", "said"),
    [
        (("estimate", "--it-energy-kwh", "1", "--zone", "FRA"), {"PYTHONIOENCODING": "ascii"}, b"?lectricit? du site"),
        (("totals",), {"PYTHONIOENCODING": "latin-1"}, "Aucune mesure encore".encode("latin-1")),
        (("estimate", "--zon"), {"PYTHONIOENCODING": "ascii"}, b"n'existe pas"),
        (
            ("estimate", "--it-energy-kwh", "1", "--zone", "é"),
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            b"?lectricit? du site",
        ),
        (("import", "\udcff"), {}, b"Rien n'en est lu. Renommez"),  # a name that is no text
        (("--help",), {"PYTHONIOENCODING": "ascii"}, b"SobrIA : ce que co?tent"),
    ],
)
def test_a_sign_that_a_terminal_has_not_stops_nothing(
    tmp_path: Path, line: tuple[str, ...], environment: dict[str, str], said: bytes
) -> None:
    done = run("--home", str(tmp_path), "--lang", "fr", *line, **environment)
    assert said in done.stdout + done.stderr and b"Traceback" not in done.stderr


def test_json_keeps_its_signs_on_an_output_that_is_not_utf_8(tmp_path: Path) -> None:
    line = ("--home", str(tmp_path), *SHOW, "--json")
    plain = run(*line, PYTHONIOENCODING="ascii").stdout
    assert plain.isascii() and json.loads(plain) == json.loads(run(*line, PYTHONIOENCODING="utf-8").stdout)
    with patch.object(sys, "stdout", None):
        assert json.loads(json_of({"a": "é𝄞"}))["a"] == "é𝄞"


@pytest.mark.parametrize("line", [("factors", "list"), SHOW, (*SHOW, "--json"), ("--help",), ("--version",)])
def test_an_output_that_is_full_is_not_the_folder(tmp_path: Path, line: tuple[str, ...]) -> None:
    """More than a buffer holds, or less: written as it comes, or at the end."""
    for lang in ("fr", "en"):
        with open("/dev/full", "w") as full:
            environment = os.environ | {"LANGUAGE": lang}
            call = [*COMMAND, "--home", str(tmp_path), *line]
            done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False)
        reason = say("system", "ENOSPC", lang)
        assert (done.returncode, done.stderr.strip()) == (1, say("errors", "output_refused", lang, reason=reason))


@pytest.mark.parametrize("line", [("factors", "list"), SHOW])
def test_an_output_that_nobody_reads_any_more_ends_the_command_without_a_word(line: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, *line], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_an_error_of_a_file_stays_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = answered("--home", str(tmp_path / "file"), "--lang", "fr", "build")
    assert (
        done.stderr.startswith(f"{tmp_path / 'file'}") and "un fichier, là où un dossier était attendu" in done.stderr
    )
    assert Output(sys.stdout).encoding == sys.stdout.encoding


LOADING = """
def stop(name, *_):
    if name == "estimator.catalogue.load":
        sys.meta_path.pop(0)
        os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, type("", (), {"find_spec": stop}))
main()
"""
WORKING = """
with patch("estimator.tracking.diagnosis.diagnose", side_effect={error}):
    main()
"""


@pytest.mark.parametrize(
    "moment", [LOADING, *(WORKING.format(error=e) for e in ("KeyboardInterrupt", "RuntimeError('Query interrupted')"))]
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_command_that_is_interrupted_says_so_in_a_sentence(moment: str, lang: str) -> None:
    """While it is being loaded, and as it works, by Python or by DuckDB."""
    script = f"""
import os, signal, sys
from unittest.mock import patch
from estimator.cli import main
sys.argv = ["sobria", "--lang", {lang!r}, "doctor", "--json"]
{moment}
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (130, say("errors", "interrupted", lang))
    assert json.loads(done.stdout)["error"] == SobriaError("interrupted").as_dict()


def test_the_reason_of_a_system_is_in_the_language_of_the_reader(tmp_path: Path) -> None:
    """And as the system says it where it is rare."""
    for lang, said in (("fr", "ce fichier ou ce dossier n'existe pas"), ("en", "no such file or folder")):
        assert f"({said})" in sobria(tmp_path, "import", str(tmp_path / "absent.csv"), code=1, lang=lang).stdout
    assert reason_of(OSError(33, "Numerical argument out of domain"))["fr"] == "Numerical argument out of domain"
    assert reason_of(OSError("alone")) == {"fr": "alone", "en": "alone"}


@pytest.mark.parametrize(
    ("line", "fr", "en"),
    [
        (("estimate", "--model", "", "--images", "9"), "des modèles. « sobria models", 'of models. "sobria models'),
        (("factors", "show", "nope"), "« nope ». « sobria factors", '"nope". "sobria factors'),
        (("estimate", "--it-energy-kwh", "1", "--pue", "0.5"), "--pue : « 0.5 » a", "--pue: “0.5” was"),
        (("estimate", "--it-energy-kwh", "1", "--wue", "99"), "de 0 à 20", "from 0 to 20"),
    ],
)
def test_a_refusal_names_the_option_and_no_name_where_none_is_alike(
    tmp_path: Path, line: tuple[str, ...], fr: str, en: str
) -> None:
    for lang, said in (("fr", fr), ("en", en)):
        told = sobria(tmp_path, *line, code=1, lang=lang).stderr
        assert said in told and ": -" not in told and ": ." not in told


def test_names_that_are_alike_are_still_told(tmp_path: Path) -> None:
    assert "gpt-4o" in sobria(tmp_path, "estimate", "--model", "gpt-4oo", "--output-tokens", "9", code=1).stderr


@pytest.mark.parametrize(
    ("content", "key"), [(b"\xff\xfe\x00", "no_text"), (b"[1,", "no_json"), (b"{}", "no_list"), (b"[1]", "no_list")]
)
def test_a_file_of_cases_that_is_none_is_said_in_words(tmp_path: Path, content: bytes, key: str) -> None:
    (tmp_path / "bin.csv").write_bytes(content)
    for lang in ("fr", "en"):
        told = sobria(tmp_path, "validate", str(tmp_path / "bin.csv"), code=1, lang=lang).stderr
        assert say("cases_read", key, lang) in told and "Error" not in told


def test_a_command_to_copy_holds_the_name_of_a_file_as_one_word(tmp_path: Path) -> None:
    """A space, brackets and an apostrophe, which a shell would cut or read."""
    given = tmp_path / "mes jetons (d'août).csv"
    given.write_text("une,deux\n1,2\n", "utf-8")
    said = sobria(tmp_path / "home", "import", str(given), code=1)
    told = re.search(r"sobria import (.+?) --columns", said.stdout + said.stderr)
    assert told and shlex.split(told[1]) == [given.name]
