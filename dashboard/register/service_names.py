"""Display names of the services of the ledger: the use case that they are attached to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from dashboard.register.estimator_gateway import register


def use_cases() -> Mapping[str, str]:
    """Id -> name of each use case of the register."""
    return {case.id: case.name for case in register().use_cases()}


def service_names(keys: Sequence[str]) -> Mapping[str, str]:
    """Key -> name of its use case; a key attached to none or several is left out.

    When several keys belong to one use case, each name is followed by its key.
    """
    held = register()
    cases = use_cases()
    patterns = held.attachments()
    found: dict[str, str] = {}
    for key in keys:
        owners = {a.use_case for a in patterns if fnmatchcase(key, a.service_key)} & cases.keys()
        if len(owners) == 1:
            found[key] = owners.pop()
    shared = Counter(found.values())
    return {key: cases[id] if shared[id] == 1 else f"{cases[id]} ({key})" for key, id in found.items()}
