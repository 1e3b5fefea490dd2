"""Files of groups of two authorities that tell the same, or that take the place of one under another name: refused
before anything is written, unless a reason is stated, which is kept."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estimator.builds.merge_journal import GroupsMerge, authority_names
from estimator.builds.merged_groups import MergeRefused, merge, merged_files, remove
from estimator.builds.published_groups import PublishedGroups
from estimator.core.event_log import make_record
from estimator.core.fields import Author
from estimator.governance.register.register import Register
from estimator.ledger.rows import Activity
from estimator.reporting.publications.groups_file import published_groups
from tests.reporting.authority import case, facts, plain, run
from tests.reporting.test_groups_in_place import _file
from tests.support import built, kept, sobria

NANCY, OTHER = "54395", "54547"
COPY = {
    "fr": (f"dit exactement ce que dit {NANCY}", "2026-T1", "--why MOTIF"),
    "en": (f"tells exactly what {NANCY} tells", "2026-T1", "--why REASON"),
}


def _published(folder: Path, code: str, *rows: Activity) -> Path:
    """The file of a commune with one use of each service."""
    home = folder / f"home-{code}-{len(list(folder.iterdir()))}"
    for key in {row.service_key for row in rows}:
        case(Register(home), key, code, key, key)
    built(home, *rows)
    path = folder / f"{code}-{len(list(folder.iterdir()))}.json"
    path.write_text(published_groups(facts(home, code, by=f"Mairie {code}")).model_dump_json(), "utf-8")
    return path


def _read(service: str = "courrier") -> list[Activity]:
    """12.34 kWh in January, 10.07 in March."""
    return [run(service, kwh, m, requests=500.0) for kwh, m in ((12.34, "2026-01"), (10.07, "2026-03"))]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The measurements of Nancy, published by it, then copied and published under the code of another commune, whose
    use has another name."""
    folder = tmp_path_factory.mktemp("pair")
    return [str(_published(folder, NANCY, *_read())), str(_published(folder, OTHER, *_read("accueil")))]


@pytest.mark.parametrize("lang", kept(COPY, "fr"))
def test_a_copy_under_another_code_is_refused(pair: list[str], tmp_path: Path, lang: str) -> None:
    """Given together, then after the first, with what to do; nothing is written."""
    said = plain(sobria(tmp_path, "ledger", "merge", *pair, code=1, lang=lang).stderr)
    assert all(words in said for words in COPY[lang]) and OTHER in said and not (tmp_path / "authorities").exists()
    sobria(tmp_path, "ledger", "merge", pair[0])
    said = plain(sobria(tmp_path, "ledger", "merge", pair[1], code=1, lang=lang).stderr)
    assert all(words in said for words in COPY[lang]) and f"authorities/{NANCY}_2026.json" in said
    assert [file.territory for file in merged_files(tmp_path)] == [NANCY]


@pytest.mark.parametrize(("lang", "words"), [("fr", "ont des groupes identiques"), ("en", "that are identical")])
def test_with_a_reason_it_is_merged_and_said(pair: list[str], tmp_path: Path, lang: str, words: str) -> None:
    why = "deux sites d'un même contrat, relevés à parts égales"
    said = plain(sobria(tmp_path, "ledger", "merge", *pair, "--why", why, lang=lang).stdout)
    assert words in said and f"{OTHER}_2026.json" in said
    assert why in plain(sobria(tmp_path, "ledger", "history", lang=lang).stdout)
    entries = json.loads(sobria(tmp_path, "ledger", "history", "--json").stdout)["merges"]
    assert [entry["why"] for entry in entries] == [why, why]


def test_a_service_that_two_communes_read_is_said_and_merged(pair: list[str], tmp_path: Path) -> None:
    """Each has as many lines, of 31 or 35 kWh, of its own beside the 22.41 of the same: a share may be true, and is to
    be seen."""
    own = {
        a: [run(a, kwh + n, m, requests=700.0) for n, m in ((0, "2026-01"), (1, "2026-03"))]
        for a, kwh in (("a", 15.01), ("b", 17.02))
    }
    files = [_published(tmp_path, code, *_read(), *own[a]) for code, a in ((NANCY, "a"), (OTHER, "b"))]
    home = tmp_path / "national"
    body = json.loads(sobria(home, "ledger", "merge", *map(str, files), "--json").stdout)
    [told] = body["alike"]
    assert {told["territory"], told["other_territory"]} == {NANCY, OTHER} and told["whole"] is False
    assert told["months"] == [202601, 202603]


@pytest.mark.parametrize("lang", kept(COPY, "fr"))
@pytest.mark.parametrize("first", [0, 1])
def test_a_copy_with_a_service_beside_is_refused(pair: list[str], tmp_path: Path, lang: str, first: int) -> None:
    """Of 25.62 kWh of the other commune, 22.41 are Nancy's, which is all that Nancy has: whichever comes first; with a
    reason, it is merged, and said to count twice."""
    other = str(_published(tmp_path, OTHER, *_read("accueil"), run("chat", 3.21, requests=700.0)))
    files, home = [pair[0], other], tmp_path / "national"
    sobria(home, "ledger", "merge", files[first])
    said = plain(sobria(home, "ledger", "merge", files[1 - first], code=1, lang=lang).stderr)
    words = {"fr": "plus de la moitié de ce que dit l'un des deux", "en": "more than half of what one of the two tells"}
    assert words[lang] in said and COPY[lang][2] in said and len(merged_files(home)) == 1
    body = json.loads(sobria(home, "ledger", "merge", files[1 - first], "--why", "deux sites", "--json").stdout)
    assert [told["whole"] for told in body["alike"]] == [False]


def test_round_numbers_that_people_state_are_no_copy(tmp_path: Path) -> None:
    """Two communes with 10 kWh stated of March: neither refused nor said."""
    files = [str(_published(tmp_path, code, run("courrier", 10, requests=500.0))) for code in (NANCY, OTHER)]
    assert json.loads(sobria(tmp_path / "national", "ledger", "merge", *files, "--json").stdout)["alike"] == []


def _stated(*amounts: float) -> list[Activity]:
    return [run("courrier", kwh, f"2026-0{month}", requests=500.0) for month, kwh in enumerate(amounts, 1)]


def test_stated_numbers_of_several_months_are_a_copy(tmp_path: Path) -> None:
    """10, 20 and 30 kWh stated, the same under two codes: 120 kWh would be told of 60. Given with its own code changed
    and its digest made again too. 10 kWh of every month may be stated by two."""
    files = [_published(tmp_path, code, *_stated(10, 20, 30)) for code in (NANCY, OTHER)]
    told = PublishedGroups.read(files[0].read_bytes()).model_copy(
        update={"territory": OTHER, "administration": "Autre"}
    )
    (tmp_path / "recoded.json").write_text(told.sealed().model_dump_json(), "utf-8")
    for copy in (files[1], tmp_path / "recoded.json"):
        said = plain(sobria(tmp_path / "both", "ledger", "merge", str(files[0]), str(copy), code=1).stderr)
        assert COPY["fr"][0] in said and COPY["fr"][2] in said
    assert not (tmp_path / "both").exists()
    files = [_published(tmp_path, code, *_stated(10, 10, 10)) for code in (NANCY, OTHER)]
    merge(tmp_path / "both", files)
    assert len(merged_files(tmp_path / "both")) == 2


def test_an_entry_of_the_journal_without_a_reason_is_what_it_was() -> None:
    """Its hash is that of the fields that it had before a reason could be stated."""
    names = ("file", "format", "territory", "administration", "period", "made_at", "digest", "replaces")
    record = make_record(GroupsMerge, dict.fromkeys(names, "x"), datetime(2026, 3, 1, tzinfo=UTC))
    assert record.model_dump().keys() == {*names, "event", "at"}


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "Le code est peut-être faux : rien n'est réuni"), ("en", "The code may be wrong: nothing is merged")],
)
def test_a_file_under_the_code_of_another_authority_does_not_take_its_place(
    tmp_path: Path, lang: str, words: str
) -> None:
    """Vandœuvre's 2025 and 2026, then Nancy's 2026 under its code, with --replace: refused, its names untouched."""
    home = tmp_path / "home"
    for period in ("2025", "2026"):
        merge(home, [_file(tmp_path, OTHER, period, by="Vandœuvre")])
    wrong = _file(tmp_path, OTHER, "2026", hour=11, by="Nancy")
    said = plain(sobria(home, "ledger", "merge", "--replace", str(wrong), code=1, lang=lang).stderr)
    assert words in said and "Vandœuvre" in said and "Nancy" in said and f"{OTHER}_2026.json" in said
    assert {file.administration for file in merged_files(home)} == {"Vandœuvre"}
    with pytest.raises(MergeRefused):
        merge(home, [wrong], replace=True)
    body = json.loads(sobria(home, "ledger", "merge", "--replace", "--why", "fusion", str(wrong), "--json").stdout)
    assert body["renamed"] == {OTHER: ["Vandœuvre", "Nancy"]}
    [gone] = body["replaced"][f"{OTHER}_2026.json"]
    assert (gone["name"], gone["administration"]) == (f"{OTHER}_2026.json", "Vandœuvre")


def test_a_file_without_a_name_is_of_nobody_that_is_known(tmp_path: Path) -> None:
    """Lille's 2026, then files of its code that do not say who writes: its correction, or 2025. Lille's 2025 beside one
    that does not say, alike; not in its place, for that one is then of nobody."""
    home, unnamed = tmp_path / "home", _file(tmp_path, OTHER, hour=11, by="")
    merge(home, [_file(tmp_path, OTHER, by="Lille")])
    for lang, words in (("fr", "ne dit pas de qui il est"), ("en", "does not say who it is from")):
        for path in (unnamed, _file(tmp_path, OTHER, "2025", by="")):
            said = plain(sobria(home, "ledger", "merge", "--replace", str(path), code=1, lang=lang).stderr)
            assert words in said and "Lille" in said and f"{OTHER}_2026.json" in said and "--why" in said
    with pytest.raises(MergeRefused, match="Lille"):
        merge(tmp_path / "together", [_file(tmp_path, OTHER, by="Lille"), _file(tmp_path, OTHER, "2025", by="")])
    assert {file.period: file.administration for file in merged_files(home)} == {"2026": "Lille"}
    beside, year = tmp_path / "beside", _file(tmp_path, OTHER, "2025", by="Lille")
    merge(beside, [_file(tmp_path, OTHER, by=""), _file(tmp_path, NANCY, by="")])
    with pytest.raises(MergeRefused, match=r"2025, is from “Lille”; .*2026\.json"):
        merge(beside, [year])
    merge(beside, [_file(tmp_path, NANCY, hour=11, by="Nancy")], replace=True)
    merge(beside, [year], why="la même")
    assert authority_names(beside) == {OTHER: "Lille", NANCY: "Nancy"}


def test_no_name_is_kept_from_a_file_that_was_taken_out(tmp_path: Path) -> None:
    """Lille's file is taken out, and Bordeaux's, under its code by mistake, does not say who writes."""
    home, path = tmp_path / "home", _file(tmp_path, OTHER, hour=11, by="")
    merge(home, [_file(tmp_path, OTHER, by="Lille")])
    remove(home, f"{OTHER}_2026.json", Author(who="Service énergie", why="envoyé par erreur"))
    merge(home, [path])
    assert authority_names(home) == {}
    body = json.loads(sobria(home, "totals", "--json").stdout)
    assert [one["administration"] for one in body["authorities"]] == [""]


@pytest.mark.parametrize(("lang", "words"), [("fr", "prend la place de"), ("en", "takes the place of")])
def test_what_a_file_replaces_is_said(tmp_path: Path, lang: str, words: str) -> None:
    """Two quarters, then the year."""
    home = tmp_path / "home"
    merge(home, [_file(tmp_path, NANCY, quarter) for quarter in ("2026-T1", "2026-T2")])
    year = str(_file(tmp_path, NANCY, hour=11))
    said = plain(sobria(home, "ledger", "merge", "--replace", year, lang=lang).stdout)
    assert f"{NANCY}-2026-11-Mairie.json {words} {NANCY}-2026-T1-10-Mairie.json (Mairie" in said
    assert f"{NANCY}-2026-T2-10-Mairie.json" in said


def _withheld(folder: Path, code: str, by: str, kwh: float | None, **more: object) -> str:
    """A file of a commune of one home that withholds all of it, with another period where it is given."""
    home = folder / "home"
    if not home.exists():
        case(Register(home), "courrier", NANCY, "courrier", "courrier")
        built(home, *_read())
    held = published_groups(facts(home, NANCY, by=by)).model_dump(mode="json")
    held |= {"groups": [], "servings": [], "withheld": 2, "uses_withheld": 2, "withheld_kwh": kwh, "digest": ""}
    held["review"] |= {"services": [], "months": []}
    held |= {"territory": code, **more}
    path = folder / f"{code}.json"
    path.write_text(PublishedGroups.model_validate_json(json.dumps(held)).sealed().model_dump_json(), "utf-8")
    return str(path)


@pytest.mark.parametrize(("kwh", "by"), [(500.0, "Mairie"), (None, "Mairie"), (500.0, "Ville")])
def test_a_copy_of_what_withholds_all_is_refused(tmp_path: Path, kwh: float | None, by: str) -> None:
    """The same build under two codes, everything withheld: of one name, or with the same figures. With a reason, it is
    merged, and the reason is kept."""
    files = [_withheld(tmp_path, NANCY, "Mairie", kwh), _withheld(tmp_path, OTHER, by, kwh)]
    for lang in ("fr", "en"):
        said = plain(sobria(tmp_path / "wide", "ledger", "merge", *files, code=1, lang=lang).stderr)
        assert COPY[lang][0] in said and OTHER in said
    sobria(tmp_path / "wide", "ledger", "merge", files[0])
    sobria(tmp_path / "wide", "ledger", "merge", files[1], code=1)
    sobria(tmp_path / "wide", "ledger", "merge", files[1], "--why", "deux communes d'un même dossier")
    assert len(merged_files(tmp_path / "wide")) == 2


@pytest.mark.parametrize(
    ("kwh", "by", "more"),
    [
        (300.0, "Mairie", {}),
        (None, "Ville", {}),
        (500.0, "Mairie", {"build": "0" * 16}),
        (500.0, "Mairie", {"period": "2025"}),
    ],
)
def test_communes_of_one_home_that_withhold_all_are_merged(
    tmp_path: Path, kwh: float | None, by: str, more: dict[str, object]
) -> None:
    """Of other figures; of another name, without any; of another build; of other months."""
    first = _withheld(tmp_path, NANCY, "Mairie", kwh if kwh is None else 500.0)
    sobria(tmp_path / "wide", "ledger", "merge", first, _withheld(tmp_path, OTHER, by, kwh, **more))
    assert len(merged_files(tmp_path / "wide")) == 2
