"""Runs that are already in the ledger are attached to a use case, and the ledger is not touched."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from estimator.builds.build import build
from estimator.governance.indicators.usage_by_case import attached
from estimator.governance.register.attachments import use_case_of
from estimator.governance.register.register import Register, author
from estimator.results.reading import Results
from tests.ledger.test_ledger import bring, snapshot
from tests.support import sobria
from tests.traces_support import text

FIELDS = "nom=Tri tache=trier unite=lettre service=Courrier commune=54395 responsable=DSI".split()
WHO = ("--who", "DSI", "--why", "essai")


def hashes(home: Path) -> dict[str, str]:
    """Every file of the ledger with its hash."""
    files = sorted(p for p in (home / "ledger").rglob("*") if p.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def cases(home: Path) -> set[str | None]:
    """The use cases of what the current build holds."""
    return {entry.id for entry in attached(Results(build(home).path), Register(home))}


def test_what_was_measured_before_is_attached_and_detached(tmp_path: Path) -> None:
    bring(tmp_path, text(snapshot("a", 1, 60, 1)))
    before, id_before = hashes(tmp_path), build(tmp_path).id
    case = json.loads(sobria(tmp_path, "register", "add", *FIELDS, *WHO, "--json").stdout)["id"]
    assert cases(tmp_path) == {None}
    attach = ("register", "attach", case, "--service-key", "ess*", *WHO, "--json")
    attachment = json.loads(sobria(tmp_path, *attach).stdout)["attachments"][0]["id"]
    assert cases(tmp_path) == {case}
    sobria(tmp_path, "register", "detach", case, attachment, *WHO)
    assert cases(tmp_path) == {None}
    assert hashes(tmp_path) == before and build(tmp_path).id == id_before


def test_the_last_attachment_counts_though_the_clock_went_back(tmp_path: Path) -> None:
    """A key attached to one use, then to another at a clock 16 days behind: the 2nd is told a millionth of a second
    after the 1st, and takes the runs."""
    clock = [datetime(2026, 12, 1, tzinfo=UTC)]
    register, who = Register(tmp_path, now=lambda: clock[0]), author("DSI", "essai")
    fields = {"task": "trier", "unit": "lettre", "service": "Courrier", "commune": "54395", "owner_role": "DSI"}
    first, second = (register.create(fields | {"name": name}, who).id for name in ("Tri", "Relance"))
    register.attach(first, {"service_key": "essai"}, who)
    clock[0] -= timedelta(16)
    register.attach(second, {"service_key": "essai"}, who)
    told = [(one.use_case, one.at[:26]) for one in register.attachments()]
    assert told == [(first, "2026-12-01T00:00:00.000000"), (second, "2026-12-01T00:00:00.000001")]
    assert use_case_of("essai", None, None, date(2026, 6, 1), register.attachments()) == second
