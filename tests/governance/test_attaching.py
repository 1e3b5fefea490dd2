"""Runs that are already in the ledger are attached to a use case, and the ledger is not touched."""

import hashlib
import json
from pathlib import Path

from estimator.builds.build import build
from estimator.governance.indicators.usage_by_case import attached
from estimator.governance.register.register import Register
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
