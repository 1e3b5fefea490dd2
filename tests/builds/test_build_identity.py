"""A build is named after all that decides its numbers: another line in any of it is another build."""

import ast
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from estimator.builds import build_identity
from estimator.builds.build import build
from estimator.ledger import Ledger
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
    assert {f"builds/sql/{name}.sql" for name in ("runs", "slices", "groups", "views/proof_energy")} <= hashed


@pytest.mark.parametrize(
    "name",
    [
        "catalogue/selection.py",
        "assessment/coefficients.py",
        "workloads/inference/serving.py",
        "builds/sql/slices.sql",
        "ledger/sql/current_rows.sql",
    ],
)
def test_a_changed_line_makes_another_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    append(Ledger(tmp_path), [activity()])
    before = build(tmp_path)
    changed = tmp_path / Path(name).name
    original = resources.files("estimator") / name
    changed.write_text(original.read_text("utf-8") + "\n-- another line", "utf-8")
    files = [changed if str(file) == str(original) else file for file in build_identity.deciding()]
    assert changed in files
    monkeypatch.setattr(build_identity, "deciding", lambda: iter(files))
    assert build(tmp_path).id != before.id


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
