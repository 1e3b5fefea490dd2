"""Each file that an import leaves of a folder has its reason, as when it is named."""

import json
from pathlib import Path

import pytest

from tests.ingestion.formats import FORMATS
from tests.support import sobria

LEFT = {
    "gateway.jsonl.2.gz": "packed",
    "emissions.txt": "table",
    "script.py": "ending",
    "linked/": "linked",
    ".git/": "hidden",
    "a/.hidden.csv": "hidden",
    "dossier.json": "not_a_trace",
    "vide.log": "empty_file",
    "gone.json": "unreadable_file",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of a gateway beside one file of each kind that is left."""
    place = tmp_path / "logs"
    for name in (*LEFT, ".git/config.csv"):
        if not name.endswith("/"):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text("", "utf-8")
    (place / "emissions.txt").write_text("timestamp,project_name,duration,emissions,energy_consumed\n", "utf-8")
    (place / "dossier.json").write_text('{"prompt": "dossier de Mme Untel"}', "utf-8")
    (place / "gone.json").unlink()
    (place / "gone.json").symlink_to(place / "nowhere")
    (place / "linked").symlink_to(tmp_path)
    (place / "gateway.jsonl").write_bytes((FORMATS / "litellm.jsonl").read_bytes())
    return place


def test_check_says_of_each_file_why_it_is_left(folder: Path, tmp_path: Path) -> None:
    found = json.loads(sobria(tmp_path / "home", "check", str(folder), "--json").stdout)
    assert {name: one["code"] for one in found["left"] for name in one["names"]} == LEFT
    assert sorted(found["not_recognised"]) == sorted(LEFT)
    said = sobria(tmp_path / "home", "check", str(folder)).stdout.replace("\u00a0", " ")
    assert "Vus et non reconnus, qu'un import laisserait : 9.\n" in said
    assert "Compressés, dont rien n'a été lu : gateway.jsonl.2.gz." in said
    assert "dossier.json n'est pas une trace connue" in said and "Untel" not in said


def test_a_folder_of_files_that_are_all_left_has_their_reasons(folder: Path, tmp_path: Path) -> None:
    (folder / "gateway.jsonl").unlink()
    assert "vide.log" in sobria(tmp_path / "home", "check", str(folder), code=1).stdout


def test_an_import_says_what_is_compressed(folder: Path, tmp_path: Path) -> None:
    said = sobria(tmp_path / "home", "import", str(folder)).stdout.replace("\u00a0", " ")
    assert "Compressés, dont rien n'a été lu : gateway.jsonl.2.gz." in said
