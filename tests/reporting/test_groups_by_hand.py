"""A file of groups that someone wrote again by hand: refused in words, or told, before anything is written."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.merged_groups import MergeRefused, merge
from estimator.builds.published_groups import DIGEST
from estimator.core.errors import SobriaError
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
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
        ({}, {"review": {"months": [202601, 202701]}}, "202701 n'en est pas"),
        ({}, {"administration": "Mairie\x1b[2J"}, "sans caractère de commande"),
        ({}, {"administration": "M" * 201}, "d'au plus 200 signes"),
        ({}, {"made_at": "2026-03-01"}, "avec leur décalage"),
        ({"slices": 10**12}, {}, "slices"),
        ({}, {"servings": [{"serving": "s1", "lune": "x"}]}, "servings"),
        ({}, {"servings": [{"serving": 1.0}]}, "servings"),
    ],
)
def test_what_is_no_file_of_groups_is_refused_before_anything_is_written(
    group: dict[str, Any], changed: dict[str, Any], words: str, body: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(MergeRefused) as refusal:
        merge(tmp_path / "national", [_again(tmp_path / "main.json", body, group, **changed)])
    assert words in refusal.value.message("fr") and "main.json" in refusal.value.message("en")
    assert not (tmp_path / "national").exists()


def test_a_date_ahead_and_sums_of_no_authority_are_refused(body: dict[str, Any], tmp_path: Path) -> None:
    """Of two days; 10¹⁵ tokens and 10⁹ kWh in a month are each the first refused; half of each is not."""
    ahead = (datetime.now(UTC) + timedelta(days=2)).isoformat()
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
