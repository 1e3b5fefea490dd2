"""Inventory of a program without AI: its acts, and the machine kept on for it when none exists already."""

from collections.abc import Mapping, Sequence
from datetime import date

from estimator.assessment.evaluation import ActivityGroup
from estimator.catalogue.load import added_alternatives
from estimator.catalogue.tables import Catalogue
from estimator.comparison.scenario import Program
from estimator.core.errors import sentences
from estimator.places.supplier_answers import SupplierAnswer
from estimator.workloads.inventory import PLACE, Inventory
from estimator.workloads.request import Request
from estimator.workloads.resolution import resolve, resolve_subject


def program_inventory(
    program: Program, attempts: float, catalogue: Catalogue, day: date, supplied: Sequence[SupplierAnswer] = ()
) -> tuple[Mapping[str, str | None], Inventory]:
    """The subjects of a program, and its groups for all attempts of the period. SubjectUnknown names the nearest.

    A machine kept on for it is on for its `kept_years`. A service that is on no machine of one's own has no part that
    waits: a search engine, an e-mail.
    """
    resolve_subject(program.id, ("alternative",), catalogue)
    asked = Request(zone=program.zone, host=program.host, pue=program.pue)
    resolved = resolve(asked, catalogue, day, supplied=supplied)
    inventory, place = Inventory(warnings=list(resolved.warnings)), resolved.bounds(*PLACE)
    inventory.warnings += [
        sentences("warnings", "program_of_package", plug_in=added.who)
        for added in added_alternatives()
        if program.id in added.programs
    ]
    act, standby = (resolved.bound(name, program.id) for name in ("act_energy", "standby_energy"))
    inventory.groups.append(ActivityGroup({"program_acts": attempts * program.acts}, place | {"act_energy": act}))
    if act.factor is None:  # a person at their computer: nothing of a program runs, and nothing is hosted
        inventory.warnings = [told for told in inventory.warnings if told["code"] != "site_assumed"]
        return resolved.subjects, inventory
    if standby.factor is None:
        inventory.warnings.append(sentences("warnings", "program_of_others"))
    elif program.existing_server:
        inventory.warnings.append(sentences("warnings", "program_on_existing_server"))
    else:
        assert program.kept_years is not None
        years = {"kept_years": program.kept_years / program.shared_by}
        inventory.groups.append(ActivityGroup(years, place | {"standby_energy": standby}))
    inventory.warnings.append(sentences("warnings", "program_without_manufacture"))
    return resolved.subjects, inventory
