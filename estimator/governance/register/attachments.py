"""Use case of a run, from the patterns attached to use cases, and what it calls its services."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from fnmatch import fnmatchcase

from estimator.governance.register.schema import Attachment, UseCase


def use_case_of(
    service_key: str, host: str | None, model: str | None, day: date, attachments: Iterable[Attachment]
) -> str | None:
    """The use case of the last written matching attachment, or None. `day`: that of the run's start."""
    found = [
        a
        for a in attachments
        if fnmatchcase(service_key, a.service_key)
        and a.host in (None, host)
        and a.model in (None, model)
        and (a.since is None or a.since <= day)
        and (a.until is None or day < a.until)
    ]
    return max(found, key=lambda a: (a.at, a.id)).use_case if found else None


def service_names(keys: Iterable[str], cases: Collection[UseCase]) -> dict[str, str]:
    """Key -> name of its use case, by which every page calls a service; a key attached to none or several is left out.

    When several keys have one name, each is followed by its key.
    """
    found = {}
    for key in keys:
        owners = [case.name for case in cases if any(fnmatchcase(key, a.service_key) for a in case.attachments)]
        if len(owners) == 1:
            [found[key]] = owners
    shared = Counter(found.values())
    return {key: name if shared[name] == 1 else f"{name} ({key})" for key, name in found.items()}
