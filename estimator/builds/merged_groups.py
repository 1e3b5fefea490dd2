"""The groups that authorities published, in the build of a wider one: sums of activity, without any row."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from estimator.assessment.explanation import formulas_version
from estimator.builds.equation_selection import AMOUNTS, ATTRIBUTES
from estimator.builds.inference_factors import HOURS, SERVING_COLUMNS
from estimator.builds.merge_journal import GroupsMerge, merges
from estimator.builds.published_groups import FORMAT, PublishedGroup, PublishedGroups
from estimator.builds.queries import SAMPLE_MARK
from estimator.catalogue.load import load
from estimator.core.atomic_files import publish
from estimator.core.duckdb_engine import DuckDB
from estimator.core.errors import LANGUAGES, say, sentences
from estimator.core.event_log import make_record
from estimator.core.home import AUTHORITIES, has_ledger
from estimator.core.refusals import ListedRefusal
from estimator.core.validation_messages import expected

AHEAD = timedelta(days=1)  # of a clock that is not set
SMALL = "(autres usages)"  # of small uses together: no id of a use has a bracket
TYPES = dict.fromkeys(("service_key", "model", *ATTRIBUTES, "answered"), "VARCHAR")
TYPES |= {"month": "BIGINT", "training": "BOOLEAN", "slices": "BIGINT"}
TYPES |= dict.fromkeys(("resource_share", "items", "requests", *AMOUNTS), "DOUBLE")


class MergeRefused(ListedRefusal):
    """Files that cannot be merged; none is."""

    code = "merge_refused"


def merged_files(home: Path) -> list[PublishedGroups]:
    """The files merged in a home, by name. MergeRefused: one was damaged since."""
    return [file for file, _ in _read(sorted((home / AUTHORITIES).glob("*.json")))]


def merge(home: Path, paths: Sequence[Path], replace: bool = False) -> list[PublishedGroups]:
    """Merge these files in a home, all or none; those that were not there. replace: a file takes the place of that of
    the same authority and period, if it was made after it. MergeRefused lists every fault."""
    there, given = merged_files(home), _read(paths)
    kept: list[tuple[PublishedGroups, str]] = [(file, f"{AUTHORITIES}/{file.name}") for file in there]
    wrong, new = [], list[PublishedGroups]()
    for file, name in given:
        about = {"file": name, "territory": file.territory, "period": file.period}
        twice = [(other, where) for other, where in kept if _twice(file, other)]
        if any(other.digest == file.digest for other, _ in twice):
            continue
        newer = [(other, at) for other, at in twice if other.moment >= file.moment and other.period == file.period]
        if replace and newer:
            dates = {"made_at": file.made_at, "base": newer[0][1], "there": newer[0][0].made_at}
            wrong.append(sentences("merge_faults", "merge_older", **about, **dates))
            continue
        if replace:
            twice = [(other, where) for other, where in twice if other in new or other.period != file.period]
        wrong += [*_other_method(file, about), *_implausible(file, about)]
        if bool(file.mark) != (home / SAMPLE_MARK).exists() and (kept or has_ledger(home)):
            wrong.append(sentences("merge_faults", "merge_sample", **about))
        wrong += [sentences("merge_faults", "merge_twice", **about, base=where) for _, where in twice]
        kept.append((file, name))
        new.append(file)
    if wrong:
        raise MergeRefused(wrong, count=len(wrong))
    before, names = {file.name: file.digest for file in there}, {file.digest: name for file, name in kept}
    with merges(home).writing(_records(new, before, names)):
        for file in new:
            publish(home / AUTHORITIES, file.name, f"{file.model_dump_json(indent=1)}\n".encode())
    if new and new[0].mark:
        (home / SAMPLE_MARK).touch()
    return new


def _records(new: Sequence[PublishedGroups], there: Mapping[str, str], given: Mapping[str, str]) -> list[GroupsMerge]:
    """What the journal keeps of these files. there: digests of those of the home, by name; given: names, by digest."""
    told = ("format", "territory", "administration", "period", "made_at", "digest")
    return [
        make_record(
            GroupsMerge,
            {name: getattr(file, name) for name in told}
            | {"file": given[file.digest], "replaces": there.get(file.name, "")},
            datetime.now(UTC),
        )
        for file in new
    ]


def _other_method(file: PublishedGroups, about: Mapping[str, str]) -> list[dict[str, str]]:
    """What says that a file was not made with the formulas and the factors of here."""
    read = {"merge_method": file.formulas_version, "merge_factors": file.factors_version}
    mine = {"merge_method": formulas_version(), "merge_factors": load().version}
    return [
        sentences("merge_faults", code, **about, read=read[code], expected=mine[code])
        for code in read
        if read[code] != mine[code]
    ]


def _implausible(file: PublishedGroups, about: Mapping[str, str]) -> list[dict[str, str]]:
    """What says that a file was not written by now, or that its sums are of no authority."""
    wrong = []
    if file.moment > datetime.now(UTC) + AHEAD:
        wrong.append(sentences("merge_faults", "merge_future", **about, made_at=file.made_at))
    for field, read, most in file.unlikely():
        wrong.append(
            sentences("merge_faults", "merge_unlikely", **about, field=field, read=f"{read:g}", most=f"{most:g}")
        )
    return wrong


def _twice(one: PublishedGroups, other: PublishedGroups) -> bool:
    """Whether two files count the same months of one authority."""
    return one.territory == other.territory and bool(one.months & other.months)


def _read(paths: Sequence[Path]) -> list[tuple[PublishedGroups, str]]:
    """These files, each with its name. MergeRefused."""
    found, wrong = [], []
    for path in paths:
        try:
            file = PublishedGroups.model_validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            if first["loc"] == ("format",) and str(first["input"]).startswith(f"{FORMAT.partition('/')[0]}/"):
                said = {"file": path.name, "read": first["input"], "expected": FORMAT}
                wrong.append(sentences("merge_faults", "merge_format", **said))
                continue
            told = {"file": path.name, "field": ".".join(map(str, first["loc"])) or "JSON"}
            each = ((lang, expected(first, lang)) for lang in LANGUAGES)
            said = {lang: say("merge_faults", "merge_unread", lang, **told, what=what) for lang, what in each}
            wrong.append({"code": "merge_unread", **said})
            continue
        if file.sealed().digest != file.digest:
            wrong.append(sentences("merge_faults", "merge_damaged", file=path.name))
        found.append((file, path.name))
    if wrong:
        raise MergeRefused(wrong, count=len(wrong))
    return found


def add_groups(engine: DuckDB, home: Path) -> None:
    """Tables `authorities` and `merged_services`, and the groups of the files in `groups` and `servings`, before any
    factor is selected: all have those of this build. A use has the key « authority:use »."""
    files = merged_files(home)
    facts = ("territory", "period", "administration", "made_at", "build", "factors_version", "formulas_version")
    columns: dict[str, list[Any]] = {name: [getattr(file, name) for file in files] for name in facts}
    columns |= {name: [getattr(file, name) for file in files] for name in ("withheld", "withheld_kwh")}
    types = dict.fromkeys(facts, "VARCHAR") | {"withheld": "BIGINT", "withheld_kwh": "DOUBLE"}
    engine.load("authorities", columns, types)
    uses = sorted({(file.territory, _key(file, group)) for file in files for group in file.groups})
    named = {"territory": [authority for authority, _ in uses], "service_key": [key for _, key in uses]}
    engine.load("merged_services", named, dict.fromkeys(named, "VARCHAR"))
    if not files:
        return
    rows = [_row(file, group) for file in files for group in file.groups]
    engine.load("merged_groups", {name: [row.get(name) for row in rows] for name in TYPES}, TYPES)
    engine.run(
        "INSERT INTO groups BY NAME SELECT COALESCE((SELECT MAX(group_id) FROM groups), 0) + ROW_NUMBER() OVER ()"
        " AS group_id, merged_groups.* FROM merged_groups; DROP TABLE merged_groups"
    )
    ways = [{**row, "serving": _serving(file, str(row["serving"]))} for file in files for row in file.servings]
    engine.load("merged_servings", {n: [row.get(n) for row in ways] for n in SERVING_COLUMNS}, SERVING_COLUMNS)
    engine.run("INSERT INTO servings BY NAME SELECT * FROM merged_servings; DROP TABLE merged_servings")


def _row(file: PublishedGroups, group: PublishedGroup) -> dict[str, Any]:
    about = group.model_dump(include={"month", "training", "resource_share", "slices"})
    texts = {**dict.fromkeys(("model", *ATTRIBUTES, "answered"), ""), **group.facts}
    named = {"serving": _serving(file, texts["serving"]), "service_key": _key(file, group)}
    return {**texts, **named, **group.sums, **about}


def _key(file: PublishedGroups, group: PublishedGroup) -> str:
    """The service of a group in the wider build."""
    return f"{file.territory}:{group.use or SMALL}"


def _serving(file: PublishedGroups, name: str) -> str:
    """A way of serving of one authority, by a name that no other has."""
    return f"{file.territory}_{file.period}:{name}" if name and name not in HOURS else name


def count_groups(engine: DuckDB) -> None:
    """The services of the merged groups, and their runs of unknown electricity, in the tables of a build."""
    merged = "merged_services.service_key = found.service_key"
    engine.run(
        "INSERT INTO services BY NAME SELECT found.service_key,"
        " CAST(COALESCE(SUM(slices) FILTER (serving <> 'waiting'), 0) AS BIGINT) AS runs,"
        " MIN(epoch_us(make_timestamp(month // 100, month % 100, 1, 0, 0, 0))) AS first_us,"
        " MAX(epoch_us(make_timestamp(month // 100, month % 100, 1, 0, 0, 0) + INTERVAL 1 MONTH)) AS last_us,"
        f" fsum(items) AS items, 0 AS to_check FROM groups AS found JOIN merged_services ON {merged} GROUP BY ALL;"
        "INSERT INTO unknown_energy BY NAME SELECT found.group_id || ':' || UNNEST(RANGE(slices)) AS row_id,"
        f" found.service_key, month FROM estimates AS found JOIN merged_services ON {merged}"
        " WHERE COALESCE(it_energy, site_energy) IS NULL"
    )
