"""Programs without AI that other packages add to the tables: their rows with sources, checked as ours are."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from estimator.catalogue.schema import Proposal
from estimator.catalogue.tables import Catalogue
from estimator.catalogue.user_tables import OwnTablesRefused, with_own
from estimator.core.plug_ins import PlugIn, plug_ins

KIND = "alternative"


class AddedAlternatives(NamedTuple):
    """The programs that a package added, and for which tasks it proposes them."""

    who: PlugIn
    programs: frozenset[str]
    proposals: tuple[Proposal, ...]


def with_alternatives(catalogue: Catalogue) -> tuple[Catalogue, tuple[AddedAlternatives, ...]]:
    """The tables with what packages add, and these; the same tables where no package adds any."""
    merged = [catalogue]

    def added(who: PlugIn, declared: Mapping[str, Any]) -> AddedAlternatives:
        proposals = tuple(map(Proposal.model_validate, who.wanted(declared, "proposals", list)))
        merged.append(_merged(merged[-1], who, who.wanted(declared, "tables", Path), proposals))
        programs = frozenset(merged[-1].subjects.keys() - merged[-2].subjects.keys())
        return AddedAlternatives(who, programs, proposals)

    found = tuple(plug_ins("sobria.alternatives", (), added).values())
    return merged[-1], found


def _merged(catalogue: Catalogue, who: PlugIn, folder: Path, proposals: tuple[Proposal, ...]) -> Catalogue:
    """The tables with those of a folder, whose sources then name the package. PlugInRefused where a row is faulty, or
    says anything of a subject that is not its own."""
    try:
        found = with_own(catalogue, str(folder), marked=False)
    except OwnTablesRefused as error:
        raise who.refusal("plug_in_table", **error.facts) from error
    mine = found.subjects.keys() - catalogue.subjects.keys()
    told = {item.subject for item in found.factors if item.id not in catalogue.by_id}
    for name in sorted((told | {one.alternative for one in proposals}) - mine):
        raise who.refusal("plug_in_taken", name=name)
    for name in sorted(mine):
        if found.subjects[name].kind != KIND:
            raise who.refusal("plug_in_type", what=name, read=found.subjects[name].kind, expected=KIND)
    for one in proposals:
        for what, name, known in (("task", one.task, catalogue.subjects), ("source", one.source, found.sources)):
            if name not in known:
                raise who.refusal("plug_in_type", what=what, read=name, expected=what)
    sources = {
        name: item if name in catalogue.sources else item.model_copy(update={"title": f"{item.title}, {who}"})
        for name, item in found.sources.items()
    }
    version = hashlib.blake2b(f"{found.version} {who}".encode(), digest_size=8).hexdigest()
    return Catalogue(**found.tables() | {"sources": sources, "version": version})
