"""A build is what its id says, wherever it lies: of the same rows, read by the same code, the tests make it once."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from estimator.builds import build
from estimator.builds.build_identity import DECIDING
from estimator.builds.current import parts_beside
from estimator.catalogue.tables import Catalogue
from estimator.ledger import Ledger

MOST = 40  # builds that are kept, ten megabytes each
ROOMS = tuple(f"estimator.{room}." for room in DECIDING)
NUMBERS = count()
Code = dict[tuple[str, ...], object]


class Kept(NamedTuple):
    """A build that was made: another name of its file, its date and size then, what is written beside it, and the code
    that made it."""

    file: Path
    then: tuple[int, int]
    own: str
    code: Code


def _now(file: Path) -> tuple[int, int]:
    return file.stat().st_mtime_ns, file.stat().st_size


def _code() -> Code:
    """What the modules that make a build hold, and classes in them: another where a test replaced something."""
    told = {name: value for name, value in os.environ.items() if name.startswith("SOBRIA_") and name != "SOBRIA_HOME"}
    found: Code = {("environment",): str(sorted(told.items()))}
    for name in [name for name in sys.modules if name.startswith(ROOMS)]:
        for key, value in list(vars(sys.modules[name]).items()):
            if not isinstance(value, list):  # of a home, which its id tells
                found[name, key] = value
            if isinstance(value, type) and value.__module__ == name:
                held = [(within, what) for within, what in vars(value).items() if not within.startswith("__pydantic")]
                found |= {(name, key, within): what for within, what in held}
    del found[build.__name__, "_made"]  # ours
    return found


def _same(code: Code, now: Code) -> bool:
    both = ((code[name], now[name]) for name in code.keys() & now.keys())  # modules are loaded as they are needed
    return all(one is other or isinstance(one, str) and one == other for one, other in both)


@contextmanager
def keeping(folder: Path, kept: dict[str, Kept]) -> Iterator[None]:
    """Context in which a build of rows that were built is a copy of what was made. Not one made anew, nor by Spark, nor
    one that reads parts where they lie; nor where a test has replaced something of ours since."""
    made: Callable[..., str] = build._made

    def once(draft: Path, path: Path, ledger: Ledger, catalogue: Catalogue, how: build.How) -> str:
        found = kept.get(path.name)
        if found and how == build.How() and _now(found.file) == found.then and _same(found.code, _code()):
            shutil.copyfile(found.file, draft)
            return found.own
        own = made(draft, path, ledger, catalogue, how)
        if how == build.How() and not parts_beside(path).exists():
            file = folder / f"{next(NUMBERS)}.duckdb"
            os.link(draft, file)
            if path.name in kept or len(kept) == MOST:
                kept.pop(path.name if path.name in kept else next(iter(kept))).file.unlink()
            kept[path.name] = Kept(file, _now(file), own, _code())
        return own

    with patch.object(build, "_made", once):
        yield
