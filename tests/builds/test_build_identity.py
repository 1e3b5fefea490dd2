"""A build is named after all that decides its numbers: another line in any of it is another build."""

import ast
import shutil
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest

from estimator.builds import build_identity
from estimator.builds.build import build
from estimator.builds.build_file import BuildFile
from estimator.catalogue.load import load
from estimator.ledger import Ledger
from estimator.ledger.archive import export, restore
from tests.support import activity, append


def test_a_build_is_named_after_every_source_that_decides_its_numbers() -> None:
    """All that the build and its reading import, but what brings rows in: what that decided is in the ledger."""
    folder = Path(str(resources.files("estimator")))
    hashed = {Path(str(file)).relative_to(folder).as_posix() for file in build_identity.deciding()}
    rows = ("ingestion/", "governance/", "tracking/")
    needed = {
        name
        for name in closure(folder, "builds/build.py", "builds/queries.py", "assessment/impacts.py")
        if not name.startswith(rows)
    }
    assert len(needed) > 40
    assert needed <= hashed
    assert {f"builds/sql/{name}.sql" for name in ("runs", "slices", "summed", "views/proof_energy")} <= hashed


SOURCES = (
    "catalogue/selection.py",
    "assessment/coefficients.py",
    "workloads/inference/serving.py",
    "builds/sql/slices.sql",
    "ledger/sql/current_rows.sql",
)


@pytest.mark.parametrize("name", SOURCES)
def test_a_changed_line_is_another_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = named(tmp_path)
    replace_source(monkeypatch, tmp_path, name, lambda text: text + "\nanother line")
    assert named(tmp_path) != before


@pytest.mark.parametrize("name", SOURCES)
def test_another_comment_is_no_other_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = named(tmp_path)
    mark = "--" if name.endswith(".sql") else "#"
    replace_source(monkeypatch, tmp_path, name, lambda text: f"{mark} one\n\n{text}\n{mark} another")
    assert named(tmp_path) == before


def test_another_build_is_made_and_the_same_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(Ledger(tmp_path), [activity()])
    made = build(tmp_path)
    assert made.id == named(tmp_path)
    replace_source(monkeypatch, tmp_path, SOURCES[0], lambda text: f"{text}\n# a comment")
    same = build(tmp_path)
    replace_source(monkeypatch, tmp_path, SOURCES[1], lambda text: f"{text}\nanother line")
    other = build(tmp_path)
    assert [(same.id, same.fresh), (other.id == made.id, other.fresh)] == [(made.id, False), (False, True)]


def test_a_guess_of_all_the_rows_of_a_home_is_not_known_by_the_id_of_its_build(tmp_path: Path) -> None:
    """What leaves names the build, and an explanation the ledger that it is of. The same rows in another home have
    other ids; in a copy of the home, their own."""
    rows = [activity(service_key="voirie"), activity(service_key="cabinet", other_energy_kwh=7.3)]
    for name in ("there", "guessed"):
        append(Ledger(tmp_path / name), rows)
    there, guessed = build(tmp_path / "there"), build(tmp_path / "guessed")
    assert Ledger(tmp_path / "there").names() == Ledger(tmp_path / "guessed").names() and there.id != guessed.id
    assert BuildFile(there.path).meta["ledger"] != BuildFile(guessed.path).meta["ledger"]
    shutil.copytree(tmp_path / "there", tmp_path / "copy", ignore=shutil.ignore_patterns("builds"))
    assert build(tmp_path / "copy").id == there.id
    archive = tmp_path / "home.tar"
    export(Ledger(tmp_path / "there"), archive)
    restore(archive, tmp_path / "restored")
    assert build(tmp_path / "restored").id == there.id


def test_what_is_kept_of_the_sources_is_read_of_the_same_sources_only(tmp_path: Path) -> None:
    append(Ledger(tmp_path), [activity()])
    made = build(tmp_path)
    kept = tmp_path / "builds" / build_identity.SOURCES
    told = kept.read_text("utf-8")
    for other in ("", "\0", "0" * 16 + " " + "1" * 16):
        kept.write_text(other, "utf-8")
        assert build(tmp_path).id == made.id
        assert kept.read_text("utf-8") == told


def test_a_word_is_not_a_method() -> None:
    """Comments, docstrings and blank lines go; a value, an indent, a string that is used, do not."""
    bare = "def f(x):\n    if x:\n        return 'a # b'\n    return 2\n"
    told = 'def f(x):  # why\n    """What."""\n\n    if x:\n        # when\n        return \'a # b\'\n    return 2\n'
    assert build_identity.without_words("f.py", told) == build_identity.without_words("f.py", bare)
    for other in (
        bare.replace("2", "3"),
        bare.replace("a # b", "a # c"),
        bare.replace("    return 2", "        return 2"),
        bare + "'said'.strip()\n",
    ):
        assert build_identity.without_words("f.py", other) != build_identity.without_words("f.py", bare)
    assert build_identity.without_words("f.sql", "-- why\nSELECT '--a' -- b") == "SELECT '--a'"
    assert build_identity.without_words("f.sql", "SELECT '--c'") != "SELECT '--a'"


def named(folder: Path) -> str:
    """The name that the build of a home has, or would have."""
    return build_identity.identity(Ledger(folder), load())


def replace_source(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, change: Callable[[str], str]) -> None:
    """One of the sources that a build is named after, changed."""
    original = resources.files("estimator") / name
    changed = folder / Path(name).name
    changed.write_text(change(original.read_text("utf-8")), "utf-8")
    files = [changed if str(file) == str(original) else file for file in build_identity.deciding()]
    assert changed in files
    monkeypatch.setattr(build_identity, "deciding", lambda: iter(files))


def closure(folder: Path, *names: str) -> set[str]:
    """Modules that these import, directly or through others, as paths under the folder of the estimator."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += imported(folder, name)
    return found


def imported(folder: Path, name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((folder / name).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "estimator":
            for module in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                path = folder.joinpath(*module.split(".")[1:])
                for file in (path.with_suffix(".py"), path / "__init__.py"):
                    if file.is_file() and file != folder / "__init__.py":
                        yield file.relative_to(folder).as_posix()
