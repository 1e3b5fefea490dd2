"""What says that a file of groups cannot be merged: how it was made, what it tells, under what name."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from shlex import quote

from estimator.assessment.explanation import formulas_version
from estimator.builds.alike_files import alike_files
from estimator.builds.published_groups import MOST_MONTHS, PublishedGroups
from estimator.catalogue.load import load
from estimator.core.errors import sentences
from estimator.core.home import AUTHORITIES
from estimator.core.periods import Period
from estimator.core.typography import some_of

APART = timedelta(minutes=10)  # of the clocks of two machines, at most


def other_method(file: PublishedGroups, about: Mapping[str, str]) -> list[dict[str, str]]:
    """What says that a file was not made with the formulas and the factors of here."""
    read = {"merge_method": file.formulas_version, "merge_factors": file.factors_version}
    mine = {"merge_method": formulas_version(), "merge_factors": load().version}
    return [
        sentences("merge_faults", code, **about, read=read[code], expected=mine[code])
        for code in read
        if read[code] != mine[code]
    ]


def implausible(file: PublishedGroups, about: Mapping[str, str]) -> list[dict[str, str]]:
    """What says that a file was not written by now, or that its sums are of no authority."""
    wrong, now = [], datetime.now(UTC)
    if file.moment > now + APART:
        here = now.astimezone(file.moment.tzinfo).isoformat(timespec="seconds")
        wrong.append(sentences("merge_faults", "merge_future", **about, made_at=file.made_at, now=here))
    if late := file.written_before():
        told = {"made_at": file.made_at, "month": max(late)}
        wrong.append(sentences("merge_faults", "merge_late", **about, **told))
    if len(file.months) > MOST_MONTHS:
        wrong.append(sentences("merge_faults", "merge_long", **about, read=len(file.months), most=MOST_MONTHS))
    for field, read, most in file.unlikely():
        wrong.append(
            sentences("merge_faults", "merge_unlikely", **about, field=field, read=f"{read:g}", most=f"{most:g}")
        )
    return wrong


def older(file: PublishedGroups, about: Mapping[str, str], other: PublishedGroups, where: str) -> dict[str, str]:
    """What says that a file was not written after the other one, and does not take its place: with what to do where the
    date of that one is still to come."""
    code = "merge_older_ahead" if other.moment > datetime.now(UTC) else "merge_older"
    told = {"made_at": file.made_at, "base": where, "there": other.made_at, "name": quote(other.name)}
    return sentences("merge_faults", code, **about, **told)


def other_name(
    file: PublishedGroups,
    about: Mapping[str, str],
    others: Mapping[str, PublishedGroups],
    replaced: Collection[str],
    names: Mapping[str, str],
) -> list[dict[str, str]]:
    """What says that a file does not have the name of the others of its code, which may be wrong: figures have one name
    for all of them. others: by where they are; replaced: those whose place it takes; names: the last of each code."""
    now, known = file.administration, names.get(file.territory, "")
    if not others or now == known or not (known or others.keys() - set(replaced)):
        return []
    code = "merge_name_beside" if not known else "merge_other_name" if now else "merge_no_name"
    named = [where for where, other in others.items() if other.administration == known]
    return [sentences("merge_faults", code, **about, now=now, before=known, base=some_of(named or [*others]))]


def copies(
    files: Sequence[PublishedGroups], new: Sequence[PublishedGroups], given: Mapping[str, str]
) -> list[tuple[str, dict[str, str]]]:
    """What says, by its name, that a new file tells all that another authority's tells, or that most of one is the
    same. files: all that would count."""
    found = list[tuple[str, dict[str, str]]]()
    for pair in alike_files(files, {file.digest for file in new}):
        name = given[pair.file.digest]
        about = {"file": name, "territory": pair.file.territory, "period": pair.file.period}
        told = {"other": pair.other.territory, "base": given.get(pair.other.digest, f"{AUTHORITIES}/{pair.other.name}")}
        told |= {"months": str(Period.over(pair.months))}
        code = "merge_copy" if pair.whole else "merge_copy_most"
        found += [(name, sentences("merge_faults", code, **about, **told))] if pair.most else []
    return found
