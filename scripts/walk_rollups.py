"""What is kept of settled parts gives what their rows give, whatever came before: a home goes through appends,
withdrawals, rules of places, answers, compactions, other factors and damaged files, and after each step its build is
compared with one made from all its rows alone, to 1e-12.

python -m scripts.walk_rollups [--steps 500] [--seed 1] [--home FOLDER]
"""

import argparse
import math
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from estimator.builds import row_status, settled_parts
from estimator.builds.build import build
from estimator.builds.contents import NewBuild, fill
from estimator.builds.rollups import Rollups
from estimator.catalogue.load import load
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB, created
from estimator.core.errors import SobriaError
from estimator.core.fields import Author
from estimator.ledger import Ledger
from estimator.ledger.append import Append
from estimator.ledger.compaction import compact
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity, Refused
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from estimator.places.journal import PlaceJournal
from estimator.places.supplier_answers import SupplierAnswer

AUTHOR = Author(who="essai", why="essai")
NEAR = 1e-12
# What a build tells, without the names that it gives to its own sums.
TOLD = {
    "groups": "SELECT groups.* EXCLUDE (group_id, serving), servings.* EXCLUDE (serving) FROM groups"
    " LEFT JOIN servings ON servings.serving = groups.serving",
    "services": "SELECT * FROM services",
    "months": "SELECT * FROM service_months",
    "proofs": "SELECT * FROM proved_runs",
    "checks": "SELECT row_id, service_key, code, read_value, low, high, excess, mended_by, part FROM run_checks",
    "remarks": "SELECT service_key, month, model, place, codes, fed, lost, sent, lined, SUM(runs) AS runs,"
    " fsum(here_kwh) AS here, fsum(file_kwh) AS in_file, fsum(impossible_kwh) AS impossible FROM remarks GROUP BY ALL",
    "worst": "SELECT service_key, code, MAX(excess) AS excess FROM worst GROUP BY ALL",
    "unknown": "SELECT row_id, service_key, month FROM unknown_energy",
    "energy": "SELECT * FROM proof_energy",
    "runs": "SELECT * EXCLUDE (held_in) FROM runs",
    "status": "SELECT row_id, file_name, line, status FROM row_status",
    "refused": "SELECT row_id, file_name, line FROM refused",
    "basis": "SELECT * FROM place_basis",
    "measures": "SELECT * FROM own_measures",
}


def main() -> None:
    """Print how many steps of each kind agreed; an AssertionError names the first that did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    start, done, kept = time.monotonic(), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        for n, (name, count) in enumerate(walk(options.home or Path(folder) / "home", options.steps, options.seed), 1):
            done[name], kept = done[name] + 1, kept + count
            if n % 50 == 0:
                print(f"{n} steps, {time.monotonic() - start:.0f} s, {kept} parts not read again", flush=True)
    print(f"seed {options.seed}: {sum(done.values())} steps agree to {NEAR:g}: {dict(done.most_common())}")


def walk(home: Path, steps: int, seed: int) -> Iterator[tuple[str, int]]:
    """The steps of a home, each compared: what it was, and how many parts were not read again. AssertionError."""
    seen: list[int] = []
    load_ = Rollups.load

    def counted(self: Rollups) -> None:
        seen.append(len(self.kept))
        load_(self)

    with (
        patch.object(row_status, "LARGE", 0),
        patch.object(settled_parts, "MOST_ASIDE", 0.9),
        patch.object(Rollups, "load", counted),
    ):
        state = HomeWalk(home, seed)
        for _ in range(steps):
            name = state.step()
            seen.clear()
            made = build(home, state.catalogue).path
            told, count = said(DuckDB.read(made)), seen[-1] if seen else 0
            compare(f"{name}, seed {seed}", told, said_in_full(home, state.catalogue))
            yield name, count


class HomeWalk:
    """A home and what may happen to it, at random."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home, self.chance, self.catalogue = home, Random(seed), load()
        self.ledger, self.places = Ledger(home), PlaceJournal(home)
        self._rows: list[Activity] = []
        self._lines = 0
        self._steps: dict[Callable[[], object], int] = {
            self.append: 10, self.repeat: 3, self.withdraw: 2, self.undo: 1, self.place: 2, self.unplace: 1,
            self.answer: 1, self.compact: 2, self.other_factors: 2, self.damage: 2, self.refuse: 1,
        }  # fmt: skip

    def step(self) -> str:
        """One of them: its name; rows first, where there are none. A step that the home refuses changes nothing."""
        does = self.chance.choices(list(self._steps), list(self._steps.values()))[0] if self._rows else self.append
        try:
            does()
        except SobriaError:
            return "refused"
        return str(getattr(does, "__name__", ""))

    def append(self) -> None:
        """New rows of one file."""
        name, sha = self._file()
        self._post(name, sha, [self._row(name, sha) for _ in range(self.chance.randint(1, 12))])

    def repeat(self) -> None:
        """Rows that are there already, under the name of another file, or the next snapshot of their runs."""
        name, sha = self._file()
        told = self.chance.sample(self._rows, min(len(self._rows), self.chance.randint(1, 4)))
        more = {"file_name": name, "file_sha": sha}
        grown = {"row_id": self._id(), "cpu_energy_kwh": 9.0, "duration_s": 9e5}
        self._post(name, sha, [r.model_copy(update=more | (grown if self.chance.random() < 0.5 else {})) for r in told])

    def refuse(self) -> None:
        """A row in quarantine, whose line another row of the same file may have been."""
        row = self.chance.choice(self._rows)
        known = {"row_id": self.chance.choice([row.row_id, self._id()]), "file_name": row.file_name}
        line = self.chance.choice([row.line, row.line + 1000])
        said = {"reader": "essai", "code": "not_a_number", "header": "a", "text": "b", "line": line}
        refused = Refused.model_validate(known | said | {"file_sha": row.file_sha})
        bringing = Append(self.ledger)
        bringing.take(WrittenFile(row.file_name, row.file_sha), [ReadResult([], [refused], 1)])
        bringing.account()

    def withdraw(self) -> None:
        """A file, or a run."""
        row = self.chance.choice(self._rows)
        target = self.chance.choice([Target("file", row.file_name), Target("run", row.run_key)])
        withdraw(self.ledger, target, AUTHOR)

    def undo(self) -> None:
        """A withdrawal."""
        found = self.ledger.in_force()
        if found:
            bring_back(self.ledger, self.chance.choice(found).event, AUTHOR)

    def place(self) -> None:
        """A rule of places."""
        row = self.chance.choice(self._rows)
        named = self.chance.choice([{"service": row.service_key}, {"run": row.row_id}, {"file": row.file_name}])
        stated = {"zone": self.chance.choice(["FRA", "DEU", "POL"]), "host": "class/server-room"}
        cards = {"device": "gpu/h100", "cards": 2} if self.chance.random() < 0.3 else {}
        since = {"since": date(2026, self.chance.randint(1, 5), 10)} if self.chance.random() < 0.5 else {}
        self.places.add_rule(named | stated | cards | since, AUTHOR)

    def unplace(self) -> None:
        """A rule of places, no more."""
        if rules := self.places.rules():
            self.places.withdraw(self.chance.choice(rules).id, AUTHOR)

    def answer(self) -> None:
        """A supplier's answer, from a day within a month."""
        day = date(2026, self.chance.randint(1, 5), self.chance.randint(2, 27))
        told = {"host": "dcml/vandoeuvre", "field": "pue", "value": 1.0 + self.chance.random(), "date": day}
        self.places.add_answers([SupplierAnswer.model_validate(told | {"by": "essai", "document": "essai"})], AUTHOR)

    def compact(self) -> None:
        """Small parts in one a month."""
        compact(self.ledger)

    def other_factors(self) -> None:
        """Another value of a factor, or none of a card, or those that ship."""
        told = self.chance.randint(0, 3)
        gone = {1: ("embodied_gwp/gpu/h100/ademe",), 2: ("max_power/", "grid_gwp/POL")}.get(told, ())
        kept = tuple(f for f in load().factors if not f.id.startswith(gone)) if gone else load().factors
        if told == 3:
            kept = tuple(f.model_copy(update={"value": f.value}) if f.value else f for f in kept[1:])
        self.catalogue = load().with_factors(kept) if told else load()

    def damage(self) -> None:
        """What is kept of parts: some of it deleted, cut, or overwritten."""
        folder = self.home / "builds" / settled_parts.FOLDER
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        for path in self.chance.sample(files, min(len(files), 3)):
            content = bytearray(path.read_bytes())
            if self.chance.random() < 0.3 or not content:
                path.unlink()
            elif self.chance.random() < 0.5:
                path.write_bytes(content[: len(content) // 2])
            else:
                content[self.chance.randrange(len(content))] ^= 0xFF
                path.write_bytes(content)
        for old in (self.home / "builds").glob("sobria-*.duckdb"):
            old.unlink()

    def _post(self, name: str, sha: str, rows: list[Activity]) -> None:
        bringing = Append(self.ledger)
        bringing.take(WrittenFile(name, sha), [ReadResult(rows, [], len(rows))])
        bringing.account()
        self._rows = (self._rows + rows)[-60:]

    def _file(self) -> tuple[str, str]:
        number = self.chance.randint(0, 9)
        sent = f"collect-essai@{number:012x}"
        return (sent if self.chance.random() < 0.3 else f"{number}.csv"), f"{number:064x}"

    def _id(self) -> str:
        return blake2b(self.chance.randbytes(16), digest_size=16).hexdigest()

    def _row(self, name: str, sha: str) -> Activity:
        """A run of one of the kinds that a build looks at."""
        pick, self._lines = self.chance.choice, self._lines + 1
        month, day, hour = self.chance.randint(1, 4), self.chance.randint(1, 28), self.chance.randint(0, 23)
        start = int(datetime(2026, month, day, hour, tzinfo=UTC).timestamp()) * 1_000_000
        hours = pick([0.1, 1.0, 1.0, 30.0, 900.0])
        end = start + round(hours * 3.6e9)
        run = pick([None, None, "a", "b", f"c@{self.chance.randint(0, 2):012x}", "c", self._id()])
        fields: dict[str, Any] = {
            "row_id": self._id(), "start_us": start, "end_us": end, "start_month": 202600 + month,
            "end_month": int(datetime.fromtimestamp(end / 1e6, UTC).strftime("%Y%m")), "duration_s": hours * 3600,
            "time_basis": "offset", "file_name": name, "file_sha": sha, "line": self._lines, "reader_version": 1,
            "service_key": pick(["un", "deux", "trois"]), "zone": pick(["FRA", "DEU", None]), "run_id": run,
            "host": pick(["class/server-unknown", "dcml/vandoeuvre", None]), "machine": "machine/rack-server",
            "cpu_energy_kwh": self.chance.random(), "cpu_mode": "mode/unknown", "machine_hours": hours,
            "resource_share": 1.0, "reader": "essai", "checks": pick([(), (), ("no_model",), ("no_host",)]),
            "task_name": pick([None, None, None, "t"]) if run else None, "items": pick([None, 3.0]),
        }  # fmt: skip
        kind = pick(["plain", "plain", "tokens", "tokens", "odd", "unnamed", "declared", "machine", "cards", "grows"])
        kind = "whole" if kind == "plain" and self._lines % 3 == 0 else kind
        tokens = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "output_tokens": 300.0, "requests": pick([1.0, 5e3])}
        tokens |= {"model": pick(["alibaba/qwen3-8b", "mistral/mistral-small-3", "who/knows"]), "input_tokens": 900.0}
        told: dict[str, dict[str, Any]] = {
            "plain": {"device": pick([None, "gpu/h100", "gpu/l4"]), "device_count": 1, "device_hours": hours},
            "tokens": tokens | {"concurrency": pick([None, 4.0])},
            "odd": {"cpu_energy_kwh": 1e6, "reader": "codecarbon", "reported_gwp_kg": 1.0, "run_id": run or "d"},
            "unnamed": {"reader": "codecarbon", "service_key": "codecarbon"},
            "declared": {"reader": pick(["declared", "openai_usage"]), "site_energy_kwh": pick([None, 3.0])},
            "machine": {"scope": "machine", "machine_id": pick(["m1", "m2"])},
            "whole": {"scope": "machine", "reader": "codecarbon", "run_id": run or fields["row_id"]},
            "cards": tokens | {"device": "gpu/h100", "device_count": 1, "device_hours": pick([0.0, 5.0])},
            "grows": {"cumulative": True, "run_key": pick(["r1", "r2", "r3"])},
        }
        fields |= told[kind]
        fields.setdefault("run_key", run or fields["row_id"])
        return Activity.model_validate(fields)


class WrittenFile:
    def __init__(self, name: str, sha: str) -> None:
        self.name, self.sha = name, sha


def said(engine: DuckDB) -> dict[str, list[dict[str, Any]]]:
    """What a build tells, by name."""
    return {name: engine.rows(sql) for name, sql in TOLD.items()}


def said_in_full(home: Path, catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    """The same of a build of which every row is read, and copied, made apart."""
    PlaceJournal(home).use_hosts()
    whole = patch.object(row_status, "LARGE", 2**40)
    with whole, tempfile.TemporaryDirectory() as folder, Ledger(home).still() as ledger:
        path = Path(folder) / "full.duckdb"
        with created(path) as engine:
            engine.run(fill(engine, ledger, catalogue, NewBuild("full", path.with_suffix(".parts"), True)))
            return said(engine)


def compare(where: str, ours: dict[str, list[dict[str, Any]]], full: dict[str, list[dict[str, Any]]]) -> None:
    """AssertionError: a text or a count differs, or a number by more than 1e-12 of it."""
    for name in TOLD:
        found, expected = sorted(ours[name], key=_order), sorted(full[name], key=_order)
        assert len(found) == len(expected), f"{where}, {name}: {len(found)} lines, {len(expected)} from the rows"
        for one, other in zip(found, expected, strict=True):
            unlike = {key: (one[key], other[key]) for key in one if not _same(one[key], other[key])}
            assert not unlike, f"{where}, {name}: {unlike} in {other}"


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=NEAR, abs_tol=1e-300)
    return bool(one == other)


def _order(row: dict[str, Any]) -> tuple[str, ...]:
    """Texts and counts first: numbers may differ by a rounding."""
    floats = (f"{value:.6e}" for value in row.values() if isinstance(value, float))
    return (*(f"{key}={value}" for key, value in row.items() if not isinstance(value, float)), *floats)


if __name__ == "__main__":
    main()
