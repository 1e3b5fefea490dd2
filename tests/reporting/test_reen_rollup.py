"""The yearly review of a territory from the files of its communes: sums, what is missing, what is counted twice."""

import base64
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimator.assessment.uncertainty import DRAWS
from estimator.core.errors import LANGUAGES
from estimator.core.interval import Interval
from estimator.core.number_format import range_text
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.reen_file import commune_file
from estimator.reporting.publications.reen_rollup import rollup
from estimator.reporting.publications.territory_files import FilesRefused, read_files
from estimator.results.totals import rough_share
from tests.reporting.authority import case, facts, plain, rows_of, run, settle
from tests.support import built, refuses, sobria

COMMUNES = ("54395", "54547")


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two communes with a home each: 2 kWh at a desk; 3 kWh at Scaleway; and one assistant, that both count."""
    base, shared = tmp_path_factory.mktemp("communes"), [run("assistant", 5, items=200.0)]
    found = {}
    for code, rows in zip(COMMUNES, ([run("tri", 2)], [run("tri", 3, host="scaleway/fr-par-2")]), strict=True):
        found[code] = base / code
        for name in ("Assistant", "Tri"):
            case(Register(found[code]), name, code)
        built(found[code], *rows, *shared)
    return found


@pytest.fixture
def folder(homes: dict[str, Path], tmp_path: Path) -> Path:
    """The files of both."""
    for code, home in homes.items():
        _write(tmp_path / f"{code}.json", _body(home, code))
    return tmp_path


def _body(home: Path, code: str, **asked: Any) -> dict[str, Any]:
    return commune_file(facts(home, code, by="", **asked)).model_dump(mode="json")


def _write(path: Path, body: dict[str, Any]) -> None:
    path.write_text(json.dumps(body), "utf-8")


def test_a_file_has_the_figures_of_its_commune(homes: dict[str, Path], tmp_path: Path) -> None:
    """2 + 5 kWh; each figure is that of the sheet of indicators, and its draws give it back."""
    home, out = homes["54395"], tmp_path / "54395.json"
    sobria(home, "report", "reen-file", "--territory", "54395", "--period", "2026", "--out", str(out))
    [held] = read_files(tmp_path).files
    told = facts(home, "54395").body["indicators"]
    for name in FOOTPRINTS:
        figure = held.figures[name]
        assert (figure.low, figure.central, figure.high) == tuple(
            told[name]["value"][e] for e in ("low", "central", "high")
        )
        drawn = read_files(tmp_path).figure(name)
        assert [drawn[e] for e in ("low", "high")] == pytest.approx([figure.low, figure.high], rel=1e-5)
    assert held.as_read_kwh == pytest.approx(7) and held.proof_kwh == {"measured": pytest.approx(7)}


def test_the_sum_is_that_of_one_home_with_everything(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same rows in one home, territory by territory, then all together: the interval of the sum is that of `totals`
    of the whole, narrower than the sum of the bounds, since a factor that both share is drawn once."""
    whole = tmp_path_factory.mktemp("whole")
    for name in ("un", "deux"):
        case(Register(whole), name.capitalize(), key=f"tri-{name}")
    case(Register(whole), "Assistant")
    rows = [run("tri-un", 2), run("tri-deux", 3, host="scaleway/fr-par-2")]
    found = built(whole, *rows, run("assistant", 5, items=200.0), run("assistant", 5, items=200.0)).totals().indicators
    review = read_files(folder)
    assert review.drawn_together
    for name in FOOTPRINTS:
        total = review.figure(name)
        assert [total[e] for e in ("low", "central", "high")] == pytest.approx(
            [found[name][e] for e in ("low", "central", "high")], rel=1e-5
        )


def test_a_commune_without_a_file_is_unknown_and_never_zero(folder: Path) -> None:
    review = read_files(folder, [*COMMUNES, "54528"])
    text = plain(rendered(rollup(review, "fr"), "txt"))
    assert review.missing == ["54528"] and "Sans fichier de cette période (1)" in text
    assert "Commune 54528 inconnu : pas de fichier" in text
    assert "Commune 54395 année 2026 (1 mois sur 12)" in text
    [line] = [row for row in rows_of(rendered(rollup(review, "fr"), "csv"), ";") if row["territoire"] == "54528"]
    assert line["central"] == "" and plain(line["texte"]) == "inconnu : pas de fichier"
    assert "on ne sait pas lesquelles manquent" in plain(rendered(rollup(read_files(folder), "fr"), "txt"))


def test_an_unknown_figure_lowers_what_the_sum_covers(folder: Path, homes: dict[str, Path]) -> None:
    """The second commune has 3 + 5 kWh; without its gases the sum covers 7 of 15 kWh and 1 commune of 2."""
    body = _body(homes["54547"], "54547")
    nothing = {"low": None, "central": None, "high": None, "draws": "", "covers": 0.0, "missing": {"fr": "sans pays"}}
    body["figures"]["gwp"] |= nothing
    _write(folder / "54547.json", body)
    review = read_files(folder)
    assert review.figure("gwp").covers == pytest.approx(7 / 15) and len(review.knowing("gwp")) == 1
    body["figures"] = {name: figure | nothing for name, figure in body["figures"].items()}
    _write(folder / "54547.json", body)
    (folder / "54395.json").unlink()
    assert read_files(folder).figure("gwp")["central"] is None
    assert "sans pays" in plain(rendered(rollup(read_files(folder), "fr"), "txt"))


def test_the_manufacture_of_a_sum_is_that_of_its_files(folder: Path, homes: dict[str, Path]) -> None:
    """All of 7 kWh have their manufacture, half of the 8 kWh of the second commune and a part of it for a quarter:
    (7 + 4) of 15 kWh whole, 2 of 15 in part. An electricity has none."""
    body = _body(homes["54547"], "54547")
    body["figures"]["gwp"] |= {"made": 0.5, "made_partly": 0.25}
    _write(folder / "54547.json", body)
    review = read_files(folder)
    made = [review.figure("gwp")[name] for name in ("made", "made_partly")]
    assert made == pytest.approx([11 / 15, 2 / 15]) and review.figure("energy").made is None
    _write(folder / "54547.json", body | {"as_read_kwh": 80.0})  # 72 kWh held out: of the 15 told, as before
    assert read_files(folder).figure("gwp")["made"] == pytest.approx(11 / 15)


def test_a_service_of_two_communes_is_named(folder: Path, homes: dict[str, Path]) -> None:
    """The assistant was read from the same lines: counted twice; « tri » has one name in two places: not told."""
    [twice] = read_files(folder).twice()
    assert (twice.service.service, twice.certain, twice.months) == ("assistant", True, 1)
    text = plain(rendered(rollup(read_files(folder), "fr"), "txt"))
    assert "assistant : Commune 54395 et Commune 54547 disent exactement les mêmes chiffres (1 mois" in text
    assert "Comptés deux fois dans « Les quatre empreintes, additionnées »" in text, "a part by its name, not its place"
    body = _body(homes["54547"], "54547")
    for service in body["services"]:
        service["months"] = dict.fromkeys(service["months"], "0")
    _write(folder / "54547.json", body)
    [named] = read_files(folder).twice()
    assert not named.certain and "À vérifier" in plain(rendered(rollup(read_files(folder), "fr"), "txt"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_service_of_three_communes_is_told_once(folder: Path, homes: dict[str, Path], lang: str) -> None:
    """Two of them withdraw it: what one of them has, twice, is too much in the sums."""
    body = _body(homes["54547"], "54547") | {"territory": "54578"}
    for service in body["services"]:
        service["months"] = (
            service["months"] if service["service"] == "assistant" else dict.fromkeys(service["months"], "0")
        )
    _write(folder / "54578.json", body)
    review = read_files(folder)
    pairs = [twice for twice in review.twice() if twice.certain]
    energy = pairs[0].energy
    assert len(pairs) == 3 and energy is not None
    too_much = plain(
        range_text(Interval.of((2 * energy.ends.low, 2 * energy.ends.central, 2 * energy.ends.high), "kWh"), lang)
    )
    text = plain(rendered(rollup(review, lang), "txt"))
    told = {
        "fr": (f"{too_much} de trop", "assistant : compté par 3 collectivités", "2 d'entre elles le retirent"),
        "en": (
            f"{too_much} too much",
            "assistant: counted by 3 authorities",
            "same amounts (1 month, ",
            "2 of them withdraw it",
        ),
    }
    assert all(text.count(words) == 1 for words in told[lang])
    assert "l'une des deux" not in text and "one of the two" not in text


def test_other_factors_add_bounds_and_say_it(folder: Path, homes: dict[str, Path]) -> None:
    """Bounds add up, as if every doubt were shared: the interval holds that of the draws, but for a hundredth."""
    together = read_files(folder).figure("gwp")
    _write(folder / "54547.json", _body(homes["54547"], "54547") | {"factors_version": "0" * 16})
    apart = read_files(folder)
    found = apart.figure("gwp")
    files = [file.figures["gwp"] for file in apart.files]
    assert found["low"] == sum(f.low or 0 for f in files) and found["high"] == sum(f.high or 0 for f in files)
    assert found["low"] < together["low"] * 1.01 and together["high"] < found["high"] * 1.01
    assert "bornes sont additionnées" in plain(rendered(rollup(apart, "fr"), "txt"))


def test_files_that_do_not_add_up_are_refused_with_what_to_do(folder: Path, homes: dict[str, Path]) -> None:
    good = _body(homes["54547"], "54547")
    _write(folder / "a.json", good | {"territory": "54395", "period": "2025"})
    _write(folder / "b.json", good | {"territory": "54578", "formulas_version": "0" * 16})
    (folder / "c.json").write_text("{", "utf-8")
    _write(folder / "d.json", good)
    _write(folder / "e.json", good | {"uses": "beaucoup"})
    with pytest.raises(FilesRefused) as refusal:
        read_files(folder)
    assert [item["code"] for item in refusal.value.items] == [
        "reen_period",
        "reen_method",
        "reen_unread",
        "reen_again",
        "reen_unread",
    ]
    said = refusal.value.message("fr")
    assert "a.json : période 2025" in said and "champ uses" in said and "5 fichiers ne s'additionnent pas" in said
    assert "5 files do not add up" in refusal.value.message("en")


def test_the_one_file_of_another_year_is_the_one_to_make_again(homes: dict[str, Path], tmp_path: Path) -> None:
    """First by its name, and two others agree: neither of these is to be made again. What is no JSON says it."""
    good = _body(homes["54547"], "54547")
    _write(tmp_path / "a.json", good | {"period": "2025"})
    _write(tmp_path / "b.json", good)
    _write(tmp_path / "c.json", good | {"territory": "54395"})
    _write(tmp_path / "d.json", good | {"territory": "Nancy"})
    (tmp_path / "e.json").write_text("{", "utf-8")
    with pytest.raises(FilesRefused) as refusal:
        read_files(tmp_path)
    said = [item["fr"] for item in refusal.value.items]
    assert [text[:6] for text in said] == ["a.json", "d.json", "e.json"] and "--period 2026" in said[0]
    assert "code INSEE" in said[1] and "Du JSON" in said[2]


HALF = base64.b64encode(np.full(DRAWS, np.inf, "<f4").tobytes()).decode()
BELOW = base64.b64encode(np.full(DRAWS, -1, "<f4").tobytes()).decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("unattached.low", -50, "supérieur ou égal à 0"),
        ("as_read_kwh", -3, "supérieur ou égal à 0"),
        ("as_read_kwh", math.nan, "nombre fini"),
        ("uses", -4, "supérieur ou égal à 0"),
        ("factors_version", "zzz", "lettres minuscules"),
        ("period", "un an", "Une période était attendue"),
        ("shares", {}, "Les décomptes"),
        ("figures", {}, "energy en kWh"),
        ("figures.gwp.draws", "AAAA", "jamais négatifs"),
        ("figures.gwp.draws", HALF, "jamais négatifs"),
        ("figures.gwp.draws", BELOW, "jamais négatifs"),
        ("figures.gwp.covers", -1, "supérieur ou égal à 0"),
        ("figures.gwp", {"draws": ""}, "avec les tirages"),
        ("figures.gwp", {"low": 1e9}, "dans cet ordre"),
        ("figures.gwp", {"low": None}, "dans cet ordre"),
        ("figures.gwp", {"unit": "t"}, "gwp en kgCO2e"),
    ],
)
def test_a_file_with_impossible_numbers_is_refused_by_name(
    homes: dict[str, Path], tmp_path: Path, field: str, value: Any, said: str
) -> None:
    """No amount is negative or infinite, and a known footprint has its draws: the file and the field are named, and
    nothing is written."""
    body, out = _body(homes["54547"], "54547"), tmp_path / "bilan.html"
    *way, name = field.split(".")
    held = body
    for step in way:
        held = held[step]
    held[name] = held[name] | value if isinstance(value, dict) and value else value
    (tmp_path / "communes").mkdir()
    _write(tmp_path / "communes" / "b.json", body)
    told = plain(sobria(tmp_path, "report", "reen-rollup", "--out", str(out), code=1).stderr)
    shown = "figures" if field == "figures.gwp" else field
    assert f"b.json : ne se lit pas, champ {shown}. " in told and said in told and not out.exists()
    with pytest.raises(FilesRefused) as refusal:
        read_files(tmp_path / "communes")
    assert f"b.json: cannot be read, field {shown}. " in refusal.value.message("en")


def test_an_empty_folder_and_the_whole_territory_are_refused(homes: dict[str, Path], tmp_path: Path) -> None:
    with refuses("no_reen_file"):
        read_files(tmp_path)
    out = str(tmp_path / "all.json")
    said = sobria(homes["54395"], "report", "reen-file", "--out", out, code=1).stderr
    assert "--territory" in said and not Path(out).exists()
    assert (
        "json"
        in sobria(homes["54395"], *f"report reen-file --territory 54395 --out {out[:-4]}md".split(), code=1).stderr
    )


def test_too_few_people_are_in_no_sum_and_have_no_name(tmp_path: Path) -> None:
    """A use counted ten times in a month is small, and the next smallest with it: neither is a service of the file: a
    digest of its months was found again by whoever guessed them. Alone in a commune, it is withheld, not absent."""
    home = tmp_path / "home"
    for name in ("Un", "Deux", "Trois"):
        case(Register(home), name, "54395", service=name)
    counts = {"un": 10.0, "deux": 500.0, "trois": 900.0}
    built(home, *(run(key, 1, items=items) for key, items in counts.items()))
    services = commune_file(facts(home, "54395", by="")).services
    assert [s.service for s in services] == ["trois"]
    case(Register(home), "Seul", "54547", service="Seul")
    built(home, run("seul", 1, items=10.0))
    alone = commune_file(facts(home, "54547", by=""))
    assert alone.services == () and {figure.missing["code"] for figure in alone.figures.values()} == {"small_group"}


def test_unattached_electricity_is_said(tmp_path: Path) -> None:
    home, out = settle(tmp_path / "home"), tmp_path / "metropole.json"
    said = sobria(home, "report", "reen-file", "--territory", "metropole", "--period", "2026", "--out", str(out)).stdout
    assert ": entre 3,9 et 4,1\xa0kWh (valeur centrale\xa0:\xa04,0)" in said  # as the sheet has it
    assert json.loads(out.read_text())["unattached"]["central"] == pytest.approx(4, rel=0.01)
    _write(tmp_path / "other.json", json.loads(out.read_text()) | {"territory": "54547"})  # of the same home
    review = rendered(rollup(read_files(tmp_path), "fr"), "txt").replace("\u00a0", " ")
    told = "rattachée à aucun usage n’est dans aucun fichier : entre 3,9 et 4,1 kWh (valeur centrale : 4,0)"
    assert review.count(told) == 1, "once for both files"


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_review_of_twenty_communes_prints_whole(screen: Any, folder: Path, lang: str) -> None:
    """Twenty communes, eighteen of them without a file: four pages at most, and nothing wider than a phone."""
    names = [f"54{number:03}" for number in range(1, 19)]
    page = folder / "bilan.html"
    page.write_text(rendered(rollup(read_files(folder, [*COMMUNES, *names]), lang), "html"), "utf-8")
    screen.goto(page.as_uri())
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", screen.pdf(prefer_css_page_size=True))) <= 4
    screen.set_viewport_size({"width": 320, "height": 800})
    assert screen.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_command_reads_the_folder_of_the_home(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "metropole"
    shutil.copytree(folder, home / "communes", ignore=shutil.ignore_patterns("metropole"))
    body = json.loads(sobria(home, "report", "reen-rollup", "--communes", "54395,54547,54528", "--json").stdout)
    assert body["missing"] == ["54528"] and len(body["twice"]) == 1 and body["indicators"]["energy"]["communes"] == 2
    sobria(home, "report", "reen-rollup", "--out", str(tmp_path / "bilan.md"))
    assert (tmp_path / "bilan.md").read_text("utf-8").startswith("# ")


def test_a_share_that_rests_on_one_digit_has_one(folder: Path, homes: dict[str, Path]) -> None:
    """8 kWh told and 1,000 withheld, to one digit of 950 to 1,499: of 1,015 kWh, 7 + 8 are in the sum, 0.01, said to
    be so roughly; of the commune 0.008. A file of before has both in as_read_kwh. A part is never all: 0.9 of 0.97."""
    body = _body(homes["54547"], "54547")
    for told in ({"withheld_kwh": 1000.0}, {"as_read_kwh": 1008.0}):
        body["figures"]["gwp"]["covers"] = 8 / 1008
        _write(folder / "54547.json", body | told)
        review = read_files(folder)
        assert (review.figure("gwp").covers, review.files[1].covers("gwp")) == (0.01, 0.008)
        gwp = review.as_dict()["indicators"]["gwp"]
        assert gwp["covers"] == 0.01 and gwp["covers_roughly"] is True
        [line] = [
            row
            for row in rows_of(rendered(rollup(review, "fr"), "csv"), ";")
            if (row["territoire"], row["indicateur"]) == ("54547", "gwp")
        ]
        assert line["couvre"] == "0,008"
    assert (rough_share(0.97), rough_share(1.0), rough_share(0.0)) == (0.9, 1.0, 0.0)


def test_a_file_that_is_not_expected_is_named(folder: Path) -> None:
    """54548 for 54547: the first has no file, and the second is named; without a list, nothing is unexpected."""
    review = read_files(folder, ["54395", "54548"])
    assert review.missing == ["54548"] and review.as_dict()["unexpected"] == ["54547"]
    assert "Reçus sans être attendus (1), et comptés dans les sommes : Commune 54547." in plain(
        rendered(rollup(review, "fr"), "txt")
    )
    assert "Received though not expected (1)" in plain(rendered(rollup(review, "en"), "txt"))
    assert read_files(folder).unexpected == [] and "attendus (" not in plain(
        rendered(rollup(read_files(folder), "fr"), "txt")
    )
