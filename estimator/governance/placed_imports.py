"""Files imported with what is said of the places of their services, and places said afterwards."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from difflib import get_close_matches
from functools import partial
from glob import escape
from pathlib import Path
from typing import Any

from estimator.core.errors import LANGUAGES, SobriaError, reason_of, say
from estimator.core.language import DEFAULT
from estimator.core.searched_text import as_compared
from estimator.core.typography import some_of
from estimator.governance.place_changes import NAMED, applied
from estimator.governance.register.attachments import service_names
from estimator.governance.register.register import Register, author_of_what
from estimator.governance.register.register import author as author_of
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.places.journal import PlaceEntry, PlaceJournal, PlaceRule
from estimator.results.making import locked
from estimator.results.reading import current_results, open_current

RESTATED = ("line_restated", "row_restated", "row_told_again")  # remarks of a row of before that a new one replaces


def imported(
    home: Path,
    paths: Sequence[Path],
    services: Sequence[str],
    said: Mapping[str, Any],
    tell: Callable[[str, int, int], None],
) -> Mapping[str, Any]:
    """Import these files with what is said of the place of their services, rows and rules together or none; then the
    totals are made again, once. {"account", "lifted", "replaced"} and what the new rows weigh, as `weight_of`. tell:
    the step, what is done of it, of how much. SobriaError, where nothing of them could be read too; OSError."""
    rule = _rule(said)
    author = author_of(said["who"], said["why"]) if rule or said["use"] else None
    rules = [rule | {"service": escape(service)} for service in services if rule]
    with (ledger := Ledger(home)).importing():
        with PlaceJournal(home).adding_rules(rules, author) if author else nullcontext():
            report = import_paths(ledger, paths, reading_context(home), partial(tell, "importing"))
            if report.errors and not report.account.read:
                raise report.errors[0]
        new = ledger.only_in(*report.brought)
        try:
            if author and said["use"]:
                for service in services:
                    Register(home).attach(said["use"], {"service_key": escape(service)}, author)
            with locked(_files(paths), written=True):
                made = current_results(home, partial(tell, "totalling"))
        except OSError as error:
            raise SobriaError("totals_not_made", reason=reason_of(error)) from error
    replaced = sum(remark.code in RESTATED for remark in report.remarks)
    told = {"account": report.account.as_dict(), "lifted": report.lifted, "replaced": replaced}
    return told | made.weight_of(new)


def _files(paths: Sequence[Path]) -> dict[str, str]:
    """The import of these files, as it is asked, in each language."""
    told = some_of([path.name for path in paths], NAMED)
    return {lang: say("asked_to_write", "imported", lang, told=told) for lang in LANGUAGES}


def _rule(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says of a place, without who says it and of which use."""
    return {name: value for name, value in said.items() if name not in ("who", "why", "use") and value}


def mended(
    home: Path, target: Mapping[str, str], said: Mapping[str, Any], lang: str = DEFAULT, sure: bool = True
) -> list[str]:
    """What is said of the place of a service or of a run is a rule, and the build is made again: what it changes, as
    lines; the use case of a service is an attachment. target: one of service, run; said: who, why, then what was
    chosen; sure: of a service too that has no run. service_unmeasured; SobriaError."""
    use, told = said.get("use"), _rule(said)
    target = {**target, "service": _service(home, target["service"])} if target.get("service") else target
    about = {name: escape(value) if name == "service" else value for name, value in target.items() if value}
    rule = told | about if told or not use else None  # nothing chosen is refused as a rule that says nothing
    tried = PlaceJournal(home, trial=True)
    author = author_of_what(said["who"], said["why"], lambda author: rule is None or tried.add_rule(rule, author))
    if not sure and target["service"]:
        _service(home, target["service"], False)

    def attach() -> None:
        if use:
            Register(home).attach(use, {"service_key": escape(target["service"])}, author)

    def write(journal: PlaceJournal) -> list[PlaceEntry[PlaceRule]]:
        if not journal.trial:
            attach()
        return [journal.add_rule(rule or {}, author)]

    if rule is not None:
        return applied(home, write, "added", (), lang)[1]
    attach()
    return []


def _service(home: Path, read: str, sure: bool = True) -> str:
    """A service by its key or by the name of its use; unless sure, service_unmeasured of another, with those that hold
    what was read, else those that are spelt alike, by name."""
    found = open_current(home)
    keys = [entry.service_key for entry in (found.services() if found else ())]
    names, wanted = service_names(keys, Register(home).use_cases()), as_compared(read)
    by_name = {as_compared(name): key for key, name in names.items()}
    if read in keys or (sure and wanted not in by_name):
        return read
    if wanted in by_name:
        return by_name[wanted]
    known = {as_compared(key): key for key in keys} | by_name
    held = [name for name in known if wanted in name or name in wanted] or get_close_matches(wanted, known)
    near = dict.fromkeys(names.get(known[name], known[name]) for name in held)
    raise SobriaError("service_unmeasured", read=read, near=", ".join([*near][:NAMED]))
