"""The pages and publications of a home that only holds the groups of other authorities: what they withhold is said on
each and lowers what it covers, and what their registers know is unknown here, not zero."""

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from prometheus_client import CollectorRegistry

from estimator.builds.merged_groups import merge
from estimator.core.errors import LANGUAGES
from estimator.core.number_format import rough_share_text
from estimator.governance.indicators.told_results import told_results
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.exports.api import PREFIX
from estimator.reporting.exports.readings import readings
from estimator.reporting.exports.tables import FORMATS, rows_in_words
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.open_data import TABLE, data
from estimator.reporting.publications.reen_file import COUNTED
from estimator.reporting.publications.reen_rollup import rollup
from estimator.reporting.publications.territory_files import read_merged
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.sentences import shared
from estimator.reporting.summary.standing import caveat
from estimator.reporting.summary.summary import synthesis
from estimator.results.reading import current_results
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, rows_of, run, text
from tests.support import built, sobria

READ, HELD = 4.0, 12.0  # kWh of the groups that are merged, and of those that an authority withholds
TOTALS = f"{PREFIX}/totals"
TOLD = 0.3  # 4 of 16 kWh, to one digit as what is withheld
OUTSIDE = {
    "fr": "Hors de ces chiffres : environ 12 kWh d'électricité des machines, avant refroidissement, "
    "retenus par 1 collectivité. Hors de ces chiffres aussi : ce que",
    "en": "Outside these figures: about 12 kWh of electricity of machines, before cooling, "
    "withheld by 1 authority. Outside these figures too: what",
}


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three communes: 1 and 3 kWh at desks; the second withholds 12 kWh, the third everything, untold."""
    home, folder = tmp_path_factory.mktemp("wider"), tmp_path_factory.mktemp("files")
    kept: dict[str, dict[str, Any]] = {"54010": {}, "54011": {"withheld": 2, "uses_withheld": 2, "withheld_kwh": HELD}}
    kept["54012"] = {"withheld": 2, "uses_withheld": 2, "withheld_kwh": None, "groups": ()}
    for code, kwh in zip(kept, (1.0, 3.0, 5.0), strict=True):
        alone = tmp_path_factory.mktemp(code)
        case(Register(alone), "Courrier", code, "courrier")
        built(alone, run("courrier", kwh, requests=500.0))
        made = published_groups(facts(alone, code)).model_copy(update=kept[code]).sealed()
        (folder / f"{code}.json").write_text(made.model_dump_json(), "utf-8")
    merge(home, sorted(folder.iterdir()))
    return home


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["reen", "beges", "data", "schema-impact", "budget-vert"])
def test_each_publication_says_what_is_withheld(wider: Path, kind: str, lang: str) -> None:
    """The two tables and the data package are in French in every language."""
    said = plain(text(wider, kind, lang=lang))
    french = kind in ("data", "schema-impact")
    assert OUTSIDE["fr" if french else lang] in said


def test_what_is_withheld_lowers_what_every_document_covers(wider: Path) -> None:
    """4 of 16 kWh: 0.3 in the totals, on the sheet, in each publication, as in the review of the communes."""
    totals = current_results(wider).totals()
    assert {amount.covers for amount in totals.indicators.values()} == {TOLD}
    assert min(totals.coverage.by_figure.values()) == pytest.approx(TOLD)
    body = facts(wider).body["indicators"]
    assert body["gwp"]["value"].covers == pytest.approx(read_merged(wider).figure("gwp").covers) == pytest.approx(TOLD)
    lines = rows_of(text(wider, "beges"), ";")
    assert {(line["part_couverte_pourcent"], line["part_couverte_environ"]) for line in lines} == {("30", "oui")}
    table, _ = text(wider, "data").split("\n{", 1)
    assert {(float(row["covers"]), row["covers_roughly"]) for row in rows_of(table)} == {(TOLD, "true")}
    assert "valeur est connue : moins de la moitié." in plain(text(wider, "schema-impact"))
    assert "100 %" not in plain(text(wider, "schema-impact")).replace("100 % mesuré", "")


@pytest.mark.parametrize("inside", [False, True])
def test_what_is_withheld_lowers_what_the_tables_of_results_cover(wider: Path, inside: bool) -> None:
    """0.3 of the total and of each month, as the totals say; a service covers all of what is its own."""
    told = told_results(wider, current_results(wider), inside)
    rows = [row for row in rows_in_words(told, "fr") if row["impact"] == "energy" and row["coverage"] is not None]
    found = {(row["level"] in ("total", "month"), row["coverage"], row["covers_roughly"]) for row in rows}
    assert found == {(True, TOLD, True), (False, 1.0, False)}
    points = pyarrow.parquet.read_table(io.BytesIO(FORMATS["parquet"](told, "fr"))).to_pylist()
    assert {(row["coverage"], row["covers_roughly"]) for row in points if row["level"] == "total"} >= {(TOLD, True)}
    assert "covers_roughly" in FORMATS["csv"](told, "fr").decode().partition("\n")[0]


def test_what_is_withheld_lowers_what_is_read_over_http(wider: Path) -> None:
    found = readings(wider, CollectorRegistry())
    [row] = [row for row in json.loads(found[TOTALS]({}).text)["rows"] if row["impact"] == "gwp"]
    assert (row["coverage"], row["covers_roughly"]) == (TOLD, True)
    gauges = found["/metrics"]({}).text
    assert f'sobria_covered_ratio{{impact="gwp",level="total",service=""}} {TOLD}' in gauges
    assert 'sobria_covered_roughly{level="total",service=""} 1.0' in gauges


def test_the_table_of_the_review_says_which_shares_are_rough(wider: Path) -> None:
    """Of the sum and of the commune that withholds 12 kWh; the other two have nothing outside."""
    rows = rows_of(str(rendered(rollup(read_merged(wider), "fr"), "csv")), ";")
    assert {row["territoire"] for row in rows if row["couvre_environ"] == "oui"} == {"", "54011"}


def test_the_table_and_the_json_of_the_review_say_what_its_page_says(wider: Path) -> None:
    """Each sentence of the head of the page has a row, in its order; 12 kWh withheld by one, untold by another."""
    review = read_merged(wider)
    made = rollup(review, "fr")
    rows = [row for row in rows_of(str(rendered(made, "csv")), ";") if not row["territoire"] and not row["indicateur"]]
    assert [plain(row["texte"]) for row in rows][: len(made.lead)] == [plain(said) for said in made.lead]
    assert any(OUTSIDE["fr"] in plain(row["texte"]) for row in rows) and not any(row["central"] for row in rows)
    [sum_] = [
        row for row in rows_of(str(rendered(made, "csv")), ";") if (row["territoire"], row["indicateur"]) == ("", "gwp")
    ]
    assert "couvre moins de la moitié de l'électricité connue" in plain(sum_["texte"])
    assert review.as_dict()["withheld"] == {"kwh": HELD, "communes": ["54011"], "untold": ["54012"]}


def test_the_review_and_the_terminal_say_it(wider: Path) -> None:
    told = plain(rendered(rollup(read_merged(wider), "fr"), "txt"))
    assert OUTSIDE["fr"] in told and "Que coûte l'IA des collectivités réunies ?" in told.replace("’", "'")
    assert "notre territoire" not in told and "tout le territoire" not in told
    assert OUTSIDE["fr"] in plain(sobria(wider, "indicators").stdout)
    said = plain(sobria(wider, "totals").stdout)
    assert (
        "Couverture : moins de la moitié de l'électricité connue" in said
        and "12 kWh d'électricité des machines" in said
    )


def test_a_share_that_rests_on_one_digit_is_said_in_words(wider: Path, tmp_path: Path) -> None:
    """4 of 16 kWh, of which 12 are told to one digit: never « 25 % », on a page, in a document or in the terminal; in
    JSON the number says it. A home with its rows alone has its percents."""
    for said in (
        plain(sobria(wider, "totals").stdout),
        plain(sobria(wider, "explain", "total.gwp").stdout),
        plain(rendered(rollup(read_merged(wider), "fr"), "txt")),
        plain(text(wider, "reen")),
    ):
        assert "couvre moins de la moitié de l'électricité connue" in said
        assert not re.search("[0-9] % de l'électricité connue", said)
    assert "covers less than half of the known electricity" in sobria(wider, "totals", lang="en").stdout
    [commune] = [file for file in read_merged(wider).files if file.roughly]
    assert commune.territory == "54011"
    body = json.loads(sobria(wider, "totals", "--json").stdout)["indicators"]["gwp"]
    assert body["covers"] == TOLD and body["covers_roughly"] is True
    built(tmp_path, run("connu", 1), run("ailleurs", 3, zone=None))
    own = json.loads(sobria(tmp_path, "totals", "--json").stdout)["indicators"]["gwp"]
    assert "covers_roughly" not in own and "couvre 25 % de" in plain(sobria(tmp_path, "totals").stdout)


@pytest.mark.parametrize(
    ("share", "fr", "en"),
    [
        (0.1, "une petite part", "a small part"),
        (0.15, "moins de la moitié", "less than half"),
        (0.58, "environ la moitié", "about half"),
        (0.6, "plus de la moitié", "more than half"),
        (0.98, "la plus grande part", "most"),
    ],
)
def test_rough_shares_are_halves(share: float, fr: str, en: str) -> None:
    assert (rough_share_text(share, "fr"), rough_share_text(share, "en")) == (fr, en)


def test_a_month_of_a_file_of_a_year_does_not_know_its_part(wider: Path) -> None:
    """What is withheld of 2026 has no month: in March that of both is not told; in 2025 nothing is withheld."""
    march, before = facts(wider, period="2026-03"), facts(wider, period="2025")
    assert march.scope.outside[:3] == (0.0, 0, 2) and before.scope.outside[:3] == (0.0, 0, 0)
    assert (
        "ce que 2 collectivités retiennent, dont l'électricité sur ces mois" in plain(march.outside)
        and before.outside == ""
    )


@pytest.mark.parametrize(("screen", "lang"), [("accueil", "fr"), ("mesures", "en"), ("synthese", "fr")])
def test_each_page_says_it(wider: Path, monkeypatch: pytest.MonkeyPatch, screen: str, lang: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(wider))
    assert OUTSIDE[lang] in plain(page(screen, lang))


@pytest.mark.parametrize(("lang", "covered"), [("fr", "moins de la moitié"), ("en", "less than half")])
def test_the_first_page_has_no_exact_share(
    wider: Path, monkeypatch: pytest.MonkeyPatch, lang: str, covered: str
) -> None:
    """4 of 16 kWh, of which 12 are told to one digit: « 30 % » would be a number of its own, not that of the tiles."""
    monkeypatch.setenv("SOBRIA_HOME", str(wider))
    said = plain(page("accueil", lang))
    total = {"fr": f"Ce total couvre {covered} de l'électricité", "en": f"This total covers {covered} of the known"}
    assert total[lang] in said and not re.search("30[  ]?%", said)


def test_the_review_of_a_year_tells_the_practices_that_the_files_tell(wider: Path) -> None:
    """As the rollup of the same home and year adds them up; what no file tells has its reason, and is no lost data."""
    review, both = plain(text(wider, "reen")), read_merged(wider, period="2026")
    table = review[review.index("Projets ayant examiné") :]
    for name in COUNTED:
        share = both.share(name)
        assert share["denominator"] and plain(shared(share, "fr")) in table
    assert "données : inconnus ici" not in review and "donnée absente" not in review
    assert "son fichier ne le dit pas" in review
    assert "des usages en essai ou en service" in plain(rendered(rollup(both, "fr"), "html"))


def test_the_publications_of_the_home_itself_are_told(wider: Path, tmp_path: Path) -> None:
    """One publication, corrected once, in its own journal; what the authorities published stays unknown."""
    home, who = tmp_path / "copy", ("--who", "Service numérique")
    shutil.copytree(wider, home)
    made = ("--build", "ab" * 8, "--factors-version", "cd" * 8, "--address", "https://exemple.fr/bilan")
    about = ("bilan_annuel", *made, "--territory", "all", "--period", "2026", "--date", "2026-04-01", *who)
    id = json.loads(sobria(home, "commitments", "publication", *about, "--json").stdout)["id"]
    changed = ("--changed", "une somme", "--why", "relue", "--date", "2026-04-02", *who)
    sobria(home, "commitments", "correction", id, *changed)
    said = plain(text(home, "reen"))
    assert "Publications de la période : 1 ; corrections faites depuis : 1." in said
    assert "sans celles des collectivités" in said and "publications des collectivités : inconnus ici" in said
    assert "Publications de la période" not in plain(text(wider, "reen"))


def test_what_the_registers_of_the_authorities_know_is_unknown_here(wider: Path) -> None:
    """Neither zero nor a fault: projects, publications, uses in service, attached electricity, public follow-up."""
    said = plain(text(wider, "reen"))
    assert (
        "publications des collectivités : inconnus ici" in said
        and "sans IA : 0" not in said
        and "aucun en essai" not in said
    )
    assert "Commune 54011 Métropole d'essai" in said and "Hors du registre" not in said
    body = synthesis(facts(wider).scope)
    promises = {check["reads"]: check["status"] for check in body["charter"]}
    assert promises["attached"] == promises["followed_in_public"] == "not_measured"
    assert body["indicators"]["coverage"]["attached"] is None
    assert (
        "service : inconnus ici" in plain(caveat(body, "fr"))
        and "unknown here, to be asked of the authorities" in sobria(wider, "totals", lang="en").stdout
    )
    assert "salles des collectivités réunies" in plain(text(wider, "beges"))


def test_a_home_with_a_register_of_its_own_says_what_it_knows(wider: Path, tmp_path: Path) -> None:
    """One use of its own beside the groups: its register is not elsewhere, and says zero. 2 of 7 kWh are its own, and 1
    is of no use."""
    shutil.copytree(wider / "authorities", tmp_path / "authorities")
    case(Register(tmp_path), "Siège", "metropole", "siege")
    built(tmp_path, run("siege", 2, requests=500.0), run("perdu", 1))
    found = facts(tmp_path)
    kinds = {row["kind"] for row in rows_of(str(data(found).files[TABLE]))}
    assert kinds == {"case", "elsewhere", "unregistered"}, "what others published is in a register, if not in this one"
    said = plain(rendered(document(synthesis(found.scope), "fr"), "txt"))
    assert "Commune 54010 Métropole d'essai" in said and "Commune 54011 Métropole d'essai" in said
    assert "Hors du registre (services : 1)" in said
    assert not found.body["elsewhere"] and found.body["indicators"]["coverage"]["attached"] == 0.29
    assert "sans IA : 0" in plain(text(tmp_path, "reen"))


def test_a_home_without_a_run_has_no_run_to_describe(wider: Path, tmp_path: Path) -> None:
    out = tmp_path / "boamps"
    said = plain(sobria(wider, "report", "boamps", "--out", str(out), code=1).stderr)
    assert "ce dossier n'en a aucune" in said and "brouillon" not in said and not out.exists()


def test_the_proof_of_several_uses_is_withheld_not_unknown(tmp_path: Path) -> None:
    """Two uses of ten a month are told together, as one line whose proof would be of one of them."""
    for name in ("Un", "Deux", "Trois"):
        case(Register(tmp_path), name, service=name)
    built(tmp_path, run("un", 1, requests=60.0), run("deux", 1, requests=60.0), run("trois", 9, requests=900.0))
    said = plain(text(tmp_path, "reen"))
    assert "non publiée" in said and "preuve inconnue" not in said
