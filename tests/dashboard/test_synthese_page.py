"""The page for elected officials without a browser: figures, states, plain version, files, memory."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from threading import Thread
from time import sleep
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from dashboard.shared import estimator_gateway
from dashboard.shared.texts import t
from dashboard.summary import estimator_gateway as summary_gateway
from dashboard.summary.estimator_gateway import State, SummaryScope, body, explanation, leaving
from dashboard.summary.estimator_gateway import state as state_of_the_home
from dashboard.summary.full_page import EFFECTS
from dashboard.summary.plain_language import _footprint, aloud
from dashboard.summary.routes import OF_A_SCOPE, ROUTES
from estimator.assessment.explanation import replay
from estimator.core.errors import SobriaError, say
from estimator.core.interval import Interval
from estimator.core.number_format import made_share, range_text
from estimator.core.typography import typeset
from estimator.governance.indicator_list import FOOTPRINTS, INDICATORS
from estimator.governance.indicators.anonymity import withheld, withheld_amount
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.told_amounts import is_rounded
from estimator.governance.register.register import Register, author
from estimator.reporting.summary.sentences import period_text, shares_text, tell
from estimator.reporting.summary.sovereignty_text import FACTS, option_words
from tests.home import copied
from tests.reporting.authority import plain
from tests.reporting.test_synthesis import CASE, HOSTILE, STUDIED, rows_of
from tests.support import kept

FRAME = Path(__file__).resolve().parents[2] / "dashboard" / "pages" / "frame.py"
LANGUAGES = ("fr", "en")
ASKED = {"periode": "2026", "territoire": "metropole"}
WHO = author("Service numérique", "essai")


@pytest.fixture(scope="module")
def home(metropole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented métropole, with one use case more that has a hostile name."""
    home = copied(metropole, tmp_path_factory.mktemp("synthese"))
    register = Register(home)
    found = {**CASE, "name": HOSTILE, "service": HOSTILE, "commune": "metropole", "alternative": STUDIED}
    register.create(found, WHO, "hostile")
    register.move("hostile", "experimentation", WHO)
    register.review("hostile", {"due": "2026-01-31"}, WHO)
    return home


@pytest.fixture
def shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    estimator_gateway._open_build.cache_clear()
    yield home
    estimator_gateway._open_build.cache_clear()


def page(lang: str = "fr", name: str = "synthese", **query: str) -> str:
    """All the text of a page, which must not have raised."""
    at = AppTest.from_file(str(FRAME), default_timeout=120)
    at.switch_page(f"{name}.py")
    for key, value in ({"lang": lang} | query).items():
        at.query_params[key] = value
    at.run()
    assert not at.exception, at.exception[0].message
    return "\n".join(block.proto.body for block in at.get("html"))


def answer(path: str, **query: str) -> Response:
    """What the server answers at one of its own addresses."""
    endpoint = next(route.endpoint for route in ROUTES if route.path == path)
    return endpoint(Request({"type": "http", "query_string": urlencode(query).encode(), "headers": []}))


def answered(path: str, **query: str) -> str:
    return bytes(answer(path, **query).body).decode("utf-8-sig")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_answers_its_question_and_has_every_part(shown: Path, lang: str) -> None:
    text = page(lang)
    assert f"<h1>{t('synthese.title', lang)}</h1>" in text and text.count('class="answer" role="status"') == 1
    for title in (
        tell("picture_up", lang),
        tell("weighs", lang, period=period_text("2026", lang)),
        t("synthese.promises", lang),
    ):
        assert f"<h2>{title}</h2>" in text
    for part in ("months", "decisions", "changes", "pace", "weights", "charter", "sovereignty", "claims", "publish"):
        assert f"<summary><h3>{t(f'synthesis.part_{part}', lang)}</h3></summary>" in text
    assert text.count("<details data-part=") == 11 and not re.search(r"<details data-part=[^>]* open", text)
    assert text.count('<div class="tile"') == 4
    assert {"fr": "<summary><h3>Douze indicateurs<", "en": "<summary><h3>Twelve indicators<"}[lang] in text
    assert len(re.findall(r'id="indicateur-', text)) == len(INDICATORS) == 12
    assert text.count("<figure") == text.count('<figure class="chart') and 'aria-label=""' not in text
    assert text.count('<q lang="fr">') == 47, "each direct phrase of the charter, in one of three lists"


@pytest.mark.parametrize(
    "query", [{}, {"territoire": "all", "periode": "2025"}, {"territoire": "99002", "periode": "2026-03"}]
)
def test_the_page_the_table_and_the_file_have_the_same_digits(shown: Path, query: dict[str, str]) -> None:
    table = rows_of(answered("/synthese.csv", **query))
    body = json.loads(answered("/synthese.json", **query))
    sheet, text = answered("/fiche-synthese", **query), page(**query)
    scope = scope_of(shown, query.get("territoire", "metropole"), query.get("periode", "2026"))
    merged, kept_in = is_rounded(scope), withheld(scope)  # with data or without: that a small use did not run stays in
    clauses = [plain(said["fr"]).split(" : ", 1)[1][1:] for said in body["aloud"]]
    clauses = [clause.replace(" (trop peu de personnes)", "") for clause in clauses]  # which the foot of the sheet says
    assert all(clause in plain(unescape(sheet)) for clause in clauses), "its period is said once, and a capital after"
    for name, entry in body["indicators"].items():
        row = next(r for r in table if (r["rubrique"], r["objet"]) == ("indicateur", name))
        parts = [row["texte"]] if name != "right_sized" else row["texte"].split(", ")  # its requests stay on the page
        apart = merged and name in ("water", "adpe", "gwp")  # which leave with one figure, or not at all
        apart = apart or kept_in or (merged and "part non dite" in row["texte"])
        apart = apart or name == "trained"  # its services of fewer than five agents stay on the page
        assert apart or all(part in text for part in parts), name
        if entry["kind"] == "footprint":
            ends = [float(row[end].replace(",", ".")) for end in ("bas", "central", "haut") if row[end]]
            assert ends == [entry["value"][e] for e in ("low", "central", "high") if entry["value"][e] is not None]


def test_what_an_address_does_not_say_is_the_metropole_last_year(shown: Path) -> None:
    for query in ({}, {"periode": "2026-01..2026-12"}, ASKED):
        body = json.loads(answered("/synthese.json", **query))
        assert (body["territory"], body["period"]) == ("metropole", "2026"), query


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "wrong", [{"territoire": "zzz"}, {"periode": "9999-99"}, {"periode": "2012"}, {"territoire": HOSTILE}]
)
def test_an_address_of_nothing_has_no_file_and_its_page_says_what_it_shows(
    shown: Path, lang: str, wrong: dict[str, str]
) -> None:
    """Never the figures of another territory or period under the name asked; the page says which it shows."""
    asked, [read] = ASKED | wrong, wrong.values()
    for path in OF_A_SCOPE:
        refused = answer(path, lang=lang, **asked)
        said = bytes(refused.body).decode()
        assert refused.status_code == 400 and escape(read) in said and "metropole, 99001" in said, path
        assert "<script>alert" not in said
    text = page(lang, **asked)
    place = typeset(say("indicators", "territory_metropole", lang), lang)
    instead = {"fr": "Affiché à la place : ", "en": "Shown instead: "}[lang]
    assert f"{instead}{place}" in plain(text) and "<script>alert" not in text
    assert instead not in plain(page(lang, **ASKED))


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_a_hostile_name_stays_text(shown: Path, lang: str) -> None:
    for text in (page(lang), page(lang, simple="1")):
        assert "<script>alert" not in text and "&lt;script&gt;alert" in text
    assert "<script>" not in answered("/fiche-synthese", lang=lang)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_the_plain_version_has_short_sentences_and_no_abbreviation(shown: Path, lang: str) -> None:
    text = page(lang, simple="1")
    before = text.split('class="simple"', 1)[1].rsplit(t("simple.decisions", lang), 1)[0]
    sentences = [said for _, said in re.findall(r"<(p|li)>(.*?)</\1>", before)]
    assert len(sentences) > 20
    sentences = [re.sub(r"<[^>]+>", "", s) for s in sentences]
    assert [s for s in sentences if len(s.split()) > 16] == []
    assert [s for s in sentences if re.search(r"\b(kWh|MWh|CO2|CO₂e|IA|AI|m³|Sb|kg)\b|%|≤", s)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_plain_version_has_the_votes_and_every_promise(shown: Path, lang: str) -> None:
    """Of 2026: −15 % in 2028 of 2025, at most 6.5 MWh, 34 promises checked of 47, hence 13 others."""
    told = plain(unescape(page(lang, simple="1", **ASKED)))
    wanted = {
        "fr": (
            "15 pour cent de moins en 2028",
            "2026 : 6,5 mégawattheures",
            "47 promesses",
            "les 13 autres",
        ),
        "en": ("15 per cent less in 2028 than in 2025", "2026: 6.5 megawatt-hours", "47 promises", "the other 13"),
    }
    assert [text for text in wanted[lang] if text not in told] == []


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_promise_that_is_not_told_is_not_said_unproven(shown: Path, lang: str) -> None:
    """Of the whole territory, what would show a small use is in no figure that leaves: neither « sans preuve » in what
    is copied nor « non mesuré » in the plain version, where the page has it in full."""
    asked = {"periode": "2026", "territoire": "all"}
    out = leaving(summary_gateway.scope_of_address(state_of_the_home(), "all", "2026"))
    hidden, unmeasured = ([c["id"] for c in out["charter"] if c["withheld"] is kind] for kind in (True, False))
    unmeasured = [c["id"] for c in out["charter"] if c["status"] == "not_measured" and c["id"] in unmeasured]
    assert len(hidden) > 1
    assert tell("aloud_withheld", lang, n=len(hidden)) in out["aloud"][-1][lang]
    assert t("simple.say_withheld", lang, n=len(hidden)) in aloud(out, lang)[-1]
    told = plain(unescape(page(lang, simple="1", **asked)))
    assert plain(t("simple.charter_withheld", lang, n=len(hidden))) in told
    assert (plain(t("simple.charter_not_measured", lang, n=len(unmeasured))) in told) is bool(unmeasured)
    assert tell("aloud_withheld", lang, n=len(hidden)) not in page(lang, **asked).split("<pre")[0]


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_what_is_known_and_not_told_is_not_said_unknown_in_the_plain_version(shown: Path, lang: str) -> None:
    """Metals of the métropole: up on the page, and no change that leaves; half of their manufacture known, no more."""
    wanted = summary_gateway.scope_of_address(state_of_the_home(), "metropole", "2026")
    inside, out = (found["indicators"]["adpe"] for found in (body(wanted), leaving(wanted)))
    assert inside["change"]["established"] and out["change"]["months"] is None
    told = " ".join(_footprint(leaving(wanted), "adpe", lang))
    assert t("simple.trend_untold", lang) in told and t("simple.trend_none", lang) not in told
    assert 0 < made_share(out["value"]) < 1 and t("simple.made_part", lang) in told
    assert not re.search("plus grand|larger", told), "the page says how much is known, not how far it is"
    kept_in = out | {"value": withheld_amount(out["value"])}
    few = {**leaving(wanted), "indicators": leaving(wanted)["indicators"] | {"adpe": kept_in}}
    assert t("simple.withheld", lang) in _footprint(few, "adpe", lang)


def test_the_textures_of_the_plain_picture_are_said_in_words(shown: Path) -> None:
    """« déclaré »: in the legend, and in the row of a use that is declared."""
    picture = page("fr", simple="1", **ASKED).split("<figure")[1].split("</figure")[0]
    assert picture.count("déclaré") >= 2


def test_the_plain_version_names_no_use_that_may_not_leave(shown: Path) -> None:
    """In 2025, a use of few people, merged with another that hides it: named where the page says that it stays inside,
    together in the plain one."""
    asked = {"periode": "2025", "territoire": "metropole"}
    inside, leaving = (plain(unescape(page("fr", **asked, **more))) for more in ({}, {"simple": "1"}))
    small = ("Réponses aux courriers", "Comptes rendus des conseils")
    picture = leaving.split("<figure")[1].split("</figure")[0]
    assert all(name in inside and name not in picture for name in small)
    assert "Autres usages (2)" in picture and plain(t("synthese.kept", "fr")) in inside


@pytest.mark.parametrize(
    ("name", "query"),
    [("accueil", {}), ("mesures", {}), ("registre", {}), ("registre", {"cas": "hostile"}), ("leviers", {}),
     ("explication", {"id": "service.reponses-courriers.energy"}),
     ("synthese", {"periode": "2025"})],
)  # fmt: skip
def test_a_page_that_names_what_documents_merge_says_so_once(shown: Path, name: str, query: dict[str, str]) -> None:
    """In 2025, two uses of the métropole are merged in its documents."""
    said = plain(unescape(page("fr", name, **query)))
    assert (
        said.count("Page interne : des usages y sont nommés, que les documents publiés regroupent ou ne disent pas.")
        == 1
    )


def test_a_page_of_no_use_or_of_what_leaves_is_not_internal(shown: Path) -> None:
    left = {"simple": "1", "periode": "2025"}
    for name, query in (("glossaire", {}), ("synthese", left), ("explication", {"id": "total.energy"})):
        assert 'internal"' not in page("fr", name, **query)


@pytest.mark.parametrize("period", ["2026", "2026-T3", "2025"])
def test_what_is_offered_to_be_copied_is_what_leaves(shown: Path, period: str) -> None:
    """Of 2025, two uses are told together: how much more 2026 takes stays inside, and the page says that it does."""
    asked = {"territoire": "metropole", "periode": period}
    wanted = summary_gateway.scope_of_address(state_of_the_home(), "metropole", period)
    published, inside = json.loads(answered("/synthese.json", **asked)), body(wanted)
    assert all(inside[key] == published[key] and published[key] for key in ("aloud", "say"))
    page_said = plain(unescape(page("fr", **asked)))
    if period != "2025":
        assert re.search(r"L'IA consomme \d+ % d'électricité de plus", page_said)
        assert "%" not in inside["aloud"][1]["fr"] and "ne chiffrent pas" in page_said
    assert page_said.count("Page interne") == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_that_can_be_copied_stands_alone(shown: Path, lang: str) -> None:
    """Each says of whom and of when it is, in whole words and in the plain version."""
    found = leaving(summary_gateway.scope_of_address(state_of_the_home(), "metropole", "2026"))
    where = {
        "fr": "Services de la métropole, année 2026 (9 mois sur 12)",
        "en": "Services of the métropole, year 2026 (",
    }
    said = [[one[lang] for one in found["aloud"]], aloud(found, lang)]
    assert [len(of) for of in said] == [3, 3]
    assert [one for of in said for one in of if not plain(one).startswith(where[lang])] == []
    assert "2025" in said[0][1] and "2025" in said[1][1]


def test_a_commune_without_use_says_so_and_no_promise_twice(shown: Path) -> None:
    """Two phrases of the charter read one share: one bar, one thing to do. No use there: no figure, and why."""
    asked = {"periode": "2026", "territoire": "99006"}
    first = page("fr", **asked).split('<ol class="bars promises">')[1].split("</ol>")[0]
    names = re.findall(r"<b>(.*?)</b>", first)
    assert len(names) == len(set(names)) == 2
    told = plain(unescape(page("fr", simple="1", **asked)))
    assert "Aucun usage n'est en essai ni en service ici." in told and "Agents de tout le territoire" in told


def test_ends_that_print_alike_are_one_number() -> None:
    """6.1 to 6.4 % prints 6, not « entre 6 et 6 »; 0.1 to 0.4 is less than 1; 6.1 to 8 keeps both."""
    said = [plain(shares_text(low, high, "fr")) for low, high in ((0.061, 0.064), (0.001, 0.004), (0.061, 0.08))]
    assert said == ["6 %", "moins de 1 %", "entre 6 et 8 %"]


def test_the_table_of_months_says_all_that_the_picture_draws(shown: Path) -> None:
    """RGAA 1.7: the months to come at their pace, and the voted path, as the printed sheet says them."""
    told = plain(unescape(page("fr").split('id="months-table"')[1].split("</table>")[0]))
    sheet = plain(unescape(answered("/fiche-synthese", territoire="metropole", periode="2026")))
    pace = re.findall(r"à ce rythme, entre [\d,]+ et [\d,]+ \wWh", sheet)[0]
    path = re.compile(r"Trajectoire votée, chaque mois de 2026(?:<[^>]*>)+(\d+ kWh)<")
    assert told.count(pace) == 1 and path.findall(told) == ["550 kWh"]
    assert path.findall(sheet) == ["550 kWh"], "the same month on paper"


@pytest.mark.parametrize(
    ("lang", "said"),
    [("fr", "Pourquoi cet écart, d'avril à septembre"), ("en", "Why this difference, April to September")],
)
def test_what_explains_a_change_says_its_months(shown: Path, lang: str, said: str) -> None:
    """The home begins in April 2025: of the nine months of the total above, six have a year before; five of them are
    told outside, where a month without a large use is told as others are."""
    assert f'<h3 class="under">{said}</h3>' in plain(unescape(page(lang)))
    simple = {
        "fr": "C'est plus qu'en 2025, d'avril à août.",
        "en": "It is more than in 2025, April to August.",
    }
    assert f"<p>{simple[lang]}</p>" in plain(unescape(page(lang, simple="1")))


def test_a_saving_says_of_which_months_it_is(shown: Path) -> None:
    """That of a year from October 2025 is more than the use took in the nine months of 2025: it is not of these."""
    for path, asked in (("/fiche-synthese", {"periode": "2025"}), ("/fiche-synthese", {"periode": "2026-T2"})):
        told = plain(answered(path, territoire="metropole", **asked))
        assert "ramené à un an (octobre 2025 à septembre 2026)" in told
    assert "(données : octobre 2025 à septembre 2026)" in plain(page("fr", periode="2025", territoire="metropole"))


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_the_plain_version_says_what_weighs_and_no_stronger_word(shown: Path, lang: str) -> None:
    """« serait dépassée » is not « nous dépasserons »: the verdict of the year stays conditional."""
    text = page(lang, simple="1")
    assert (
        t("simple.answer_over", lang) in text
        and t("simple.weighs", lang, period=period_text("2026", lang)) in text
        and "<figure" in text
    )
    assert {"fr": "dépasserons", "en": "will go beyond"}[lang] in text
    assert re.search({"fr": r"C’est entre \d+ et \d+\u00a0pour cent de plus", "en": r"between \d+ and \d+"}[lang], text)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_part_has_an_address_of_its_own(shown: Path, lang: str) -> None:
    text = page(lang, voir="charter")
    assert re.findall(r'<details data-part="([a-z]+)" open', text) == ["charter"]


def test_the_promises_of_a_verdict_are_listed_alone(shown: Path) -> None:
    """Those not held are one link away, each with its verdict and no other; one that is none lists them all."""
    checks = Counter(check["status"] for check in json.loads(answered("/synthese.json", **ASKED))["charter"])
    assert checks["not_held"] > 3 and len(checks) > 2, "more than the page shows unopened"
    assert (
        unescape(page(**ASKED)).count("voir=charter&promesses=not_held&territoire=metropole&periode=2026#charter") == 2
    )
    for asked, listed in (("not_held", {"not_held": checks["not_held"]}), ("partly", {"partly": checks["partly"]})):
        assert Counter(re.findall('class="status ([a-z_]+)"', page(voir="charter", promesses=asked, **ASKED))) == listed
    for asked in ("", "xxx"):
        assert Counter(re.findall('class="status ([a-z_]+)"', page(voir="charter", promesses=asked, **ASKED))) == checks


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_promises_not_held_come_first_with_what_to_do(shown: Path, lang: str) -> None:
    body = json.loads(answered("/synthese.json", **ASKED))
    first = [c for c in body["charter"] if c["status"] == "not_held"][:3]
    text = unescape(page(lang))
    shown_first = text.split(f"<h2>{t('synthese.promises', lang)}</h2>")[1].split("</section>")[0]
    said = [check["to_do"][lang] for check in body["charter"] if check["to_do"]]
    assert all(check["to_do"][lang] in shown_first for check in first)
    every = text.split('<div class="checks">')[1]
    assert all((check["status"] == "not_held") is bool(check["to_do"]) for check in body["charter"])
    assert all(t("synthese.to_do", lang, what=what) in every for what in said)
    assert shown_first.count('<img class="share"') == len(first) == 3


def test_what_to_do_names_who_it_lacks_and_asks_no_test_of_a_tested_model(shown: Path) -> None:
    """11 % of the requests have a model that fits: that of the heaviest use is tested, 78 of 75, and a smaller one
    suffices."""
    charter = json.loads(answered("/synthese.json", **ASKED))["charter"]
    found = {check["reads"]: check["to_do"]["fr"] for check in charter if check["to_do"]}
    assert found["right_sized"].endswith("qui suffit\u00a0: Assistant de rédaction des agents.")
    assert found["objectives_set"].endswith("eau consommée, métaux et minéraux mobilisés, gaz à effet de serre.")
    assert found["risk_and_decision"].endswith("risque\u00a0: 4 usages.")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_three_plain_sentences_are_plain(shown: Path, lang: str) -> None:
    """No per cent, no unit in short, no charter of another authority, sentences of 16 words at most."""
    found = body(summary_gateway.scope_of_address(summary_gateway.state(), "metropole", "2026"))
    said = aloud(found, lang)
    assert len(said) == 3 and not re.search(
        r"%|kWh|MWh|Nancy", " ".join(said) + page(lang, simple="1").split("<figure")[0]
    )
    assert max(len(one.split()) for text in said for one in text.split(". ")) <= 16
    assert aloud(found | {"aloud": []}, lang) == []


def test_licences_are_said_in_french() -> None:
    facts = dict.fromkeys(FACTS, "unknown") | {"licence": "proprietary"}
    assert "licence\u00a0: propriétaire" in option_words(facts, "fr")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_home_without_a_build_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    estimator_gateway._open_build.cache_clear()
    assert t("state.empty_title", lang) in page(lang)
    for path in OF_A_SCOPE:
        found = answer(path)
        assert found.status_code == 303 and found.headers["location"].startswith("./synthese")


def test_what_the_authority_publishes_is_one_link_away(shown: Path) -> None:
    """The review and the evidence of the territory; the file of a commune, then the sum of those in the home."""
    asked = {"periode": "2026", "territoire": "99001"}
    said = page(**asked)
    for path in ("bilan-annuel", "preuves-usages", "bilan-commune.json"):
        assert f'href="{path}?territoire=99001&amp;periode=2026"' in said
    assert "REEN" in answered("/bilan-annuel", **asked) and "RGESN" in answered("/preuves-usages", **asked)
    assert 'href="bilan-territoire"' in page(**ASKED | {"territoire": "all"})
    assert answer("/bilan-territoire").status_code == 400, "no file yet"
    assert answer("/bilan-commune.json", periode="2026", territoire="all").status_code == 400
    (shown / "communes").mkdir()
    (shown / "communes" / "attendues.txt").write_text("99001\n99002\n", "utf-8")
    (shown / "communes" / "99001.json").write_text(answered("/bilan-commune.json", **asked), "utf-8")
    total = answered("/bilan-territoire")
    assert "Sans fichier de cette période (1)" in total and "DONNÉES FICTIVES" in total
    shutil.rmtree(shown / "communes")


def test_a_number_of_a_territory_opens_and_can_be_done_again(shown: Path) -> None:
    body = json.loads(answered("/synthese.json", **ASKED))
    found = explanation("sheet.metropole.2026.water")
    assert found.amount.central == body["indicators"]["water"]["value"]["central"]
    assert replay(found.replay)["water"]["central"] == found.amount.central
    assert "reponses-courriers" in found.services
    for number in ("sheet.nulle-part.2026.water", "sheet.metropole.1999.water", "sheet.metropole.2026.x", "sheet..."):
        with pytest.raises(SobriaError):
            explanation(number)


def test_a_new_statement_is_seen_at_the_next_page(shown: Path) -> None:
    before = page()
    Register(shown).change("hostile", {"name": "Nom corrigé"}, WHO)
    assert "Nom corrigé" in page() and "Nom corrigé" not in before
    Register(shown).change("hostile", {"name": HOSTILE}, WHO)


def test_people_who_ask_at_once_wait_for_one_work(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    entry = {"change": {}, "value": Interval()}
    out = {"aloud": [], "say": [], "not_say": [], "indicators": dict.fromkeys(FOOTPRINTS, entry)}

    def made_slowly(territory: str) -> dict[str, object]:
        sleep(0.05)
        made.append(territory)
        return out | {"of": territory}

    monkeypatch.setattr(summary_gateway, "leaving", lambda asked: out)
    monkeypatch.setattr(summary_gateway, "scope_in", lambda asked, inside=False: asked.territory)
    monkeypatch.setattr(summary_gateway, "grouped", lambda scope: SimpleNamespace(kept=False))
    monkeypatch.setattr(summary_gateway, "synthesis", made_slowly)
    asked, found = SummaryScope(State("nowhere", "", "", date(2026, 1, 2)), "54395", "2025"), []
    threads = [Thread(target=lambda: found.append(body(asked))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one["of"] for one in found] == ["54395"] * 8 and made == ["54395"]
    assert body(asked._replace(period="2024")) and len(made) == 2


def test_the_page_says_that_it_names_each_use_and_it_does(shown: Path) -> None:
    """What the documents merge is named here, and the sentence above the table says of both what is true of them."""
    asked = SummaryScope(state_of_the_home(), "all", "2026")
    kinds = [{use["kind"] for use in found["uses"]} for found in (body(asked), leaving(asked))]
    assert "others" not in kinds[0] and "others" in kinds[1]
    may, out = (found["say"] + found["not_say"] for found in (body(asked), leaving(asked)))
    assert may == out, "what can be said to residents, or not, is what the documents tell"
    energy = [found["indicators"]["energy"]["value"] for found in (body(asked), leaving(asked))]
    assert range_text(energy[0], "fr") == range_text(energy[1], "fr")
    text = plain(page("fr", territoire="all", voir="weights"))
    assert "Chaque usage est nommé ici. Dans les documents, ceux de moins de cinq agents" in text
    assert all(plain(str(escape(use["name"]))) in text for use in body(asked)["uses"] if use["kind"] == "case")


def test_each_known_part_of_a_change_is_in_the_table_however_small(shown: Path) -> None:
    """A cell without words would say that the part is not known."""
    text = page("fr", territoire="metropole", periode="2026", voir="changes")
    cells = re.findall(r"<td[^>]*>([^<]*)", text.split('data-part="changes"')[1].split("</details>")[0])
    asked = SummaryScope(state_of_the_home(), "metropole", "2026")
    for key, *parts in zip(FOOTPRINTS, *(cells[at :: 1 + len(EFFECTS)] for at in range(1, 5)), strict=True):
        change = body(asked)["indicators"][key]["change"]
        assert change["established"] and {*change["ends"]} == {*EFFECTS}
        assert all(re.search(r"\d", part) for part in parts), (key, parts)
