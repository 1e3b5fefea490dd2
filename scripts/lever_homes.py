"""Random homes, seeded, whose levers are applied to copies and calculated anew: `python -m scripts.lever_homes 20`.

`--every`: each lever of each home, not the first alone. A lever whose recalculated gain is not in its interval is told.
"""

import argparse
import hashlib
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from estimator.core.fields import Author
from estimator.core.periods import month_after
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.scenarios import FOLDER
from estimator.governance.levers.applied import AppliedLever, applied
from estimator.governance.levers.levers import levers
from estimator.governance.register.register import Register
from estimator.ledger import Ledger
from estimator.ledger.append import Append
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity

OPEN = ("mistral-ai/mistral-large-2", "meta/llama-3.3-70b", "alibaba/qwen3-32b", "mistral-ai/ministral-3-8b")
CLOSED = ("openai/gpt-5-mini", "openai/gpt-4o-mini")
HOSTS = ("class/national-cloud", "class/server-room", "class/hyperscale", "ovhcloud/sbg", "class/server-unknown")
NONE: dict[str, Any] = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "machine": None, "machine_hours": None}
SCENARIO = """title = "Répondre aux questions"
[need]
unit = "réponse"
volume = 10000
period = "month"
task = "chat"
[[options]]
id = "sans-ia"
label = "Recherche"
method = "none"
status = "not_studied"
why = "à étudier"
[[options]]
id = "modele"
label = "Modèle"
method = "model"
[options.use]
model = "mistral-ai/mistral-large-2"
"""


class LeverCheck(NamedTuple):
    """A lever of a random home, as announced and as recalculated."""

    seed: int
    title: str
    done: AppliedLever

    @property
    def holds(self) -> bool:
        """Whether the gain recalculated is inside the interval announced, to a thousandth."""
        known, found = self.done.known, self.done.found.central
        assert known.low is not None and known.high is not None and found is not None
        room = 1e-3 * (known.high - known.low + known.high)
        return known.low - room <= found <= known.high + room


def fill(home: Path, seed: int) -> None:
    """Two to five services over three to fourteen months: answers of closed and open models, of a reserved server,
    declared and measured electricity, a program; the first is a use of the register that may be met without AI."""
    chance = random.Random(seed)
    rows = [row for n in range(chance.randint(2, 5)) for row in _service(chance, f"service-{n}", seed)]
    append = Append(Ledger(home))
    append.take(_RandomFile(f"home-{seed}.csv", str(seed)), [ReadResult(rows, [], len(rows))])
    append.account()
    if chance.random() < 0.5:  # noqa: PLR2004
        _use(home)


class _RandomFile(NamedTuple):
    """The file that rows say they come from."""

    name: str
    sha: str


def _service(chance: random.Random, name: str, seed: int) -> Iterator[Activity]:
    kind = chance.choice((_api, _own_server, _declared, _measured, _program))
    facts, month = kind(chance), 202501 + chance.randint(0, 5)
    growth = chance.uniform(0.9, 1.2)
    for n in range(chance.randint(3, 14)):
        first = month_after(month, n)
        start, end = (
            int(datetime(m // 100, m % 100, 1, tzinfo=UTC).timestamp() * 1e6) for m in (first, month_after(first))
        )
        scaled = {k: v * growth**n if k in _SCALED and v is not None else v for k, v in facts.items()}
        row_id = hashlib.md5(f"{seed}/{name}/{n}".encode(), usedforsecurity=False).hexdigest()
        yield Activity(
            row_id=row_id, run_key=row_id, start_us=start, end_us=end, start_month=first,
            end_month=month_after(first), duration_s=(end - start) / 1e6, time_basis="day",
            file_name=f"home-{seed}.csv", file_sha=str(seed), line=n + 2, reader="random", reader_version=1,
            service_key=name, zone="FRA", **scaled,
        )  # fmt: skip


_SCALED = ("requests", "input_tokens", "output_tokens", "other_energy_kwh", "cpu_energy_kwh", "gpu_energy_kwh")


def _tokens(chance: random.Random, model: str) -> dict[str, Any]:
    requests = 10 ** chance.uniform(3, 5.5)
    read, written = 10 ** chance.uniform(2, 3.7), 10 ** chance.uniform(1, 3)
    counts = {"requests": requests, "input_tokens": requests * read, "output_tokens": requests * written}
    return {"model": model, "host": chance.choice(HOSTS)} | counts


def _api(chance: random.Random) -> dict[str, Any]:
    return NONE | _tokens(chance, chance.choice(OPEN + CLOSED))


def _own_server(chance: random.Random) -> dict[str, Any]:
    cards = chance.choice((1, 2, 4))
    told = {"precision": chance.choice(("fp16", "fp8", None)), "concurrency": chance.choice((1.0, 4.0, 12.0, None))}
    card = {"device": "gpu/h100-sxm-80", "device_count": cards, "device_hours": 720.0 * cards * chance.uniform(0.2, 1)}
    return NONE | _tokens(chance, chance.choice(OPEN)) | told | card | {"host": chance.choice(HOSTS[:2])}


def _declared(chance: random.Random) -> dict[str, Any]:
    kwh = {"other_mode": "mode/declared", "other_energy_kwh": 10 ** chance.uniform(0, 3)}
    return NONE | _tokens(chance, chance.choice(OPEN)) | kwh


def _measured(chance: random.Random) -> dict[str, Any]:
    hours = 720.0 * chance.uniform(0.3, 1)
    return {
        "model": None, "host": "class/server-room", "machine": "machine/ai-server", "device": "gpu/l40s",
        "device_count": 2, "device_hours": 2 * hours, "machine_hours": hours, "gap": "gap/server",
        "cpu_energy_kwh": hours * 0.1, "cpu_mode": "mode/rapl", "gpu_energy_kwh": hours * chance.uniform(0.06, 0.4),
        "gpu_mode": "mode/nvml",
    }  # fmt: skip


def _program(chance: random.Random) -> dict[str, Any]:
    return {"model": "règles", "host": "class/server-room", "cpu_energy_kwh": chance.uniform(1, 30)} | {
        "cpu_mode": "mode/cpu_load", "machine": "machine/rack-server", "machine_hours": 200.0
    }  # fmt: skip


def _use(home: Path) -> None:
    """The first service as a use whose task has an alternative without AI."""
    author = Author(who="Direction du numérique", why="Essai")
    facts = {"name": "Questions", "task": "Répondre", "unit": "réponse", "service": "Accueil", "commune": "metropole"}
    register = Register(home)
    register.create(facts | {"owner_role": "Responsable", "scenario": "questions.toml"}, author, "questions")
    register.attach("questions", {"service_key": "service-0"}, author)
    (home / FOLDER).mkdir()
    (home / FOLDER / "questions.toml").write_text(SCENARIO, "utf-8")


def checks(seed: int, folder: Path, every: bool = False) -> Iterator[LeverCheck]:
    """The first lever of a random home, or every one, each applied to a copy."""
    home = folder / f"home-{seed}"
    fill(home, seed)
    for lever in levers(scope_of(home).sources).levers[: None if every else 1]:
        done = applied(home, lever.number, folder / f"copy-{seed}-{lever.number}")
        yield LeverCheck(seed, lever.title["fr"], done)


def main(arguments: list[str]) -> int:
    """Print one line a lever; 1 when one does not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("count", type=int, nargs="?", default=20)
    asked.add_argument("--every", action="store_true")
    given = asked.parse_args(arguments)
    failed = 0
    for seed in range(given.count):
        with tempfile.TemporaryDirectory() as folder:
            found = list(checks(seed, Path(folder), given.every))
        for check in found:
            known, value = check.done.known, check.done.found.central
            failed += not check.holds
            print(
                f"{'ok ' if check.holds else 'KO '} {seed:>3}  {known.low:.4g} < {value:.4g} < {known.high:.4g} kWh"
                f"  {check.title}",
                flush=True,
            )
        if not found:
            print(f"--  {seed:>3}  no lever", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
