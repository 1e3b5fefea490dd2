"""A home in an archive and back: equal to the digit, or refused."""

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from estimator.governance.register.register import author
from estimator.ledger import Ledger, archive
from estimator.ledger.archive import export, restore
from estimator.ledger.compaction import compact
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.withdrawals import Target, withdraw
from tests.ledger.test_compacting import said
from tests.ledger.test_ledger import bring, snapshot
from tests.support import refuses, sobria
from tests.traces_support import text


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Imports, a refused row, a compaction and a withdrawal."""
    home = tmp_path_factory.mktemp("filled")
    for n in range(1, 4):
        bring(home, text(snapshot("a", n, 60 * n, n), {"cpu_energy": -n}))
    compact(Ledger(home))
    bring(home, text(snapshot("wrong", 9, 60, 9)), name="essai.csv")
    withdraw(Ledger(home), Target("file", "essai.csv"), author("DSI", "essai"))
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """A copy, which a test may change."""
    return Path(shutil.copytree(filled, tmp_path / "home"))


@pytest.mark.parametrize("name", ["registre.tar", "registre"])
def test_what_comes_back_is_what_left(home: Path, tmp_path: Path, name: str) -> None:
    archive, other = tmp_path / name, tmp_path / "other"
    body = export(Ledger(home), archive)
    assert body["account"] == reconcile(Ledger(home)).as_dict() and body["files"] > 5
    assert restore(archive, other) == reconcile(Ledger(home))
    assert Ledger(other).names() == Ledger(home).names() and said(other) == said(home)
    assert bring(other, text(snapshot("a", 1, 60, 1))).duplicates == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, "home", "other"]), "nothing is left beside"


def files(home: Path) -> dict[str, bytes]:
    return {p.relative_to(home).as_posix(): p.read_bytes() for p in sorted(home.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("name", ["dossier.tar", "dossier"])
def test_what_people_said_beside_the_ledger_comes_back_too(home: Path, tmp_path: Path, name: str) -> None:
    """Byte for byte; what is made again, what is in progress, locks and drafts stay out, and so do older backups."""
    said_of = (
        "settings.toml", "register/1.json", "places/1.json", "commitments/1.json", "collect/tokens/1.json",
        "changes/1.json", "factors/devices.csv", "authorities/x.json", "traces/run.csv",
    )  # fmt: skip
    for told in (*said_of, "builds/1.duckdb", "spool/run.csv", ".lock", "register/.2.json.tmp"):
        (home / told).parent.mkdir(exist_ok=True, parents=True)
        (home / told).write_text("# é")
    with refuses("archive_inside", match="the next backup would hold it"):
        export(Ledger(home), home / name)
    export(Ledger(home), tmp_path / name)
    restore(tmp_path / name, tmp_path / "other")
    held, back = files(home), files(tmp_path / "other")
    assert {told for told in back if not told.startswith("ledger/")} == {*said_of, "home.toml"}
    assert all(held[told] == data for told, data in back.items())
    assert {n for n in held if n.startswith("ledger/") and "/." not in n} <= set(back)


def test_an_archive_of_the_ledger_alone_is_still_read(home: Path, tmp_path: Path) -> None:
    """As written before: version 1, without the register."""
    export(Ledger(home), tmp_path / "dossier")
    manifest = tmp_path / "dossier" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": 1}))
    assert restore(tmp_path / "dossier", tmp_path / "other") == reconcile(Ledger(home))
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": 3}))
    with refuses("archive_torn"):
        restore(tmp_path / "dossier", tmp_path / "later")


def test_nothing_is_written_over(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "registre.tar"
    export(Ledger(home), archive)
    with refuses("archive_exists"):
        export(Ledger(home), archive)
    used = tmp_path / "used"
    used.mkdir()
    (used / "settings.toml").write_text('zone = "FRA"\n')
    for place in (home, used, archive):
        with refuses("home_not_empty"):
            restore(archive, place)
    (tmp_path / "empty").mkdir()
    assert restore(archive, tmp_path / "empty").faults == ()


def changed(archive: Path, how: str) -> None:
    """Harm an archive in one way."""
    data = archive.read_bytes()
    if how == "cut":
        archive.write_bytes(data[: len(data) // 2])
    elif how == "a bit":
        place = data.index(b"PAR1") + 30
        archive.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    elif how == "not one":
        archive.write_text("bonjour")
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(archive.with_name("inside"), filter="data")
        inside = archive.with_name("inside")
        manifest = json.loads((inside / "manifest.json").read_text())
        if how == "a space":
            record = next((inside / "ledger" / "imports").iterdir())
            record.write_text(record.read_text() + " ")
        elif how == "one less":
            next(inside.rglob("part-*.parquet")).unlink()
        elif how == "one more":
            (inside / "ledger" / "more.txt").write_text("?")
        elif how == "one out of both":
            victim = next(inside.rglob("month=202603/part-*.parquet"))
            del manifest["sha256"][victim.relative_to(inside).as_posix()]
            victim.unlink()
        elif how == "elsewhere":
            (inside / "ledger" / "x").write_text("?")
            manifest["sha256"]["../x"] = manifest["sha256"].get("ledger/x", "0")
        (inside / "manifest.json").write_text(json.dumps(manifest))
        archive.unlink()
        with tarfile.open(archive, "w") as tar:
            for path in sorted(p for p in inside.rglob("*") if p.is_file()):
                tar.add(path, path.relative_to(inside).as_posix())
        shutil.rmtree(inside)


@pytest.mark.parametrize(
    "how", ["cut", "a bit", "a space", "not one", "one less", "one more", "one out of both", "elsewhere"]
)
def test_a_torn_archive_is_refused_and_leaves_nothing(home: Path, tmp_path: Path, how: str) -> None:
    archive = tmp_path / "registre.tar"
    export(Ledger(home), archive)
    changed(archive, how)
    with refuses("archive_torn", match="Nothing was restored"):
        restore(archive, tmp_path / "other")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "registre.tar"]


def harmed(archive: Path, how: str) -> str:
    """Harm what tells what an archive holds, and what is then said of it; the manifest is its last file."""
    with tarfile.open(archive) as tar:
        *files, last = tar.getmembers()
        manifest = json.loads(tar.extractfile(last).read())  # type: ignore[union-attr]
    data, said = bytearray(archive.read_bytes()), f"{len(files)} fichiers lus"
    if how == "header":
        data[last.offset] ^= 1
        said = f"{said}, mais pas manifest.json, attendu en dernier"
    elif how == "first header":
        data[0] ^= 1
        said = "0 fichier lu, puis ce qui suit est coupé ou abîmé"
    elif how == "cut":
        del data[last.offset_data + 9 :]
        said = f"{said}, puis ce qui suit est coupé ou abîmé"
    else:
        bodies = {
            "not JSON": b"{" * last.size,
            "too deep": b"[" * last.size,
            "not UTF-8": b"\xff" * last.size,
            "a list": b"[]".ljust(last.size),
            "no hashes": b"{}".ljust(last.size),
            "hashes that are a list": b'{"version": 2, "sha256": []}'.ljust(last.size),
            "a version to come": json.dumps(manifest | {"version": 9}).encode().ljust(last.size),
        }
        data[last.offset_data : last.offset_data + last.size] = bodies[how]
        said = "manifest.json y est abîmé"
        if how == "a version to come":
            said = "version lue dans manifest.json : 9 ; attendues : 1, 2"
    archive.write_bytes(data)
    return said


@pytest.mark.parametrize(
    "how",
    ["header", "first header", "cut", "not JSON", "too deep", "not UTF-8", "a list", "no hashes"]
    + ["hashes that are a list", "a version to come"],
)
def test_a_torn_archive_says_what_was_read_and_expected(home: Path, tmp_path: Path, how: str) -> None:
    archive = tmp_path / "registre.tar"
    export(Ledger(home), archive)
    said = harmed(archive, how)
    with refuses("archive_torn") as refused:
        restore(archive, tmp_path / "other")
    assert said in refused.value.message("fr").replace("\u202f", " ").replace("\xa0", " ")
    assert "sha256" not in refused.value.message("fr")


def test_names_that_leave_the_home_are_refused(home: Path, tmp_path: Path) -> None:
    import hashlib
    import io

    archive = tmp_path / "evil.tar"
    manifest = {"version": 1, "account": {}, "sha256": {"ledger/../../x": hashlib.sha256(b"x").hexdigest()}}
    with tarfile.open(archive, "w") as tar:
        for name, data in (("ledger/../../x", b"x"), ("manifest.json", json.dumps(manifest).encode())):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    with refuses("archive_torn"):
        restore(archive, tmp_path / "deep" / "other")
    assert not list(tmp_path.rglob("x"))


def test_a_ledger_that_is_not_whole_is_not_exported(home: Path, tmp_path: Path) -> None:
    next((home / "ledger" / "activities").rglob("part-*.parquet")).unlink()
    with refuses("ledger_faulty"):
        export(Ledger(home), tmp_path / "registre.tar")
    assert not (tmp_path / "registre.tar").exists()


def test_the_commands_export_and_restore(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "registre.tar"
    assert "fichiers écrits dans" in sobria(home, "ledger", "export", str(archive)).stdout
    assert "Dossier restauré" in sobria(tmp_path / "other", "ledger", "restore", str(archive)).stdout
    assert "n'est pas vide" in sobria(tmp_path / "other", "ledger", "restore", str(archive), code=1).stderr


def test_of_two_restorations_at_once_the_second_says_that_the_folder_is_full(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one ends while this one verifies: the home is named, not a hidden folder that is gone."""
    export(Ledger(filled), tmp_path / "a.tar")

    def slow(ledger: Ledger) -> object:
        monkeypatch.undo()
        restore(tmp_path / "a.tar", tmp_path / "rr")
        return reconcile(ledger)

    monkeypatch.setattr(archive, "reconcile", slow)
    with refuses("home_not_empty", str(tmp_path / "rr")):
        restore(tmp_path / "a.tar", tmp_path / "rr")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert reconcile(Ledger(tmp_path / "rr")).faults == ()
