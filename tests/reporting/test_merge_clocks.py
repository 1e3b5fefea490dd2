"""The journal of merged groups on machines whose clocks are wrong: what was done last counts."""

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from estimator.builds import merge_faults, merged_groups
from estimator.builds.merge_journal import (
    GroupsRemoval,
    lost_merges,
    merges_of,
    removals,
    stray_merges,
    unfinished_merges,
)
from estimator.builds.merged_groups import MergeRefused, merge, merged_files, remove
from estimator.builds.published_groups import PublishedGroups
from estimator.core.event_log import make_record
from estimator.core.fields import Author
from tests.reporting.authority import plain
from tests.reporting.test_groups_in_place import _file
from tests.support import sobria

WHO = Author(who="Service numérique", why="essai")


class Clock(datetime):
    """The clock of a machine, so many days off."""

    days = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(days=cls.days)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merged_groups, "datetime", Clock)
    monkeypatch.setattr(Clock, "days", 0)


def _sound(home: Path, *names: str) -> None:
    """These files count, and nothing is said of any other."""
    assert [file.name for file in merged_files(home)] == [*names]
    assert not (lost_merges(home) or stray_merges(home) or unfinished_merges(home))


@pytest.mark.parametrize("days", [-400, 400])
def test_a_merge_after_a_removal_counts_and_a_removal_after_a_merge_takes_out(tmp_path: Path, days: int) -> None:
    """Each by another machine than the one before, more than a year off, forwards or back."""
    path, name = _file(tmp_path, "54395"), "54395_2026.json"
    for turn in range(4):
        Clock.days = days * (turn % 2)
        merge(tmp_path / "home", [path])
        _sound(tmp_path / "home", name)
        Clock.days = days * ((turn + 1) % 2)
        remove(tmp_path / "home", name, WHO)
        _sound(tmp_path / "home")
    assert len({one.at[:4] for one in merges_of(tmp_path / "home")}) == 2, "each says the day that its machine had"


def test_a_file_takes_the_place_of_one_that_came_by_a_clock_ahead(tmp_path: Path) -> None:
    Clock.days = 3
    merge(tmp_path / "home", [_file(tmp_path, "54395")])
    Clock.days = 0
    merge(tmp_path / "home", [_file(tmp_path, "54395", hour=11)], replace=True)
    _sound(tmp_path / "home", "54395_2026.json")
    assert "Every file is what was written" in sobria(tmp_path / "home", "ledger", "verify", lang="en").stdout


def test_a_removal_of_before_ranks_that_is_dated_to_come_is_gone_over(tmp_path: Path) -> None:
    """As a version before wrote it, in 2099."""
    facts = {"file": "54395_2026.json", "digest": "", "who": "DSI", "why": "erreur"}
    old = make_record(GroupsRemoval, facts, datetime(2099, 1, 1, tzinfo=UTC))
    assert "rank" not in old.model_dump()
    removals(tmp_path / "home").write(old)
    merge(tmp_path / "home", [_file(tmp_path, "54395")])
    _sound(tmp_path / "home", "54395_2026.json")


def _dated(folder: Path, made: datetime) -> Path:
    """A file that says that it was written then."""
    path = _file(folder, "54395")
    held = PublishedGroups.read(path.read_bytes()).model_copy(update={"made_at": made.isoformat(timespec="seconds")})
    path = folder / f"{made:%d-%H-%M}.json"
    path.write_text(held.sealed().model_dump_json(), "utf-8")
    return path


def test_a_file_of_a_clock_ahead_is_refused_with_both_dates(tmp_path: Path) -> None:
    """Of twenty hours, or of one; five minutes are two clocks that are not set to the second."""
    now, home = datetime.now(UTC), tmp_path / "home"
    for hours in (20, 1):
        with pytest.raises(MergeRefused) as refusal:
            merge(home, [path := _dated(tmp_path, now + timedelta(hours=hours))])
        made = PublishedGroups.read(path.read_bytes()).made_at
        [fault] = refusal.value.items
        assert fault["code"] == "merge_future" and made in fault["fr"] and f"{now:%Y-%m-%dT%H:}" in fault["fr"]
    assert not home.exists() and len(merge(home, [_dated(tmp_path, now + timedelta(minutes=5))])) == 1


@pytest.mark.parametrize(("lang", "words"), [("fr", "une date encore à venir"), ("en", "a date that is still to come")])
def test_a_correction_of_a_file_dated_to_come_says_what_to_take_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    """The first was let in by a machine whose clock was ahead too."""
    monkeypatch.setattr(merge_faults, "datetime", Clock)
    now, home = datetime.now(UTC), tmp_path / "home"
    first, right = _dated(tmp_path, now + timedelta(hours=20)), _dated(tmp_path, now - timedelta(minutes=1))
    Clock.days = 1
    merge(home, [first])
    Clock.days = 0
    said = sobria(home, "ledger", "merge", "--replace", str(right), code=1, lang=lang).stderr
    dates = [PublishedGroups.read(path.read_bytes()).made_at for path in (first, right)]
    assert words in plain(said) and all(date in said for date in dates)
    command = "sobria ledger withdraw --file 54395_2026.json"
    assert command in said
    sobria(home, *command.split()[1:], "--who", "DSI", "--why", "horloge")
    merge(home, [right])
    _sound(home, "54395_2026.json")
