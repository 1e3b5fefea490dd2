"""A home that only merges: what its authorities voted and registered is unknown in it, never not done."""

import json
import shutil
from html import unescape
from pathlib import Path

import pytest

from estimator.builds.merged_groups import merge
from estimator.core.errors import LANGUAGES
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.summary import synthesis
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, run, text
from tests.support import built, sobria

NANCY, OTHER = "54395", "54547"
READ = {NANCY: 3.0, OTHER: 1.0}  # kWh at a desk in March 2026
VOTE = {"indicator": "energy", "change_percent": -20, "reference_year": 2025, "due_year": 2027, "unit": "kWh"}
VOTE |= {"by": "Conseil", "date": "2026-01-15", "document": "délibération 12"}
ELSEWHERE = {"fr": "seuls les dossiers des collectivités savent", "en": "only the homes of the authorities know"}
ALIKE = {
    "fr": "(un pour les petits usages réunis d'une collectivité)",
    "en": "(one for the joined small uses of an authority)",
}
UNTRUE = {
    "fr": (
        "aucun n'est voté",
        "d'électricité n'est voté",
        "ni plafond",
        "objectif non fixé",
        "Voter un objectif",
        "pas fixé d'objectif",
        "pas voté d'objectif",
    ),
    "en": (
        "none is voted",
        "electricity is voted",
        "nor a ceiling",
        "no objective set",
        "Vote an objective",
        "set no objective",
        "voted no objective",
    ),
}


def _vote(home: Path, territory: str) -> None:
    Commitments(home).vote_objective(VOTE | {"territory": territory}, voter("Secrétariat du conseil", "vote"))


@pytest.fixture(scope="module")
def merging(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two communes, of which the first voted an objective on its electricity."""
    home, folder = tmp_path_factory.mktemp("merging"), tmp_path_factory.mktemp("files")
    for code, kwh in READ.items():
        alone = tmp_path_factory.mktemp(code)
        case(Register(alone), "Courrier", code, "courrier")
        built(alone, run("courrier", kwh, requests=500.0))
        _vote(alone, code)
        made = published_groups(facts(alone, code, by=f"Mairie {code}"))
        (folder / f"{code}.json").write_text(made.model_dump_json(), "utf-8")
    merge(home, sorted(folder.iterdir()))
    return home


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_authorities_voted_is_unknown_and_not_lacking(
    merging: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """On the sheet, in the review, in the terminal and on both pages."""
    sheet = plain(rendered(document(synthesis(facts(merging).scope), lang), "txt"))
    review = plain(text(merging, "reen", lang=lang))
    terminal = plain(sobria(merging, "indicators", "--period", "2026", lang=lang).stdout)
    monkeypatch.setenv("SOBRIA_HOME", str(merging))
    pages = [plain(unescape(page("synthese", lang, **more))) for more in ({}, {"simple": "1"})]
    assert ELSEWHERE[lang] in sheet and ELSEWHERE[lang] in review
    found = {words for said in (sheet, review, terminal, *pages) for words in UNTRUE[lang] if words in said}
    assert not found


def test_a_promise_that_rests_on_their_homes_is_without_proof_and_asks_for_nothing(merging: Path) -> None:
    """No objective of four; of three criteria of one desk, those that its suppliers answered them are not known here
    either."""
    checks = {check["reads"]: check for check in synthesis(facts(merging).scope)["charter"]}
    for reads in ("objectives_set", "criteria_known", "followed_in_public"):
        assert (checks[reads]["status"], checks[reads]["to_do"]) == ("not_measured", None)
    assert checks["objectives_set"]["share"] is None and checks["criteria_known"]["share"] != 0


def test_what_the_merging_home_voted_itself_is_known(merging: Path, tmp_path: Path) -> None:
    """Its one objective of four: a quarter is known, three are not."""
    home = tmp_path / "home"
    shutil.copytree(merging, home)
    _vote(home, "all")
    body = synthesis(facts(home).scope)
    [check] = [check for check in body["charter"] if check["reads"] == "objectives_set"]
    assert (check["share"], check["unknown"], check["status"]) == (0.25, 0.75, "not_measured")
    said = plain(rendered(document(body, "fr"), "txt"))
    assert ELSEWHERE["fr"] not in said and "un objectif est voté" in said
    entries = json.loads(sobria(home, "indicators", "--period", "2026", "--json").stdout)["indicators"]
    assert entries["energy"]["objective"]["due_year"] == 2027 and entries["water"]["objective"] is None


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", ["accueil", "mesures"])
def test_pages_count_services_as_the_totals_do(
    merging: Path, monkeypatch: pytest.MonkeyPatch, screen: str, lang: str
) -> None:
    """One for each of two communes, and, as the terminal says, one for all the small uses that one of them joined."""
    monkeypatch.setenv("SOBRIA_HOME", str(merging))
    said = plain(unescape(page(screen, lang)))
    assert ALIKE[lang] in said
    terminal = plain(sobria(merging, "totals", lang=lang).stdout)
    assert "2 services" in terminal and ("un seul service" if lang == "fr" else "one service") in terminal


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_weighs_is_told_by_authority(merging: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """3 of 4 kWh, then 1, at a PUE of 1 and on the same draws: exactly 75 and 25 %, as explain opens them; on the
    sheet, in the review and on the page, under the name of each."""
    told = synthesis(facts(merging).scope)["uses"]
    assert [(use["kind"], use["id"], round(use["share"].central, 3)) for use in told] == [
        ("elsewhere", NANCY, 0.75),
        ("elsewhere", OTHER, 0.25),
    ]
    opened = json.loads(sobria(merging, "explain", "sheet.authorities.2026.energy", "--json").stdout)
    assert [(part["territory"], part["share"]) for part in opened["trace"]["authorities"]] == [
        (NANCY, 0.75),
        (OTHER, 0.25),
    ]
    names = [f"Commune {code} Mairie {code}" for code in READ]
    monkeypatch.setenv("SOBRIA_HOME", str(merging))
    for said in (
        plain(rendered(document(synthesis(facts(merging).scope), lang), "txt")),
        plain(text(merging, "reen", lang=lang)),
        plain(unescape(page("synthese", lang))),
    ):
        assert all(name in said for name in names)


def test_authorities_after_the_first_four_are_told_together(merging: Path, tmp_path: Path) -> None:
    """Of six, each of 1 kWh but those two: the last two as one line, and the lines add up to the 8 kWh."""
    files = []
    for number in range(4):
        alone, code = tmp_path / str(number), f"5401{number}"
        case(Register(alone), "Courrier", code, "courrier")
        built(alone, run("courrier", 1, requests=500.0))
        files.append(tmp_path / f"{code}.json")
        files[-1].write_text(published_groups(facts(alone, code, by=code)).model_dump_json(), "utf-8")
    home = tmp_path / "home"
    merge(home, [*sorted((merging / "authorities").glob("*.json")), *files])
    body = synthesis(facts(home).scope)
    assert len(body["uses"]) == 6 and body["uses_rest"]["count"] == 2
    lines = [use["energy"]["central"] for use in (*body["uses"][:4], body["uses_rest"])]
    assert sum(lines) == pytest.approx(body["indicators"]["energy"]["value"]["central"], rel=0.02)
    assert body["uses_rest"]["share"].central == pytest.approx(0.25)
    assert "Et 2 autres, dans le bilan REEN du territoire" in plain(text(home, "reen"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_indicators_of_an_authority_say_what_answers_instead(merging: Path, lang: str) -> None:
    """The command that is named opens its 3 kWh."""
    asked = ("indicators", "--period", "2026", "--territory")
    said = plain(sobria(merging, *asked, NANCY, lang=lang, code=1).stderr)
    number = f"sheet.{NANCY}.2026.energy"
    assert f"sobria explain {number}" in said and "all (" not in said
    opened = json.loads(sobria(merging, "explain", number, "--json").stdout)["indicators"]["energy"]
    assert opened["central"] == pytest.approx(3, rel=0.02)
    other = plain(sobria(merging, *asked, "54999", lang=lang, code=1).stderr)
    assert "54999" in other and "sobria explain" not in other


@pytest.mark.parametrize(
    ("lang", "unknown", "list_of"),
    [
        ("fr", "sont inconnus ici : ils sont aux registres des collectivités", "service au registre :"),
        ("en", "are unknown here: they are in the registers of the authorities", "service, in the register:"),
    ],
)
def test_the_budget_note_says_whose_registers_know_the_uses(
    merging: Path, tmp_path: Path, lang: str, unknown: str, list_of: str
) -> None:
    said = plain(text(merging, "budget-vert", lang=lang))
    assert unknown in said and list_of not in said
    case(Register(tmp_path), "Courrier", NANCY, "courrier")
    built(tmp_path, run("courrier", 3.0, requests=500.0))
    assert list_of in plain(text(tmp_path, "budget-vert", lang=lang))


@pytest.mark.parametrize(
    ("lang", "none"), [("fr", "aucun usage mesuré ni déclaré"), ("en", "no use measured or declared")]
)
def test_a_year_without_data_has_no_use_measured_though_the_register_has_one(
    tmp_path: Path, lang: str, none: str
) -> None:
    """Its one use ran in March 2026: of 2025 its file has no group, and the register shows the use."""
    case(Register(tmp_path), "Courrier", NANCY, "courrier")
    built(tmp_path, run("courrier", 3.0, requests=500.0))
    asked = ("--territory", NANCY, "--period", "2025", "--administration", "Nancy", "--out", str(tmp_path / "a.json"))
    made = sobria(tmp_path, "report", "groups", *asked, lang=lang)
    assert none in plain(made.stdout + made.stderr) and "Courrier" in sobria(tmp_path, "register", "list").stdout
    merge(tmp_path / "home", [tmp_path / "a.json"])
    assert none in plain(sobria(tmp_path / "home", "totals", lang=lang).stdout)
