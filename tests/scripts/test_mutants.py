"""Mutations of the code: what they are, where they are drawn, and that one which no test sees is told."""

from pathlib import Path

import pytest

from scripts.mutants.__main__ import run
from scripts.mutants.mutations import FAMILIES, Mutation
from scripts.mutants.python_mutations import python_mutations
from scripts.mutants.sql_mutations import sql_mutations

PYTHON = '''
from math import e

def cost(row: dict[str, 2], days: int) -> str:
    """The 2 costs + nothing."""
    if days < 3:
        raise ValueError(f"{days} < {1 + 2}")
    for name in ("cpu", "gpu"):
        days += row.hours[name]
    return say("days", row.read - row.kept * e) or row.read - row.kept["a"]
'''
SQL = """-- 1 + 2 < 3, of a.read
SELECT a.read - a.kept AS rest, 'a < 1' AS said, COUNT(*) * 2 AS twice, cpu_energy
FROM a WHERE a.read >= 0 AND gpu_energy <> 0
"""


def changes(mutations: list[Mutation], family: str) -> list[tuple[int, str, str]]:
    return [(f.line, f.before.strip(), f.after) for f in mutations if f.family == family]


def test_each_mutation_of_a_python_text_and_none_in_its_types_and_messages() -> None:
    found = list(python_mutations(PYTHON.encode()))
    whole = 'row.read - row.kept["a"]'
    assert changes(found, "arithmetic") == [(10, "-", "+")]
    assert changes(found, "comparison") == [(6, "<", "<=")]
    assert changes(found, "constant") == [(6, "3", "6")]
    assert changes(found, "dropped term") == [
        (8, '("cpu", "gpu")', "('gpu',)"),
        (8, '("cpu", "gpu")', "('cpu',)"),
        (10, whole, "(row.read)"),
    ]
    assert (10, "row.read", "row.kept") in changes(found, "neighbour")
    assert {line for line, *_ in changes(found, "neighbour")} == {9, 10}
    made = {mutation.made(PYTHON.encode()).decode() for mutation in found}
    assert len(made) == len(found) and PYTHON not in made
    assert PYTHON.replace(f"or {whole}", 'or row.read + row.kept["a"]') in made


def test_each_mutation_of_a_sql_text_and_none_in_its_comments_and_texts() -> None:
    found = list(sql_mutations(SQL.encode()))
    assert changes(found, "arithmetic") == [(2, "-", "+"), (2, "*", "/")]
    assert changes(found, "comparison") == [(3, ">=", ">")]
    assert changes(found, "constant") == [(2, "2", "4")]
    assert changes(found, "dropped term") == [(2, "- a.kept", ""), (2, "* 2", "")]
    assert changes(found, "neighbour") == [
        (2, "a.read", "a.kept"), (2, "a.kept", "a.read"), (2, "cpu_energy", "gpu_energy"),
        (3, "a.read", "a.kept"), (3, "gpu_energy", "cpu_energy"),
    ]  # fmt: skip
    assert SQL.replace("a.read - a.kept", "a.read + a.kept").encode() in {f.made(SQL.encode()) for f in found}


@pytest.mark.long
def test_a_mutation_that_no_test_sees_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a + b and a limit, the tests hold the sum; nothing is drawn of the branch that they never take."""
    code = "def sum_of(a, b):\n    return a + b\n\n"
    code += "def high(a):\n    if a is None:\n        return a * 3\n    return a > 7\n"
    tests = "from estimator.comparison.tiny import high, sum_of\n\ndef test_sum():\n    assert sum_of(1, 2) == 3\n"
    tests += "    assert high(100) and not high(1)\n"
    for name, text in (("estimator/comparison/tiny.py", code), ("tests/comparison/test_tiny.py", tests)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).with_name("__init__.py").touch()
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "estimator" / "__init__.py").touch()
    (tmp_path / "scripts").symlink_to(Path(__file__).parents[2] / "scripts")
    assert run(tmp_path, 1, 120) == 1
    said = capsys.readouterr().out
    survivors = said.partition("survivors:")[2]
    assert said.startswith("seed 1\n5 mutations of 5, 1 test files\n")
    assert "estimator/comparison/tiny.py:7  comparison: > → >=  SURVIVED" in survivors
    assert "estimator/comparison/tiny.py:7  constant: 7 → 14  SURVIVED" in survivors
    assert "killed 3 of 5 (60 %), seed 1" in survivors and "a * 3" not in said
    assert "estimator/comparison/tiny.py:2  arithmetic: + → -  tests/comparison/test_tiny.py::test_sum" in said
    assert (tmp_path / "estimator/comparison/tiny.py").read_text("utf-8") == code
    assert len(FAMILIES) == 5
