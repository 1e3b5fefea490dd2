"""Every page in both languages: an empty home, one with a build, one with a hostile name in it; no browser."""

import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.accessibility.audit import audit
from dashboard.shared import estimator_gateway
from dashboard.shared.screens import SCREENS
from dashboard.shared.texts import t, words
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import say
from estimator.core.number_format import impossible_text
from estimator.governance.register.register import author
from estimator.ledger import Ledger
from estimator.ledger.withdrawals import Target, withdraw
from estimator.results.making import build
from tests.core.test_numbers import spaced
from tests.home import COUNTED_ALONE, HOSTILE, KEYS, OPENED, RUNS, row_id
from tests.support import activity, append, built, kept, spread

FRAME = Path(__file__).resolve().parents[2] / "dashboard" / "pages" / "frame.py"
PAGES = ("accueil", "mesures", "facteurs", "explication")
TITLES = {
    "accueil": "home.title",
    "mesures": "measures.title",
    "facteurs": "factors.title",
    "explication": "explain.title",
}
LANGUAGES = ("fr", "en")


@pytest.fixture
def plain(real_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are those of a home with a build."""
    monkeypatch.setenv("SOBRIA_HOME", str(real_home))


@pytest.fixture
def sample(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are those of a home that says that it is invented."""
    monkeypatch.setenv("SOBRIA_HOME", str(sample_home))


def page(name: str, lang: str, **query: str) -> str:
    """All the text of a page, which must not have raised."""
    at = AppTest.from_file(str(FRAME), default_timeout=120)
    if name != "accueil":
        at.switch_page(f"{name}.py")
    for key, value in {"lang": lang, **query}.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception, at.exception[0].message
    return "\n".join(block.proto.body for block in at.get("html"))


def test_every_file_of_a_page_is_a_screen() -> None:
    files = {path.stem for path in FRAME.parent.glob("*.py")} - {"frame", "__init__"}
    assert sorted(files) == sorted(screen.address for screen in SCREENS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_menu_has_four_doors_and_their_screens_in_order(empty_home: Path, lang: str) -> None:
    wide, _, narrow = page("accueil", lang).split("<nav", 4)[1:4]
    assert re.findall(r'href="([a-z]*)', wide) == ["synthese", "comparer", "mesures", "facteurs"]
    assert re.findall(r'href="([a-z]*)', narrow.split("</nav>")[0]) == [
        "synthese", "leviers", "comparer", "registre", "mesures", "brancher", "lieux",
        "facteurs", "methode", "validation", "glossaire",
    ]  # fmt: skip
    within = page("brancher", lang).split('class="wide within"')[1].split("</nav>")[0]
    assert re.findall(r'href="([a-z]*)', within) == ["mesures", "brancher", "lieux"]
    assert re.search(r'href="brancher[^>]*aria-current="page"', within)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_glossary_explains_the_words_that_officials_stumble_on(empty_home: Path, lang: str) -> None:
    text = page("glossaire", lang)
    for word in ("PUE", "WUE", "RGESN 8.3", "Sb", {"fr": "Jeton", "en": "Token"}[lang]):
        assert word in text
    assert len(re.findall(r'id="mot-', text)) == sum(map(len, words(lang)["glossary"].values())) == 34


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_runs_of_unknown_electricity_are_counted_apart_from_the_proof_and_the_totals(sample: None, lang: str) -> None:
    unknown = sum(KEYS[n % len(KEYS)] == COUNTED_ALONE for n in range(RUNS))
    measures = page("mesures", lang)
    assert t("measures.unknown", lang, n=unknown) in unescape(measures)
    assert t("measures.their_known", lang) in unescape(measures)
    assert t("home.unknown", lang, n=unknown) in unescape(page("accueil", lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_home_and_summary_say_what_each_counts(metropole: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Home counts eighteen months of the whole territory, the summary that it leads to a year of the métropole."""
    monkeypatch.setenv("SOBRIA_HOME", str(metropole))
    estimator_gateway._open_build.cache_clear()
    told = {
        "fr": (
            "synthèse : services de la métropole, année 2026<",
            "tout le territoire, d'avril 2025 à septembre 2026.",
        ),
        "en": (
            "summary: services of the métropole, year 2026<",
            "the whole territory, from April 2025 to September 2026.",
        ),
    }[lang]
    home, summary = (spaced(unescape(page(name, lang))) for name in ("accueil", "synthese"))
    assert told[0] in home and "synthese?territoire=metropole&periode=2026" in home
    assert told[1] in summary and told[1] not in home
    estimator_gateway._open_build.cache_clear()


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_where_home_and_summary_count_the_same_nothing_is_told_apart(empty_home: Path, lang: str) -> None:
    """No register and one year: the two pages have one total."""
    built(empty_home, activity())
    home, summary = (unescape(page(name, lang)) for name in ("accueil", "synthese"))
    assert "synthese?territoire=all&periode=2026" in home and "registre des mesures\u00a0: tout" not in summary
    total = re.search(r"entre [\d,]+ et [\d,]+\u00a0kWh", home)
    assert total and total[0].removeprefix("entre ").replace(" et ", " à ") in summary


@pytest.mark.parametrize("lang", LANGUAGES)
def test_measures_say_which_electricity_holds_which(plain: None, lang: str) -> None:
    """That of the sites at the top of the page, that of the machines alone by month: the first holds the second."""
    told = {
        "fr": (
            "site, refroidissement compris</dt>",
            "« Électricité du site, refroidissement compris » la comprend.",
            "elle comprend",
        ),
        "en": (
            "Site electricity, cooling included</dt>",
            "“Site electricity, cooling included” includes it.",
            "it inc",
        ),
    }[lang]
    asked = ({"voir": "mois"}, {"execution": row_id(OPENED)})
    months, run = (spaced(unescape(page("mesures", lang, **query))) for query in asked)
    assert told[0] in months and told[1] in months and told[2] in run
    totals = estimator_gateway.current_build().totals().indicators
    assert totals["it_energy"].central < totals["energy"].central


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_first_pages_say_what_cannot_be_and_what_nobody_read(empty_home: Path, lang: str) -> None:
    """30 kWh of processors in an hour, which none draws, of 37; 7 of a card whose processor was not read."""
    card = {"cpu_energy_kwh": None, "gpu_energy_kwh": 7.0, "gpu_mode": "mode/nvml", "device": "gpu/l4"}
    card |= {"device_count": 1, "device_hours": 100.0, "checks": ("cpu_not_metered",)}
    built(empty_home, activity(hours=100, **card), activity(cpu_energy_kwh=30.0, host="class/server-room"))
    odd, least = impossible_text(30 / 37, lang), t("explain.least", lang)
    home, measures, summary = (unescape(page(name, lang)) for name in ("accueil", "mesures", "synthese"))
    assert all(odd in text and "voir=corriger" in text for text in (home, measures, summary)) and "81" in odd
    assert least in home and least in measures and t("home.known", lang) in home
    assert say("authorities", "unread", lang).replace("'", "’") in summary.replace("'", "’")
    assert t("explain.how_impossible", lang) in home and t("chart.how", lang) not in home


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_home_with_a_build_asks_its_question(sample: None, name: str, lang: str) -> None:
    text = page(name, lang)
    assert f"<h1>{t(TITLES[name], lang)}</h1>" in text
    assert text.count('class="answer" role="status"') == 1
    assert t("state.sample", lang) in text
    assert t(f"accessibility.mention_{audit().state}", lang) in text
    if lang == "en" and name not in ("facteurs", "explication", "validation"):  # notes of sources are in French
        assert not re.findall(r".{30}\s[;:!?]\s.{10}", unescape(text))


@pytest.mark.parametrize(("name", "lang"), spread(PAGES, LANGUAGES))
def test_a_page_of_an_empty_home_says_what_to_do(empty_home: Path, name: str, lang: str) -> None:
    text = page(name, lang)
    if name == "facteurs":
        assert t(TITLES[name], lang) in text
    else:
        assert t("state.empty_title", lang) in text
    if name == "accueil":
        assert "sobria track -- python mon_script.py" in text
    if t("state.empty_title", lang) in text:  # where a file is dropped
        assert t("state.empty_drop", lang) in text and 'href="brancher' in text
    assert t("state.sample", lang) not in text


@pytest.mark.parametrize("name", ["accueil", "mesures"])
def test_a_page_of_a_home_of_which_all_is_withdrawn_says_it_and_how_to_undo_it(empty_home: Path, name: str) -> None:
    append(Ledger(empty_home), [row := activity()])
    found = withdraw(Ledger(empty_home), Target("run", row.run_key), author("DSI", "essai"))
    build(empty_home)
    text = page(name, "en")
    assert t("state.withdrawn_title", "en") in text and t("state.empty_title", "en") not in text
    assert "1 row" in text and f"--undo {found.withdrawal}" in text


def test_a_period_asked_of_a_home_without_figures_lists_no_year(empty_home: Path) -> None:
    """Every row is withdrawn: the sentence of the years would list none."""
    append(Ledger(empty_home), [row := activity()])
    withdraw(Ledger(empty_home), Target("run", row.run_key), author("DSI", "essai"))
    build(empty_home)
    text = page("synthese", "fr", periode="2026-03")
    assert "Il n'y a encore de chiffre d'aucune période" in unescape(text).replace("’", "'")
    assert "leurs trimestres" not in text


def test_marks_alone_search_no_factor(plain: None) -> None:
    """« ??? » holds nothing to search: no factor is found, and it is said; all of them are there without it."""
    assert t("factors.none", "fr") in page("facteurs", "fr", sujet="???")
    assert t("factors.none", "fr") not in page("facteurs", "fr")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "number", ["total.energy", "total.water.onsite", "service.assistant-courrier.gwp", f"run.{row_id(3)}.it_energy"]
)
def test_a_number_opens(plain: None, number: str, lang: str) -> None:
    text = page("explication", lang, id=number)
    for part in ("part_steps", "steps_values", "part_factors", "not_counted", "part_trace", "download"):
        assert t(f"explain.{part}", lang) in text
    assert "explication.json?id=" in text
    assert "{'" not in text and "{&#39;" not in text, "a value that no words say"


@pytest.mark.parametrize(
    ("figure", "base"),
    [
        ("energy", "(électricité du site, refroidissement compris)."),
        ("it_energy", "(électricité des machines, avant refroidissement)."),
    ],
)
def test_an_explained_electricity_says_of_which_one_its_proof_is(plain: None, figure: str, base: str) -> None:
    """Home and Measurements say that of the machines, which is not that of the site where their coolings differ."""
    [said] = re.findall(r"méthode inconnue (\([^)]*\)\.)", page("explication", "fr", id=f"total.{figure}"))
    assert said == base


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "number", ["total.nothing", "x", "service..energy", "run.0.energy", "total.energy.x.y", "a" * 5000]
)
def test_an_address_that_names_no_number_is_told_so(plain: None, number: str, lang: str) -> None:
    assert t("state.unknown_title", lang) in page("explication", lang, id=number)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_a_run_opens_and_an_unknown_one_is_told_so(plain: None, lang: str) -> None:
    text = page("mesures", lang, execution=row_id(OPENED))
    assert t("run.not_covered", lang) in text and "3.3.2" in text
    assert t("state.unknown_title", lang) in page("mesures", lang, execution="0" * 32)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_factor_opens_with_its_rivals(empty_home: Path, lang: str) -> None:
    entry = next(
        e
        for e in estimator_gateway.factors()
        if e.factor.quantity == "grid_gwp" and e.factor.subject == "FRA" and e.rivals
    )
    text = page("facteurs", lang, facteur=entry.factor.id)
    assert entry.factor.id in text and t("factors.rivals", lang) in text
    assert t("state.unknown_title", lang) in page("facteurs", lang, facteur="no/such/factor")


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_filters_come_from_the_address(plain: None, lang: str) -> None:
    text = page("mesures", lang, service="regles-de-tri", page="1")
    table = text.split(t("measures.sorted", lang, order=t("measures.order_date", lang)))[1].split("</table>")[0]
    assert "regles-de-tri" in table and "assistant-courrier" not in table
    assert table.count("?execution=") == RUNS // len(KEYS)
    assert "grid_water" not in page("facteurs", lang, grandeur="pue").split(t("factors.list", lang))[1].replace(
        "wue", ""
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_has_words_and_every_amount_its_explanation(plain: None, name: str) -> None:
    text = page(name, "fr", **({"id": "total.energy"} if name == "explication" else {}))
    assert text.count("<figure") == text.count('<figure class="chart') and 'aria-label=""' not in text
    for figure in text.split("<figure")[1:]:
        said = [word for proof in PROOFS if f">{(word := t(f'proof.{proof}', 'fr'))}</li>" in figure]
        for word in said if len(said) > 1 else ():
            assert figure.count(word) >= 2, f"{word}: a texture of the legend, in no row"
        assert len(unescape(figure.split('aria-label="')[1].split('"')[0])) < 200, "a name that is short (RGAA 1.3)"
    if name in ("accueil", "mesures"):  # the ends of each bar are read beside it, in a closed table
        body = text.split("<table")[1].split("</table>")[0]
        rows = {row.split(">", 1)[1].split("<")[0]: row for row in body.split('<th scope="row"')[1:]}
        for label in re.findall("<li><p><b>(.*?)</b>", text.split('<ol class="bars">')[1].split("</ol>")[0]):
            assert re.search(r"entre .*\d.+ et .*\d", rows[label]), label
    if name == "accueil":
        for figure in ("energy", "water", "adpe", "gwp", "primary_energy", "water.onsite", "water.electricity"):
            assert f'href="explication?id=total.{figure}"' in text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "query", "shown"),
    [
        ("accueil", {}, True),
        ("mesures", {}, True),
        ("mesures", {"execution": row_id(KEYS.index(HOSTILE))}, True),
        ("explication", {"id": f"service.{HOSTILE}.energy"}, True),
        ("explication", {"id": HOSTILE}, False),
        ("facteurs", {"sujet": HOSTILE}, False),
        ("facteurs", {"facteur": HOSTILE}, False),
    ],
)
def test_a_hostile_name_stays_text(sample: None, name: str, query: dict[str, str], shown: bool, lang: str) -> None:
    text = page(name, lang, **query)
    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "&lt;script&gt;" in text or not shown


def test_the_two_languages_have_the_same_texts_and_no_empty_one() -> None:
    def flat(table: dict[str, object], prefix: str = "") -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in table.items():
            found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
        return found

    fr, en = flat(words("fr")), flat(words("en"))
    assert fr.keys() == en.keys()
    assert [key for key, value in (fr | en).items() if not value and key != "units.one"] == []
