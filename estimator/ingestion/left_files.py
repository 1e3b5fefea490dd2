"""What an import leaves of a folder, and why."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from estimator.core.errors import SobriaError, sentences, texts
from estimator.core.typography import escaped
from estimator.ingestion.parsing.file_names import TEXT, unrotated
from estimator.ingestion.reader import beginning
from estimator.ingestion.readers import LeftFile, reader_of

_PACKED = re.compile(r"\.(gz|tgz|bz2|xz|zst|7z|zip|tar)$", re.IGNORECASE)
KINDS = ("packed", "table", "ending", "linked", "hidden")  # of files that are left for their name or their place


def packed(names: Iterable[str]) -> list[str]:
    """Those of these files whose names say that they are compressed, or archives."""
    return [name for name in names if _PACKED.search(name)]


def why_left(left: Iterable[LeftFile]) -> list[dict[str, Any]]:
    """Why these are left: {"code", "names"} and each language; those of a kind together, then one by one those that no
    reader recognised, as when they are named."""
    kinds: dict[str, list[str]] = {}
    unread: list[dict[str, Any]] = []
    for file in left:
        why = _why(file)
        if isinstance(why, str):
            kinds.setdefault(why, []).append(escaped(file.name))
        else:
            unread.append(why.as_dict() | {"names": [escaped(file.name)]})
    told = [kind for kind in KINDS if kind in kinds]
    return [
        sentences("why_left", kind, names=", ".join(kinds[kind])) | {"names": kinds[kind]} for kind in told
    ] + unread


def left_lines(why: Sequence[Mapping[str, Any]], lang: str) -> list[str]:
    """The same in words."""
    lines = [one[lang] for one in why if one["code"] in KINDS]
    return lines + unread_lines([{"error": one} for one in why if one["code"] not in KINDS], lang)


def _why(file: LeftFile) -> str | SobriaError:
    """One of KINDS, or why no reader takes it."""
    name = file.place.name
    if f"/{file.name}".count("/."):
        return "hidden"
    if file.name.endswith("/"):
        return "linked"
    if packed([name]):
        return "packed"
    if not TEXT.search(unrotated(name)):
        return "ending"
    if file.place.exists() and not file.place.is_file():
        return SobriaError("not_a_file", file=name)
    try:
        reader_of(beginning(file.place))
    except SobriaError as error:
        return error
    return "table"


def unread_lines(files: Sequence[Mapping[str, Any]], lang: str) -> list[str]:
    """Why files are not read, each of them; what was expected of those that are no trace, in the first alone."""
    refused = [file["error"] for file in files if file["error"]]
    alike = [error[lang] for error in refused if error["code"] == "not_a_trace"]
    expected = texts("errors", lang)["not_a_trace"].partition("{columns}")[2].partition("{named}")[0]
    end = expected.partition(".")[0] + "."
    others = [said.partition(expected)[0] + end for said in alike[1:]]
    return [*alike[:1], *others, *(error[lang] for error in refused if error["code"] != "not_a_trace")]
