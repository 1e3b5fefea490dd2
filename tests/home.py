"""Homes of real rows: one of which every screen has something to say (each proof, gaps, the unknown, a hostile name),
and one of sixty services."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.build import build
from estimator.builds.queries import SAMPLE_MARK
from estimator.governance.register.register import Register, author
from estimator.governance.register.schema import METROPOLE
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity, Refused
from tests.support import activity, append

HOSTILE = "<script>alert(1)</script>[x](javascript:1)"
UNKNOWN_HOST, COUNTED_ALONE = "tri-des-signalements", "chat-sans-compteur"
RUNS, REFUSED = 60, 3
MANY = 60  # services of the home that has many
OPENED = 5  # a run with a card, something to check and several snapshots
MONTHS = ("2026-06", "2026-07", "2026-08", "2026-10", "2026-11")  # September holds no run
CARD: dict[str, Any] = {
    "gpu_mode": "mode/nvml", "gpu_energy_kwh": 0.9, "device": "gpu/h100-sxm-80", "device_count": 1,
    "device_as_read": "1 x NVIDIA H100 80GB HBM3", "device_hours": 1.0, "cpu_mode": "mode/cpu_load",
    "cpu_energy_kwh": 0.1, "ram_mode": "mode/constant", "ram_energy_kwh": 0.04, "gap": "gap/server",
}  # fmt: skip
SERVICES: dict[str, dict[str, Any]] = {  # what each of its runs has
    "assistant-courrier": CARD | {"model": "llama-3.3-70b", "reported_gwp_kg": 0.031, "items": 100.0},
    HOSTILE: {"cpu_energy_kwh": 0.5, "model": HOSTILE, "device_as_read": HOSTILE},
    "transcription-conseil": {"cpu_mode": "mode/bmc", "cpu_energy_kwh": 0.7},
    UNKNOWN_HOST: {"cpu_mode": "mode/cpu_load", "cpu_energy_kwh": 0.3, "host": None},
    "reponse-aux-usagers": {"cpu_mode": "mode/constant", "cpu_energy_kwh": 0.2, "model": "camembert-base"},
    "resume-de-deliberations": CARD | {"model": "mistral-7b-instruct", "gpu_energy_kwh": 0.2},
    "recherche-documentaire": {"cpu_mode": "mode/none", "cpu_energy_kwh": None}
    | {"other_mode": "mode/declared", "other_energy_kwh": 0.15},
    "classification-mails": {"cpu_mode": "mode/rapl", "cpu_energy_kwh": 0.02, "gap": "gap/server"},
    "regles-de-tri": {"cpu_mode": "mode/rapl", "cpu_energy_kwh": 0.0003, "model": "règles"},
    COUNTED_ALONE: {"cpu_mode": "mode/none", "cpu_energy_kwh": None}
    | {"other_mode": "mode/not_declared", "requests": 5.0},
}
KEYS = tuple(SERVICES)


def row_id(n: int) -> str:
    """The id of the n-th row."""
    return hashlib.md5(str(n).encode(), usedforsecurity=False).hexdigest()


def row(n: int, hours: float | None = None, **more: object) -> Activity:
    """The n-th run: one of each service, month after month."""
    key = KEYS[n % len(KEYS)]
    source = {"file_name": f"{key}.csv", "file_sha": sha(key), "line": n + 2, "reader": "codecarbon"}
    read = {"tool_version": "3.3.2", "run_id": f"{n:04}", "zone_as_read": "France", "scope": "machine"}
    facts = SERVICES[key] | source | read | {"service_key": key, "row_id": row_id(n)}
    if n % 15 == 5:
        facts["checks"] = ("zero_duration",)
    month = MONTHS[n // len(KEYS) % len(MONTHS)]
    return activity(f"{month}-{1 + n % 24:02}T09:00:00", hours or 0.25 * (1 + n % 4), **(facts | more))


def sha(key: str) -> str:
    """The hash of the file of a service."""
    return hashlib.sha256(key.encode()).hexdigest()


def rows() -> list[Activity]:
    """The runs, and an earlier snapshot of the one that stands in several lines of its file."""
    long = {"run_key": "long", "cumulative": True}
    before = row(OPENED, **long, row_id=row_id(RUNS), hours=0.1, line=RUNS + 2)
    return [before, *(row(n, **(long if n == OPENED else {})) for n in range(RUNS))]


def refused() -> list[Refused]:
    """Rows of the file with a hostile name that were set aside."""
    return [
        Refused(
            row_id=row_id(900 + n),
            file_name=f"{HOSTILE}.csv",
            file_sha=sha(HOSTILE),
            line=900 + n,
            reader="codecarbon",
            code="negative_energy",
            facts={"column": "cpu_energy", "value": "-0.4"},
            header="timestamp,project_name",
            text=f"2026-11-02T10:00:00,{HOSTILE},d6b1,-0.4,France,FRA," + "0.0," * 20,
        )
        for n in range(REFUSED)
    ]


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills at a path that does not exist yet, once a session even when several processes test."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # of all the workers of this session, and of no other one
    folder, draft = shared / name, shared / f"{name}.draft"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)
            make(draft)
            draft.rename(folder)
    return folder


def fill(home: Path) -> None:
    """The rows, and their build."""
    append(Ledger(home), rows(), refused())
    build(home)


def fill_many(home: Path) -> None:
    """Sixty services over two years, half as much again in the second one, elsewhere; each is a use of the register
    with a long name, for the métropole or for one of four communes."""
    runs = [
        activity(
            f"{year}-{month:02}-03T09:00:00",
            service_key=f"service-{n:02}",
            requests=5_000.0,
            cpu_mode=("mode/rapl", "mode/cpu_load", "mode/bmc")[n % 3],
            cpu_energy_kwh=(1 + n % 12) * grown,
            host=host,
        )
        for n in range(MANY)
        for year, grown, host in ((2025, 1.0, "class/server-unknown"), (2026, 1.5, "class/server-room"))
        for month in range(1, 9)
    ]
    append(Ledger(home), runs)
    register, who = Register(home), author("Direction du numérique", "inscription")
    for n in range(MANY):
        facts = {
            "name": f"Aide à la rédaction des réponses aux demandes d’urbanisme, quartier {n}",
            "task": "Proposer une réponse",
            "unit": "une réponse",
            "service": f"Service {n}",
            "commune": METROPOLE if n % 3 else f"5400{1 + n % 4}",
            "owner_role": "Responsable",
            "alternative": {"answer": "etudiee_et_ecartee", "reason": "trop de cas", "date": "2025-01-10"},
        }
        made = register.create(facts, who, f"usage-{n:02}").id
        register.move(made, "experimentation", who)
        register.attach(made, {"service_key": f"service-{n:02}"}, who)
    build(home)


def copied(home: Path, to: Path, sample: bool = False) -> Path:
    """The same home elsewhere, to write in; `sample`: that says that it is invented."""
    shutil.copytree(home, to, dirs_exist_ok=True)
    if sample:
        (to / SAMPLE_MARK).touch()
    return to
