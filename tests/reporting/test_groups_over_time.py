"""What an authority publishes of several periods: no difference of two files is of fewer than five agents."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.merged_groups import merge, merged_files
from estimator.builds.published_groups import PublishedGroups
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.reen_file import commune_file
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

CODE = "54395"
FEW = {"rare": 2, "lente": 2, "trio": 3}  # agents of each, with a model of its own
MODELS = dict(zip(FEW, ("mistral-7b-instruct", "llama-3.1-8b", "qwen3-8b"), strict=True))
TOKENS: dict[str, Any] = {"other_energy_kwh": None, "other_mode": "mode/not_declared", "host": "scaleway/fr-par-2"}
TOKENS |= {"output_tokens": 2e5, "input_tokens": 3e5, "context_tokens": 1e8, "requests": 6.0}
TOKENS |= {"machine": None, "machine_hours": None, "resource_share": None}


def _commune(home: Path, there: Mapping[str, list[int]]) -> Path:
    """A commune of two large uses, 40 and 30 agents, and of small ones, in these months of 2026."""
    statements = Commitments(home)
    for name, agents in {"courrier": 40, "chat": 30, **FEW}.items():
        case(Register(home), f"{name}{CODE}", CODE, f"{name}-{CODE}", f"{name} {CODE}")
        said = {"service": f"{name} {CODE}", "date": "2026-01-02", "trained": 1, "with_access": agents, "kind": "essai"}
        statements.state_training(said, voter("Ressources humaines", "déclaration"))
    rows = [run(f"courrier-{CODE}", 1.5 + month, f"2026-{month:02}", requests=500.0) for month in range(1, 5)]
    rows += [run(f"chat-{CODE}", 2.5, f"2026-{month:02}", requests=400.0) for month in range(1, 5)]
    for name, months in there.items():
        rows += [run(f"{name}-{CODE}", 0, f"2026-{m:02}", **TOKENS, model=MODELS[name]) for m in months]
    built(home, *rows)
    return home


def test_a_quarter_and_the_quarter_with_april_do_not_give_april_of_three_agents(tmp_path: Path) -> None:
    """From January to March, uses of 2 and 3 agents; in April, that of 3 alone. Of a part of a year, the electricity
    that is withheld is not told, with April or without: less one another, it would be that of 3. Of a quarter of a year
    in which one of both lacks a month, nothing is, as that less its months would be of the other."""
    small = {"rare": [1, 2, 3], "trio": [1, 2, 3]}
    april = small | {"trio": [1, 2, 3, 4]}
    both = {name: [1, 2, 3, 4] for name in small}
    homes = [_commune(tmp_path / name, there) for name, there in (("less", small), ("april", april), ("both", both))]
    periods, day = ("2026-01..2026-03", "2026-01..2026-04"), date(2026, 4, 30)
    found = [facts(home, CODE, period=period, today=day) for home in homes for period in periods]
    told = [(file.withheld, file.uses_withheld, file.withheld_kwh) for file in map(published_groups, found)]
    nothing, kinds = (None, None, None), (2, 2, None)
    assert told == [nothing, kinds, nothing, kinds, kinds, kinds]
    whole = found[4]
    review = commune_file(whole)
    assert review.as_read_kwh == pytest.approx(2.5 + 3.5 + 4.5 + 3 * 2.5)
    assert (review.withheld, review.withheld_kwh) == (True, 0)


def test_the_home_says_when_each_file_came_and_what_it_replaced(tmp_path: Path) -> None:
    """A year, then its correction with April: two entries that nothing rewrites; the same file again adds none."""
    given = [tmp_path / "Mairie à Été.json", tmp_path / "corrigé.json"]
    for path, months in zip(given, ([1, 2, 3], [1, 2, 3, 4]), strict=True):
        home = _commune(tmp_path / path.stem, {"rare": months, "trio": months})
        path.write_text(published_groups(facts(home, CODE, by="Mairie")).model_dump_json(), "utf-8")
    national = tmp_path / "national"
    sobria(national, "ledger", "merge", str(given[0]))
    first = {path.name: path.read_bytes() for path in (national / "authorities" / "journal").iterdir()}
    for _ in range(2):
        sobria(national, "ledger", "merge", "--replace", str(given[1]))
    entries = json.loads(sobria(national, "ledger", "history", "--json").stdout)["merges"]
    assert [(one["file"], one["period"], one["territory"]) for one in entries] == [
        (p.name, "2026", CODE) for p in given
    ]
    assert [one["replaces"] for one in entries] == ["", entries[0]["digest"]]
    [(name, body)] = first.items()
    assert (national / "authorities" / "journal" / name).read_bytes() == body
    for lang, words in (("fr", "à la place de"), ("en", "in the place of")):
        old, new = plain(sobria(national, "ledger", "history", lang=lang).stdout).split("sobria-groups/1")[:2]
        assert f"{CODE} Mairie, 2026" in old and given[0].name in old and given[1].name in new
        assert f"{words} {entries[0]['digest'][:12]}" in plain(sobria(national, "ledger", "history", lang=lang).stdout)


def test_a_file_made_before_a_head_count_does_not_bring_back_what_the_next_one_withholds(tmp_path: Path) -> None:
    """`courrier` and `chat`, 40 and 30 agents, are told; then 2 agents are stated of each: one build, two files, of
    which the second has no group. The first does not take its place; the same file again is no fault."""
    home, national = _commune(tmp_path / "home", {}), tmp_path / "national"
    paths = [tmp_path / name for name in ("avant.json", "apres.json")]
    paths[0].write_text(published_groups(facts(home, CODE, by="Mairie")).model_dump_json(), "utf-8")
    for name in ("courrier", "chat"):
        said = {"service": f"{name} {CODE}", "date": "2026-01-03", "trained": 1, "with_access": 2, "kind": "essai"}
        Commitments(home).state_training(said, voter("Ressources humaines", "correction"))
    paths[1].write_text(published_groups(facts(home, CODE, by="Mairie")).model_dump_json(), "utf-8")
    old, new = (PublishedGroups.model_validate_json(path.read_bytes()) for path in paths)
    assert old.build == new.build and old.moment < new.moment and len(old.groups) > len(new.groups)
    merge(national, paths[1:])
    said = sobria(national, "ledger", "merge", "--replace", str(paths[0]), code=1).stderr
    assert old.made_at in said and new.made_at in said and merge(national, paths[1:], replace=True) == []
    [entry] = json.loads(sobria(national, "ledger", "history", "--json").stdout)["merges"]
    assert entry["made_at"] == new.made_at and merged_files(national) == [new]


def test_an_authority_of_which_nothing_is_recorded_publishes_it_and_is_counted(tmp_path: Path) -> None:
    """Nothing of 2025: a file without a group nor anything withheld; its share is no zero, and no run is counted."""
    home, national, out = _commune(tmp_path / "home", {}), tmp_path / "national", tmp_path / "rien.json"
    asked = f"report groups --territory {CODE} --period 2025 --out".split()
    assert "Rien de mesuré ne veut pas dire rien d'utilisé" in plain(sobria(home, *asked, str(out)).stdout)
    assert "Nothing measured" in sobria(home, *asked, str(out), lang="en").stdout
    found = json.loads(sobria(national, "ledger", "merge", str(out), "--json").stdout)
    assert [(one["territory"], one["share"], one["files"][0]["withheld"]) for one in found["authorities"]] == [
        (CODE, None, 0)
    ]


def test_a_file_of_a_newer_format_asks_for_an_update_and_another_file_for_ours(tmp_path: Path) -> None:
    """« sobria-groups/2 » is read; of another format, or no JSON, it is no file of groups. Nothing is written."""
    newer, other, text = (tmp_path / name for name in ("neuf.json", "autre.json", "texte.json"))
    newer.write_text('{"format": "sobria-groups/2", "groups": {}}', "utf-8")
    other.write_text('{"format": "sobria-reen/1"}', "utf-8")
    text.write_text("bonjour", "utf-8")
    for lang, update, ours in (("fr", "Mettez SobrIA à jour", "est attendu"), ("en", "Update SobrIA", "is expected")):
        home = tmp_path / "home"
        said = sobria(home, "ledger", "merge", *map(str, (newer, other, text)), code=1, lang=lang).stderr
        lines = [line for line in said.splitlines() if ".json" in line]
        assert update in lines[0] and "sobria-groups/2" in lines[0] and all(ours in line for line in lines[1:])
        assert len(lines) == 3 and not (home / "authorities").exists()


def test_a_file_in_which_all_is_withheld_says_so_with_what_may_open_it(tmp_path: Path) -> None:
    """One use of two agents, alone in its commune: no group, and the total is not told either."""
    case(Register(tmp_path), "seul", CODE, "seul", "seul")
    said = {"service": "seul", "date": "2026-01-02", "trained": 1, "with_access": 2, "kind": "essai"}
    Commitments(tmp_path).state_training(said, voter("Ressources humaines", "déclaration"))
    built(tmp_path, run("seul", 2.0, "2026-01", requests=6.0))
    asked = ["report", "groups", "--territory", CODE, "--period", "2026", "--out", str(tmp_path / "groupes.json")]
    found = plain(sobria(tmp_path, *asked).stdout)
    assert "sans groupe" in found and "--with-access" in found and "--period" in found
    assert "has no group" in sobria(tmp_path, *asked, lang="en").stdout
    assert json.loads((tmp_path / "groupes.json").read_text("utf-8"))["groups"] == []


def test_a_file_in_which_all_is_withheld_tells_no_count_and_never_zero(tmp_path: Path) -> None:
    """Of one use of two agents, three months are three groups: their count would tell in how many months it ran."""
    case(Register(tmp_path), "seul", CODE, "seul", "seul")
    said = {"service": "seul", "date": "2026-01-02", "trained": 1, "with_access": 2, "kind": "essai"}
    Commitments(tmp_path).state_training(said, voter("Ressources humaines", "déclaration"))
    built(tmp_path, *(run("seul", 2.0, f"2026-{month:02}", requests=6.0) for month in (1, 2, 3)))
    held = published_groups(facts(tmp_path, CODE))
    assert (held.withheld, held.uses_withheld, held.withheld_kwh, held.groups) == (None, None, None, ())
    path = tmp_path / "retenu.json"
    path.write_text(held.model_dump_json(), "utf-8")
    national = tmp_path / "national"
    assert "leur électricité n'est pas dite" in plain(sobria(national, "ledger", "merge", str(path)).stdout)
    [file] = json.loads(sobria(national, "totals", "--json").stdout)["authorities"][0]["files"]
    assert file["withheld"] is None and file["groups"] == 0


def test_a_large_use_that_leaves_with_a_small_one_is_said_to_be_lacking(tmp_path: Path) -> None:
    """300 agents on a server, 2 on another, 5 kWh and 1 kWh: told, the large one less the total of the commune would be
    the small one. Both are withheld, said so in the file, as it is written and in the home that merges it."""
    for name, agents in (("grand", 300), ("petit", 2)):
        case(Register(tmp_path), name, CODE, name, name)
        said = {"service": name, "date": "2026-01-02", "trained": 1, "with_access": agents, "kind": "essai"}
        Commitments(tmp_path).state_training(said, voter("Ressources humaines", "déclaration"))
    built(tmp_path, run("grand", 5.4, requests=900.0), run("petit", 1.1, requests=6.0, host="class/server-room"))
    held = published_groups(facts(tmp_path, CODE))
    assert (held.withheld, held.uses_withheld, held.withheld_kwh, held.groups) == (2, 2, 7.0, ()), "5.4 + 1.1 = 6.5"
    path, national = tmp_path / "deux.json", tmp_path / "national"
    said = plain(sobria(tmp_path, "report", "groups", "--territory", CODE, "--out", str(path)).stdout)
    assert "de 2 usages, en tout ou en partie" in said and "ne les contient pas, et le dira" in said
    merged = plain(sobria(national, "ledger", "merge", str(path)).stdout)
    assert "2 groupes de 2 usages, en tout ou en partie, hors de ces chiffres" in merged


def test_a_commune_without_a_use_answers_that_it_has_none(tmp_path: Path) -> None:
    """Its register is empty, its ledger too: the wider home counts it among those that answered, in words; what is no
    commune is refused as before, and other reports are too."""
    home, national, out = tmp_path / "home", tmp_path / "national", tmp_path / "vide.json"
    asked = ["report", "groups", "--territory", "54547", "--period", "2026", "--out", str(out)]
    assert "54547, 2026 : aucun usage mesuré ni déclaré" in plain(sobria(home, *asked).stdout)
    held = PublishedGroups.model_validate_json(out.read_bytes())
    assert (held.territory, held.withheld, held.withheld_kwh, held.groups) == ("54547", 0, 0.0, ())
    for lang, words in (("fr", "rien dans ce total"), ("en", "nothing in this total")):
        said = plain(sobria(national, "ledger", "merge", str(out), lang=lang).stdout)
        assert "54547" in said and words in said
    for wrong in (["groups", "--territory", "5454"], ["reen-file", "--territory", "54547"]):
        assert "aucun cas d'usage" in plain(sobria(home, "report", *wrong, "--out", str(out), code=1).stderr)
