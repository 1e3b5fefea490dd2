"""Use case of a run, from the patterns attached to use cases."""

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase

from estimator.governance.register.schema import Attachment


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
