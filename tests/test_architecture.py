"""The house rules that a person would otherwise have to remember: sizes, directions, words, what lies where."""

import ast
import re
import string
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("estimator", "dashboard", "factors", "scripts")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
WORDS = sorted((ROOT / package / "words") for package in PACKAGES if (ROOT / package / "words").is_dir())

FILE_LINES = 400
FUNCTION_LINES = 70
IMPORT_SECONDS = 0.3

PUBLIC_FACES = ("estimator/__init__.py", "estimator/ledger/__init__.py", "estimator/public/sobria/__init__.py")
HEAVY = ("duckdb", "pandas", "numpy", "pyarrow", "streamlit", "codecarbon")
CALLS_OUT = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "ftplib", "smtplib", "telnetlib"}
UNSAFE = {"pickle", "marshal", "shelve", "dill", "joblib"}
SQL = re.compile(r"\bselect\b.+\bfrom\b|\binsert\s+into\b|\bcreate\s+(table|view)\b", re.IGNORECASE | re.DOTALL)

TOP_LEVEL = {
    ".ci",
    ".git",
    ".git-blame-ignore-revs",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.en.md",
    "README.md",
    "REUSE.toml",
    "SECURITY.md",
    "dashboard",
    "docs",
    "estimator",
    "factors",
    "publiccode.yml",
    "pyproject.toml",
    "scripts",
    "tests",
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), name(path))


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, at the top or inside a function, with its package's name in full."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def imports_any(path: Path, forbidden: set[str]) -> set[str]:
    return {f for f in forbidden for module in imports(path) if module == f or module.startswith(f + ".")}


def importers(package: str, forbidden: set[str]) -> set[str]:
    return {name(path) for path in MODULES if path.is_relative_to(ROOT / package) and imports_any(path, forbidden)}


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name)
def test_a_module_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), f"{name(path)} has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_file_and_its_functions_stay_short(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines < FILE_LINES, f"{name(path)}: {lines} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length < FUNCTION_LINES, f"{name(path)}: {node.name} has {length} lines"


def test_one_module_touches_what_codecarbon_keeps_private() -> None:
    """Underscored attributes of anything but an object's own, in the room that holds codecarbon's objects."""
    own, known = ("self", "cls"), ("_asdict", "_replace")
    touching = {
        name(path)
        for path in MODULES
        if path.is_relative_to(ROOT / "estimator" / "tracking")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
        if node.attr not in known and not (isinstance(node.value, ast.Name) and node.value.id in own)
    }
    assert touching == {"estimator/tracking/codecarbon_session.py"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_error_is_swallowed_and_no_text_is_run(path: Path) -> None:
    """What another package may raise is not known: one module alone, where its code is run, refuses all of it."""
    foreign = path == ROOT / "estimator" / "core" / "plug_ins.py"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else ""
            broad = {"", "Exception", "BaseException"}.intersection(caught.strip("()").split(", "))
            assert foreign or not broad, f"{name(path)}:{node.lineno}: broad except"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec"), f"{name(path)}:{node.lineno}: {node.func.id}"
    assert not imports_any(path, UNSAFE)


@pytest.mark.parametrize("path", [path for path in MODULES if path.is_relative_to(ROOT / "estimator")], ids=name)
def test_a_file_that_a_person_asked_for_is_whole_or_as_it_was(path: Path) -> None:
    """`replace_file` of core/atomic_files.py writes it: a full disk would leave half of it there."""
    called = {getattr(node.func, "attr", "") for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    if path.name not in ("atomic_files.py", "dropped_files.py"):  # the writer, and a folder of this program's own
        assert not called & {"write_text", "write_bytes"}


def test_a_class_name_stands_for_one_thing() -> None:
    classes = [
        (node.name, name(path)) for path in MODULES for node in ast.walk(tree(path)) if type(node) is ast.ClassDef
    ]
    counted = Counter(found for found, _ in classes)
    assert [pair for pair in classes if counted[pair[0]] > 1] == []


@pytest.mark.parametrize("package", ("estimator", "dashboard"))
def test_modules_and_words_stand_in_rooms(package: str) -> None:
    """At most three modules at the root, the face among them; a room's words are in the file of its name."""
    assert len(list((ROOT / package).glob("*.py"))) <= 3
    rooms = {path.name for path in (ROOT / package).iterdir() if (path / "__init__.py").exists()}
    assert {path.name.split(".")[0] for path in (ROOT / package / "words").iterdir()} <= rooms


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=name)
def test_the_face_of_a_package_only_re_exports(path: Path) -> None:
    """Names are imported, or, in the two public faces, imported when first used."""
    code = [node for node in tree(path).body[1:] if not isinstance(node, ast.Import | ast.ImportFrom)]
    code = [line for line in map(ast.unparse, code) if not line.startswith("__all__ = ")]
    assert not code or name(path) in PUBLIC_FACES, f"{name(path)}: {code[0]}"


def test_nothing_phones_home() -> None:
    """What a service counts of its calls leaves it, for the address that it is given."""
    sending = {"estimator/public/sobria_instrument/outbox.py"}
    assert importers("estimator", CALLS_OUT) | importers("dashboard", CALLS_OUT) == sending


def test_the_dashboard_holds_no_sql() -> None:
    for path in (path for path in MODULES if path.is_relative_to(ROOT / "dashboard")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not SQL.search(node.value), f"{name(path)}:{node.lineno}: {node.value[:60]}"
    assert not list((ROOT / "dashboard").rglob("*.sql"))


def test_a_page_keeps_nothing_by_itself() -> None:
    """A page is run anew at each redraw: what it would keep, it makes again each time, for each person."""
    pages = [path for path in MODULES if path.parent == ROOT / "dashboard" / "pages"]
    assert pages and not {
        name(path)
        for path in pages
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "functools"
        if {"cache", "lru_cache"} & {alias.name for alias in node.names}
    }


def test_factors_are_data() -> None:
    assert {name(path) for path in MODULES if path.is_relative_to(ROOT / "factors")} <= {"factors/__init__.py"}


def test_importing_the_estimator_is_light() -> None:
    """`import estimator` loads none of the heavy libraries and costs less than 0.3 s of processor time [s]."""
    code = (
        "import sys, time; before = time.process_time(); import estimator; spent = time.process_time() - before;"
        f"print(spent, *(m for m in {HEAVY!r} if m in sys.modules))"
    )
    command = [sys.executable, "-c", code]
    runs = [subprocess.check_output(command, cwd=ROOT, text=True).split() for _ in range(3)]
    assert runs[0][1:] == [], f"import estimator loads {runs[0][1:]}"
    assert min(float(run[0]) for run in runs) < IMPORT_SECONDS


def flat(path: Path) -> dict[str, str]:
    """The sentences of a words file by section.key."""

    def walk(prefix: str, value: object) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(f"{prefix}.{key}" if prefix else key, inner)
        else:
            yield prefix, str(value)

    return dict(walk("", tomllib.loads(path.read_text("utf-8"))))


def blanks(sentence: str) -> set[str]:
    """The names between braces that are filled when a sentence is said; `label_fr` and `label_en` are one blank."""
    fields = {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}
    return {re.sub(r"_(fr|en)$", "", field) for field in fields}


@pytest.mark.parametrize("folder", WORDS, ids=name)
def test_french_and_english_say_the_same_things(folder: Path) -> None:
    french = sorted(path.name for path in folder.glob("*fr.toml"))
    assert sorted(path.name for path in folder.glob("*en.toml")) == [re.sub(r"fr\.toml$", "en.toml", f) for f in french]
    for file in french:
        fr, en = flat(folder / file), flat(folder / re.sub(r"fr\.toml$", "en.toml", file))
        assert fr.keys() == en.keys(), f"{name(folder)}/{file}: {sorted(fr.keys() ^ en.keys())}"
        for key in fr:
            assert blanks(fr[key]) == blanks(en[key]), f"{name(folder)}/{file}: {key}"


def test_the_top_level_is_a_short_list() -> None:
    """What git ignores is not looked at."""
    ignored = {line.strip().strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()}
    unexpected = {entry.name for entry in ROOT.iterdir()} - TOP_LEVEL - ignored
    assert unexpected == set()


def pins(lock: Path) -> set[str]:
    """The `name==version` of a lock file."""
    return set(re.findall(r"^[a-z0-9][^\s=]*==\S+", lock.read_text("utf-8"), re.MULTILINE))


def test_the_locks_agree_and_name_no_host() -> None:
    """The environment of the tests holds the very versions that people run."""
    runtime, test, site = (ROOT / "scripts" / "lock" / f"{kind}.txt" for kind in ("runtime", "test", "site"))
    assert pins(runtime) and pins(runtime) < pins(test)
    for lock in (runtime, test, site):
        assert "://" not in lock.read_text("utf-8")
        assert lock.read_text("utf-8").count("--hash=sha256:") > len(pins(lock))


def test_no_public_name_is_the_name_of_a_module() -> None:
    """`from estimator import estimate` would else give the module as soon as anything has imported it."""
    import estimator

    assert [n for n in estimator.__all__ if (Path(estimator.__file__).parent / f"{n}.py").exists()] == []
    assert all(callable(getattr(estimator, name)) for name in estimator.__all__)
