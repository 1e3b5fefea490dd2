"""What is asked to be written while another build runs: the refusal says what was read, whether it is written, and what
to do."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from dashboard.connect import estimator_gateway as connect
from estimator.core import locks
from estimator.core.errors import SobriaError
from estimator.governance.register.register import Register
from estimator.ledger import Ledger
from estimator.places.journal import PlaceJournal
from estimator.results import making
from tests.reporting.authority import case
from tests.support import activity, append, sobria

AUTHOR = ("--who", "DSI", "--why", "notre salle")
RULE = ("places", "add", "--service", "chat", "--host", "class/server-room", "--zone", "FRA", *AUTHOR)
HOST = ("places", "host", "add", "ville/baie", "--class", "class/server-room", "--zone", "FRA", *AUTHOR)
SAID = "service=chat → host=class/server-room zone=FRA"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a build, of which no other is waited for."""
    append(Ledger(tmp_path), [activity(service_key="chat")])
    making.build(tmp_path)
    make = making.make_build
    monkeypatch.setattr(making, "make_build", lambda home, tables, _, *rest: make(home, tables, 0.0, *rest))
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    return tmp_path


@contextmanager
def another(home: Path) -> Iterator[None]:
    """A build of another program, from now on: of rows that came since."""
    append(Ledger(home), [activity(hours=3.0)])
    with locks.file_lock(home / "builds" / ".lock"):
        yield


def _journal(home: Path) -> list[Any]:
    held = PlaceJournal(home)
    return [entry.said.told for entry in (*held.hosts(), *held.rules(), *held.answers())]


def _answers(home: Path) -> tuple[str, ...]:
    """Two answers of a supplier, in a file."""
    file = home / "baie.csv"
    said = (f"aws/eu-west-3,{told},,2026-01-01,Hébergeur,rapport" for told in ("pue,1.2", "wue,0.3"))
    file.write_text("\n".join(("hote,champ,valeur,unite,date,repondant,document", *said)), "utf-8")
    return ("places", "answers", str(file), *AUTHOR)


def test_nothing_is_written_while_another_builds(home: Path) -> None:
    """Each command of places, in both languages; what is not well said is refused first, without waiting."""
    sobria(home, *RULE)
    sobria(home, *HOST)
    (rule,) = PlaceJournal(home).rules()
    told = _journal(home)
    at_host = "ville/baie → class=class/server-room"
    asked = {
        (*RULE[:3], "tri", *RULE[4:]): ("une règle de lieu, service=tri → host=", "a rule of place"),
        (*HOST[:3], "ville/cave", *HOST[4:]): ("un hébergement, ville/cave → class=", "a host, ville/cave"),
        ("places", "withdraw", rule.id[:8], *AUTHOR): (f"un retrait, celui de {SAID}", "a withdrawal, that of"),
        ("places", "host", "withdraw", "ville/baie", *AUTHOR): (f"un retrait, celui de {at_host}", "a withdrawal"),
        _answers(home): ("des réponses de fournisseur, ", "answers of a supplier"),
    }
    with another(home):
        for command, (french, english) in asked.items():
            said = sobria(home, *command, code=1).stderr.replace("\xa0", " ")
            assert french in said and "Rien n'en est écrit : un autre calcul est en cours" in said, said
            assert "Attendez qu'il finisse, puis recommencez." in said
            said = sobria(home, *command, code=1, lang="en").stderr
            assert english in said and "None of it is written" in said and "do this again" in said
        assert "ZZZ" in sobria(home, *RULE[:-5], "ZZZ", *AUTHOR, code=1).stderr
    assert _journal(home) == told


def test_what_was_written_before_another_began_is_said_to_be(home: Path) -> None:
    """The rule is there once; `sobria totals` makes the totals of it."""
    write, held = PlaceJournal._write, []

    def writes(journal: PlaceJournal, *said: Any) -> Any:
        entry = write(journal, *said)
        if not journal.trial:
            held.append(locks.take(home / "builds" / ".lock"))
        return entry

    with patch.object(PlaceJournal, "_write", writes):
        said = sobria(home, *RULE, code=1).stderr.replace("\xa0", " ")
    assert f"A été lu : une règle de lieu, {SAID}. C'est écrit, ne le redites pas." in said
    assert "puis « sobria totals »" in said and _journal(home) == [SAID]
    os.close(*held)
    assert json.loads(sobria(home, "places", "list", "--json").stdout)["rules"]


def test_groups_are_not_merged_while_what_the_home_counts_by_itself_is_not_known(home: Path) -> None:
    """Rows came since its last build: whether they are those of the groups is not known before the next one."""
    file = home / "54395.json"
    file.touch()
    with another(home), patch("estimator.builds.merged_groups.merge", return_value=[]) as merged:
        said = sobria(home, "ledger", "merge", str(file), code=1).stderr.replace("\xa0", " ")
    assert "A été lu : des groupes à réunir, 54395.json. Rien n'en est écrit" in said and not merged.called


def test_pages_say_the_same(home: Path) -> None:
    """A place mended with its use, which is not attached either; a host named; an import annulled, and brought back."""
    use = case(Register(home), "Courriers", key="autre")
    typed = {"who": "DSI", "why": "essai", "zone": "FRA"}
    place = {"host": "class/server-room", "use": use}
    host = {"name": "ville/cave", "wider": "class/server-room"}
    (imported,) = [one.event for one in Ledger(home).imports.read()[0]]
    attached = Register(home).use_case(use).attachments
    asked: dict[str, Callable[[], object]] = {
        SAID: lambda: connect.mended({"service": "chat"}, typed | place),
        "ville/cave": lambda: connect.host_named(typed | host),
        imported: lambda: connect.undone(imported, "DSI", "essai", "fr"),
    }
    with another(home):
        for named, ask in asked.items():
            with pytest.raises(SobriaError, match=f"{named}.*None of it is written") as refusal:
                ask()
            assert refusal.value.code == "build_locked_unwritten"
    assert not _journal(home) and not Ledger(home).in_force()
    assert Register(home).use_case(use).attachments == attached
    connect.mended({"service": "chat"}, typed | place)
    assert _journal(home) == [SAID] and len(Register(home).use_case(use).attachments) == len(attached) + 1
