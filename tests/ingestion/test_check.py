"""`sobria check` says what an import would do, and does nothing of it."""

import json
import re
from pathlib import Path

import pytest

from estimator.catalogue.load import load
from estimator.cli.check import check_text
from estimator.core import parquet_files
from estimator.core.errors import LANGUAGES, one_of, sentences, texts
from estimator.ingestion.checked_file import FileCheck
from estimator.ingestion.dry_run import check_paths, known_lines, looks
from estimator.ingestion.importing import import_paths
from estimator.ingestion.readers import ReadResult
from estimator.ledger import Account, Ledger
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from tests.ingestion.formats import FORMATS, SAMPLES, result_of
from tests.support import sobria
from tests.traces_support import TRACES, context

GATEWAY = FORMATS / "litellm.jsonl"


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_check_announces_the_account_of_the_import_and_writes_nothing(tmp_path: Path) -> None:
    paths = [FORMATS, TRACES / "good"]
    import_paths(Ledger(tmp_path), [GATEWAY], context())
    before = contents(tmp_path)
    announced = check_paths(tmp_path, paths, context())
    assert contents(tmp_path) == before
    done = import_paths(Ledger(tmp_path), paths, context())
    assert announced.account == done.account
    assert [file.name for file in announced.files] == [file.name for file in done.files]
    assert announced.account.duplicates >= 7 and announced.account.superseded


def test_check_in_a_home_that_does_not_exist_does_not_make_it(tmp_path: Path) -> None:
    found = json.loads(sobria(tmp_path / "neuf", "check", str(GATEWAY), "--json").stdout)
    assert not (tmp_path / "neuf").exists()
    assert found["account"] == {
        "files": 1,
        "read": 7,
        "accepted": 3,
        "superseded": 0,
        "quarantined": 4,
        "duplicates": 0,
        "waiting": 0,
        "withdrawn": 0,
        "supersedes": 0,
        "again": 0,
    }
    (file,) = found["files"]
    assert (file["reader"], file["proofs"]) == ("litellm", {"estimated": 3})
    assert [(reason["code"], reason["line"]) for reason in file["refused"]] == [
        ("gateway_cache", 3),
        ("no_work", 4),
        ("bad_moment", 6),
        ("broken_line", 7),
    ]
    assert "messages" in file["left_out"] and file["error"] is None


def test_check_speaks_to_people(tmp_path: Path) -> None:
    usage = tmp_path / "openai_usage.json"
    usage.write_text((FORMATS / "openai_usage.json").read_text("utf-8").replace("dall-e-3", "pinceau-9"), "utf-8")
    said = sobria(tmp_path, "check", str(usage)).stdout
    assert "usage d'une organisation OpenAI, 8 lignes lues" in said
    assert "Lignes d'électricité estimée : 3" in said
    assert "Absents de la table des modèles : pinceau-9" in said
    assert "Champs non repris, dont seul le nom est lu, 1 : note" in said
    assert said.rstrip().endswith("Rien n'a été écrit.")
    assert "Nothing was written." in sobria(tmp_path, "check", str(GATEWAY), lang="en").stdout


def test_rows_that_an_import_will_not_add_are_neither_counted_nor_to_be_checked(tmp_path: Path) -> None:
    """The 3 rows of one file under three names are 3; once it is known whole, none."""
    paths = [tmp_path / f"{name}.jsonl" for name in "abc"]
    for path in paths:
        path.write_bytes(GATEWAY.read_bytes())

    def counted(home: Path, paths: list[Path]) -> tuple[int, int]:
        files = check_paths(home, paths, context()).files
        return sum(f.proofs.total() for f in files), sum(f.checks.total() for f in files)

    one = counted(tmp_path / "home", paths[:1])
    assert one == (3, 8) and counted(tmp_path / "home", paths) == one
    import_paths(Ledger(tmp_path / "home"), paths[:1], context())
    assert counted(tmp_path / "home", paths) == (0, 0)


def test_a_row_of_which_another_reading_counts_is_not_counted_in_its_file(tmp_path: Path) -> None:
    """Calls a and b, a sent again with the name of a model that is known: 3 rows, of which an import accepts 2, both of
    estimated electricity. Of the next file, a third reading of b stands for that of before, and c is of a model that no
    table has: 2 accepted of 2 again, one of each."""
    call = {"call_type": "acompletion", "total_tokens": 150, "status": "success", "cache_hit": "False", "metadata": {}}
    call |= {"startTime": "2026-03-02T10:00:00Z", "prompt_tokens": 100}
    call |= {"completion_tokens": 50, "spend": 0.001, "request_tags": ["service:accueil"]}
    log = tmp_path / "log.jsonl"

    def looked(*calls: tuple[str, str]) -> tuple[Account, FileCheck]:
        ends = (f"2026-03-02T10:00:0{3 + n}Z" for n in range(len(calls)))
        rows = [call | {"request_id": name, "model": model, "endTime": next(ends)} for name, model in calls]
        log.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        found = check_paths(tmp_path / "home", [log], context())
        imported = import_paths(Ledger(tmp_path / "home"), [log], context()).account
        assert found.account == imported
        return imported, found.files[0]

    known = "gpt-4o-mini"
    account, file = looked(("a", "my-model"), ("b", known), ("a", known))
    assert (account.accepted, account.superseded) == (2, 1)
    told = file.as_dict()
    assert (told["proofs"], told["unknown_models"]) == ({"estimated": 2}, [])
    assert {check["count"] for check in told["checks"]} == {2}
    account, file = looked(("c", "my-model"), ("b", "gpt-4o"))
    told = file.as_dict()
    assert (account.accepted, account.superseded) == (2, 0)
    assert (told["proofs"], told["unknown_models"]) == ({"estimated": 1, "not_estimable": 1}, ["my-model"])


def test_a_row_of_several_proofs_says_which_component_each_is_of() -> None:
    """Two rows whose cards are read by a meter, one whose memory is estimated: 0.3 of 0.4 kWh are measured, 75 %."""
    modes = {s.proof: s.id for s in load().subjects.values() if s.kind == "mode"}
    read = {"gpu_mode": modes["measured"], "ram_mode": modes["estimated"]}
    row = result_of(SAMPLES[0].read_bytes(), SAMPLES[0].name).rows[0].model_copy(update=read)
    none = {f"{part}_energy_kwh": None for part in ("cpu", "gpu", "ram", "other", "site")}
    kwh = ({"gpu_energy_kwh": 0.1, "ram_energy_kwh": 0.1}, {"gpu_energy_kwh": 0.2})
    found = FileCheck("f", "codecarbon")
    found.look_at(ReadResult([row.model_copy(update=none | one) for one in kwh], [], 2))
    body = found.as_dict()
    assert body["proofs"] == {"measured": 2, "estimated": 1}
    assert {proof: told["fr"] for proof, told in body["components"].items()} == {
        "measured": "cartes de calcul",
        "estimated": "mémoire",
    }
    assert body["shares"] == pytest.approx({"measured": 0.75, "estimated": 0.25})
    said = check_text(
        {
            "files": [body],
            "not_recognised": [],
            "left": [],
            "replaces": {},
            "account": Account(1, 2, 2, 0, 0, 0).as_dict(),
        },
        "fr",
    )
    assert "Lignes d'électricité mesurée (cartes de calcul) : 2" in said
    assert "Part des kWh lus : 75 % mesuré, 25 % estimé" in said.replace("\u00a0", " ")


def test_a_file_that_is_no_trace_is_said_and_fails(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("bonjour", "utf-8")
    done = sobria(tmp_path, "check", str(tmp_path / "notes.txt"), code=1)
    assert "notes.txt n'est pas une trace connue" in done.stdout


def test_rows_in_a_table_are_counted_as_rows_one_by_one() -> None:
    """Rows of every format, each also with one energy or one count gone or zero: proofs, checks, unknown models."""
    rows = [row for path in SAMPLES for row in result_of(path.read_bytes(), path.name).rows]
    for change in ("cpu_energy_kwh", "gpu_energy_kwh", "other_energy_kwh", "output_tokens", "device_hours", "model"):
        rows += [row.model_copy(update={change: None}) for row in rows[: len(SAMPLES) * 4]]
    rows += [row.model_copy(update={"output_tokens": 0.0, "device_hours": 1.0}) for row in rows]
    rows += [row.model_copy(update={"model": "pinceau-9"}) for row in rows if row.model and row.output_tokens]
    one_by_one, together = FileCheck("f"), FileCheck("f")
    one_by_one.look_at(ReadResult(rows, [], len(rows)))
    together.look_at(ReadResult([], [], len(rows), table=parquet_files.table_of(rows, ACTIVITY_SCHEMA)))
    for told in ("read", "proofs", "checks", "unknown_models"):
        assert getattr(together, told) == getattr(one_by_one, told) and getattr(together, told)


@pytest.mark.parametrize(("model", "told"), [("mistral-large-3", "not_estimable"), ("whisper-large-v3", "estimated")])
def test_check_promises_no_estimate_of_sound_that_a_model_does_not_hear(tmp_path: Path, model: str, told: str) -> None:
    """The build knows no electricity of a second of sound of a model that writes."""
    head, row = "date;heures de son;modèle;poste;pays;service", f"2026-03-03;3,5;{model};station de travail;France;s"
    (tmp_path / "son.csv").write_text(f"{head}\n{row}\n", "utf-8")
    (file,) = check_paths(tmp_path / "home", [tmp_path / "son.csv"], context()).files
    assert dict(file.proofs) == {told: 1}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_to_be_checked_is_said_in_sentences_of_one_colon(lang: str) -> None:
    """« 7 lignes à vérifier. Au pire, les processeurs auraient tiré… »: each check and remark that may be said of rows,
    as Brancher and `sobria check` compose it, its quotations and asides left out."""
    facts = {"read": "9 W", "allowed": "1 W", "place": "XX", "model": "m", "column": "seats"}
    remarks = (
        "session_alike",
        "declared_already",
        "declared_before",
        "sidecar_unused",
        "sidecar_fields",
        "exported_runs",
    )
    for section, key, codes in (("checks", "at_worst", texts("checks", lang)), ("remarks", "for_instance", remarks)):
        for code, said in ((code, texts(section, lang)[code]) for code in codes):
            told = dict.fromkeys(re.findall(r"{(\w+)", said), 3) | facts
            look = one_of(7, key, sentences(section, code, **told)) | {"count": 7}
            file = {"name": "a.csv", "unknown_models": [], "refused": [], "checks": [look], "alike": []}
            ((line, _),) = looks([file], lang)
            bare = re.sub(r"« .*? »|“.*?”|\(.*?\)", "", line)
            assert [part for part in re.split(r"[.?!] ", bare) if len(re.findall(r":(?= |$)", part)) > 1] == []
            assert re.search(r"[.?] [a-zéà]", bare) is None, line


def test_rows_set_aside_twice_are_counted_once_in_a_dry_run(tmp_path: Path) -> None:
    """One bad line under two names is 1 of the first and none of the second, as in the account; once it is known and
    aside, none, and the account says that it still is."""
    paths = [tmp_path / f"{name}.csv" for name in "ab"]
    for path in paths:
        path.write_text("product;seats;from\nchatgpt;dix;2026-01-01\n", "utf-8")
    files = check_paths(tmp_path / "home", paths, context()).as_dict()
    assert [sum(r["count"] for r in f["refused"]) for f in files["files"]] == [1, 0]
    assert files["account"]["quarantined"] == 1
    import_paths(Ledger(tmp_path / "home"), paths[:1], context())
    again = check_paths(tmp_path / "home", paths, context()).as_dict()
    assert [f["refused"] for f in again["files"]] == [[], []] and again["account"]["waiting"] == 2
    assert "Déjà connues, et de côté : 2 lignes." in " ".join(known_lines(again, "fr"))
