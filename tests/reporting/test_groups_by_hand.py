"""A file of groups that someone wrote again by hand: refused in words, or told, before anything is written."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.merge_journal import GroupsMerge, merges, merges_of
from estimator.builds.merged_groups import MergeRefused, merge
from estimator.builds.published_groups import DIGEST
from estimator.core.errors import SobriaError
from estimator.core.event_log import make_record
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from estimator.results.reading import current_results
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

CODE = "54395"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commune of one use, of 1.5 kWh in January 2026 for 500 requests."""
    home = tmp_path_factory.mktemp("home")
    case(Register(home), f"courrier{CODE}", CODE, f"courrier-{CODE}", "courrier")
    built(home, run(f"courrier-{CODE}", 1.5, "2026-01", requests=500.0))
    return home


@pytest.fixture(scope="module")
def body(home: Path) -> dict[str, Any]:
    """What it publishes of 2026."""
    found: dict[str, Any] = json.loads(published_groups(facts(home, CODE, by="Mairie")).model_dump_json())
    assert len(found["groups"]) == 1
    return found


def _again(path: Path, body: dict[str, Any], group: dict[str, Any] | None = None, **changed: Any) -> Path:
    """The file with other fields, and fields of its group, with the digest of what it holds then."""
    groups = [body["groups"][0] | (group or {})]
    held = {name: value for name, value in body.items() if name != "digest"} | {"groups": groups} | changed
    text = json.dumps(held, sort_keys=True)
    digest = hashlib.blake2b(text.encode(), digest_size=DIGEST).hexdigest()
    path.write_text(json.dumps(held | {"digest": digest}), "utf-8")
    return path


def _sums(body: dict[str, Any], **sums: float) -> dict[str, Any]:
    return {"sums": body["groups"][0]["sums"] | sums}


@pytest.mark.parametrize(
    ("group", "changed", "words"),
    [
        ({"month": 202613}, {}, "Un mois était attendu"),
        ({"month": 202512}, {}, "202512 n'en est pas"),
        ({}, {"period": "2026-02"}, "202601 n'en est pas"),
        ({}, {"administration": "Mairie\x1b[2J"}, "sans caractère de commande"),
        ({}, {"administration": "M" * 201}, "d'au plus 200 signes"),
        ({}, {"made_at": "2026-03-01"}, "avec leur décalage"),
        ({"slices": 10**12}, {}, "slices"),
        ({}, {"servings": [{"serving": "s1", "lune": "x"}]}, "servings"),
        ({}, {"servings": [{"serving": 1.0}]}, "servings"),
        ({}, {"administration": "   "}, "sans blanc au début ni à la fin"),
        ({}, {"withheld": 0, "withheld_kwh": 5000.0}, "aucun usage n'est retenu"),
        ({}, {"withheld": 2, "uses_withheld": 0, "withheld_kwh": 5000.0}, "aucun usage n'est retenu"),
        ({"slices": 0}, {}, "Au moins une exécution"),
        ({}, {"lune": 1}, "mettez SobrIA à jour ici"),
    ],
)
def test_what_is_no_file_of_groups_is_refused_before_anything_is_written(
    group: dict[str, Any], changed: dict[str, Any], words: str, body: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(MergeRefused) as refusal:
        merge(tmp_path / "national", [_again(tmp_path / "main.json", body, group, **changed)])
    assert words in refusal.value.message("fr") and "main.json" in refusal.value.message("en")
    assert not (tmp_path / "national").exists()


@pytest.mark.parametrize(
    ("answered", "passes"),
    [
        *((mark, True) for mark in ("", "|*", "|+", "|*|+|=1.25", "|=1.0", "|=4")),
        *((mark, False) for mark in ("|=abc", "|=x|y=z|=", "|=0", "|=-3", "|=1e300", "|=nan", "|=0.99", "|=4.1")),
        *((mark, False) for mark in ("|scaleway/fr-par-2|2026-01-05", "*", "|=1.2|*", "|=1.2 ", "|")),
    ],
)
def test_a_pue_that_no_line_states_is_refused(
    answered: str, passes: bool, body: dict[str, Any], tmp_path: Path
) -> None:
    """The table of quantities takes a PUE from 1 to 4."""
    path = _again(tmp_path / "main.json", body, {"facts": body["groups"][0]["facts"] | {"answered": answered}})
    if passes:
        assert len(merge(tmp_path / "national", [path])) == 1
        return
    with pytest.raises(MergeRefused) as refusal:
        merge(tmp_path / "national", [path])
    said = refusal.value.message("fr")
    assert "main.json : ne se lit pas, champ groups.0.facts : " in said and "PUE de 1 à 4" in said
    assert (answered.split()[0] in said) and not (tmp_path / "national").exists()


def test_a_way_of_serving_that_the_file_does_not_have_is_refused(body: dict[str, Any], tmp_path: Path) -> None:
    """Hours of cards that wait, or that learn, have none."""
    facts_of = body["groups"][0]["facts"]
    for serving, told in (("s9", "et s9 n'y est pas"), ("waiting", "")):
        path = _again(tmp_path / "main.json", body, {"facts": facts_of | {"serving": serving}})
        if told:
            with pytest.raises(MergeRefused) as refusal:
                merge(tmp_path / "national", [path])
            assert told in refusal.value.message("fr") and not (tmp_path / "national").exists()
        else:
            assert len(merge(tmp_path / "national", [path])) == 1


def _review(body: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"review": body["review"] | changed}


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"months": None}, "review.months", ""),
        ({"months": [202601, 202701]}, "review.months", "202701 n'en est pas"),
        ({"months": 5}, "review.months", "5"),
        ({"months": [202612, "x"]}, "review.months.1", "« x » a été lu"),
        ({"services": 5}, "review.services", "5"),
        ({"services": None}, "review.services", ""),
        ({"services": [1]}, "review.services.0", ""),
        ({"months_": {"abc": "0"}}, "review.services.0.months", "abc n'en est pas"),
        ({"months_": {"202512": "0"}}, "review.services.0.months", "202512 n'en est pas"),
        ({"energy_": None}, "review.services.0.energy", ""),
        ({"energy_": {"unit": "kWh", "low": 2, "central": 1, "high": 3}}, "review.services.0.energy", "dans cet ordre"),
        ({"uses": -1}, "review.uses", "-1"),
        ({"uses": 1.5}, "review.uses", "1.5"),
        ({"shares": {}}, "review.shares", "étaient attendus"),
        ({"shares": "x"}, "review.shares", "x"),
        ({"shares": dict.fromkeys(("non_ai_reviewed", "coverage", "published"), (2, 1))}, "review.shares", "2 / 1"),
        ({"territory": "54001"}, "review.territory", "54001"),
    ],
)
def test_a_review_that_could_not_be_made_is_refused_when_it_is_merged(
    changed: dict[str, Any], field: str, words: str, body: dict[str, Any], tmp_path: Path
) -> None:
    inside = {name.strip("_"): value for name, value in changed.items() if name.endswith("_")}
    services = [body["review"]["services"][0] | inside] if inside else body["review"]["services"]
    told = {"services": services} | {name: value for name, value in changed.items() if not name.endswith("_")}
    path, home = _again(tmp_path / f"{CODE}_2026.json", body, **_review(body, **told)), tmp_path / "national"
    with pytest.raises(MergeRefused) as refusal:
        merge(home, [path])
    said = refusal.value.message("fr")
    assert f"{CODE}_2026.json : ne se lit pas, champ {field} : " in said and words in said, said
    assert not home.exists()


@pytest.mark.parametrize("review", [{}, {"x": 1}])
def test_a_review_without_its_fields_is_refused(review: dict[str, Any], body: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(MergeRefused, match="review"):
        merge(tmp_path / "national", [_again(tmp_path / "main.json", body, review=review)])


@pytest.mark.parametrize("code", ["Metropole", "0", "-", "abc", "all", "5439", "543950", "", "２４３９５"])
def test_a_territory_that_no_file_is_written_of_is_refused(code: str, body: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(MergeRefused) as refusal:
        merge(tmp_path / "national", [_again(tmp_path / "main.json", body, territory=code)])
    assert "champ territory" in refusal.value.message("fr") and "54395 par exemple" in refusal.value.message("fr")


@pytest.mark.parametrize("code", ["metropole", "2A004", "97105"])
def test_a_territory_that_a_file_is_written_of_is_merged(code: str, body: dict[str, Any], tmp_path: Path) -> None:
    assert len(merge(tmp_path / "national", [_again(tmp_path / "main.json", body, territory=code)])) == 1


def test_months_after_the_file_and_a_period_of_centuries_are_refused(body: dict[str, Any], tmp_path: Path) -> None:
    """Written on 30 January at 23:30: February, in half an hour, is not ahead by a day; on the 29th it is. Of a period,
    240 months at most: 2010 to 2029, and not one more."""
    faults = []
    for made_at, period in (
        ("2026-01-30T23:30:00+00:00", "2026"),
        ("2026-01-29T23:30:00+00:00", "2026"),
        ("2026-05-30T23:30:00+00:00", "2010-01..2029-12"),
        ("2026-05-30T23:30:00+00:00", "2010-01..2030-01"),
        ("2026-05-30T23:30:00+00:00", "1900-01..2999-12"),
    ):
        path = _again(tmp_path / "main.json", body, {"month": 202602}, made_at=made_at, period=period)
        try:
            faults.append([file.period for file in merge(tmp_path / made_at[:10] / period, [path])])
        except MergeRefused as refusal:
            faults.append([item["code"] for item in refusal.items])
    assert faults == [["merge_late"], ["merge_late"], ["2010-01..2029-12"], ["merge_long"], ["merge_long"]]


def test_a_home_that_holds_such_a_file_already_says_which_and_what_takes_it_out(
    body: dict[str, Any], tmp_path: Path
) -> None:
    bad = {"facts": body["groups"][0]["facts"] | {"answered": "|=abc"}}
    name = f"{CODE}_2026.json"
    for folder, changed in (("pue", bad), ("review", {})):
        home = tmp_path / folder
        merge(home, [_again(tmp_path / "main.json", body)])
        review = {"review": {"months": 5}} if folder == "review" else {}
        held = json.loads(_again(home / "authorities" / name, body, changed, **review).read_bytes())
        (entry,) = merges_of(home)  # as a version that read it wrote it
        facts = entry.model_dump(exclude={"at", "event"}) | {"digest": held["digest"]}
        merges(home).write(make_record(GroupsMerge, facts, datetime.now(UTC)))
        outs = [["report", "reen-rollup"], ["report", "reen", "--out", str(tmp_path / "reen.md")]]
        outs.append(["ledger", "merge", str(tmp_path / "main.json")])
        for command in (["totals"], ["build"], ["explain", "total.energy"], ["ledger", "verify"], *outs):
            said = sobria(home, *command, code=1).stderr
            assert f"sobria ledger withdraw --file {name}" in said and "Traceback" not in said, said
        sobria(home, "ledger", "withdraw", "--file", name, "--who", "Service énergie", "--why", "illisible")
        sobria(home, "ledger", "verify")


def test_a_date_ahead_and_sums_of_no_authority_are_refused(body: dict[str, Any], tmp_path: Path) -> None:
    """Of twenty hours; 10¹⁵ tokens and 10⁹ kWh in a month are each the first refused; half of each is not."""
    ahead = (datetime.now(UTC) + timedelta(hours=20)).isoformat()
    lots = _sums(body, output_tokens=1e15, other_energy=1e9)
    paths = [_again(tmp_path / "demain.json", body, made_at=ahead), _again(tmp_path / "trop.json", body, lots)]
    for path, codes in zip(paths, (["merge_future"], ["merge_unlikely"] * 2), strict=True):
        with pytest.raises(MergeRefused) as refusal:
            merge(tmp_path / "national", [path])
        assert [item["code"] for item in refusal.value.items] == codes
    assert "202601, output_tokens : 1e+15" in refusal.value.message("fr") and not (tmp_path / "national").exists()
    half = _sums(body, output_tokens=5e14, other_energy=5e8)
    assert len(merge(tmp_path / "national", [_again(tmp_path / "moitie.json", body, half)])) == 1


def test_what_the_tables_do_not_have_is_told_when_it_is_merged(body: dict[str, Any], tmp_path: Path) -> None:
    read = {"facts": body["groups"][0]["facts"] | {"model": "lune-9", "host": "lune/mer", "zone": "ZZZ"}}
    path = _again(tmp_path / "lune.json", body, read)
    said = plain(sobria(tmp_path / "a", "ledger", "merge", str(path)).stdout)
    assert "! lune.json nomme" in said and "modèle lune-9 ; site lune/mer ; zone ZZZ. Ce qui" in said
    alone = _again(tmp_path / "modele.json", body, {"facts": body["groups"][0]["facts"] | {"model": "lune-9"}})
    said = plain(sobria(tmp_path / "d", "ledger", "merge", str(alone)).stdout)
    assert "! modele.json nomme ce que les tables d'ici n'ont pas : modèle lune-9. Ce qui" in said
    told = json.loads(sobria(tmp_path / "b", "ledger", "merge", str(path), "--json").stdout)
    assert told["unknown"] == {f"{CODE}_2026.json": {"model": ["lune-9"], "host": ["lune/mer"], "zone": ["ZZZ"]}}
    path = _again(tmp_path / "main.json", body)
    assert json.loads(sobria(tmp_path / "c", "ledger", "merge", str(path), "--json").stdout)["unknown"] == {}


def test_a_name_that_could_not_be_merged_is_not_published(home: Path) -> None:
    with pytest.raises(SobriaError) as refusal:
        published_groups(facts(home, CODE, by="M" * 201))
    assert "administration : le texte lu est trop long" in refusal.value.message("fr")


def test_a_figure_that_lacks_a_lost_file_says_so_when_it_is_explained(body: dict[str, Any], tmp_path: Path) -> None:
    home, paths = tmp_path / "national", [_again(tmp_path / "main.json", body)]
    paths.append(_again(tmp_path / "other.json", body, {"month": 202602}, territory="54001"))
    assert len(merge(home, paths)) == 2
    (home / "authorities" / "54001_2026.json").unlink()
    assert "Il manque le fichier de groupes 54001_2026.json" in sobria(home, "explain", "total.energy").stderr


def test_runs_of_unknown_electricity_are_counted_and_not_listed(body: dict[str, Any], tmp_path: Path) -> None:
    """10⁹ of them, in a build of less than 32 MiB: told by month, by service and in all."""
    facts_of_group = body["groups"][0]["facts"] | {"other_mode": "mode/not_declared"}
    unknown = {"slices": 10**9, "sums": {"requests": 500.0}, "facts": facts_of_group}
    merge(tmp_path / "home", [_again(tmp_path / "main.json", body, unknown)])
    found = current_results(tmp_path / "home")
    assert found.totals().coverage.unknown == 10**9
    assert [one.unknown for one in found.services()] == [10**9]
    assert sum(file.stat().st_size for file in (tmp_path / "home").rglob("*") if file.is_file()) < 32 * 2**20
