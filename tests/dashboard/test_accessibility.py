"""The self-audit and the statement made of it: one table, one rate, one state."""

from collections import Counter
from pathlib import Path

import pytest

from dashboard.accessibility.audit import MET, NOT_APPLICABLE, NOT_CHECKED, NOT_MET, STATES, audit, read
from dashboard.shared.html_shell import not_found_page
from dashboard.shared.screens import SCREENS
from dashboard.shared.texts import t, words
from estimator.core.home import settings
from tests.dashboard.test_dashboard_pages import LANGUAGES, page
from tests.support import refuses, spread

LONGEST_TITLE = 90  # of a table [characters]
THEMES = {1: 9, 2: 2, 3: 3, 4: 13, 5: 8, 6: 2, 7: 5, 8: 10, 9: 4, 10: 14, 11: 13, 12: 11, 13: 12}  # RGAA 4.1


def table(*states: str) -> list[dict[str, str]]:
    """An audit of as many criteria as states."""
    said = {"asks": "asks", "proof": "seen", "tests": "", "day": "2026-11-25"}
    return [{"criterion": f"1.{n}", "state": state, **said} for n, state in enumerate(states, 1)]


def test_every_criterion_of_the_standard_is_in_the_table_once() -> None:
    numbers = [c.number for c in audit().criteria]
    assert numbers == [f"{theme}.{n}" for theme, count in THEMES.items() for n in range(1, count + 1)]
    assert len(numbers) == 106


def test_every_line_says_its_state_its_proof_and_its_day() -> None:
    for c in audit().criteria:
        assert c.state in STATES and c.asks and c.proof, c.number
        assert len(c.day) == len("2026-11-25"), c.number


def test_a_test_named_as_a_proof_exists(root: Path) -> None:
    """And is run at each change, as the page says: the suite does not leave it to the long proofs."""
    for c in audit().criteria:
        for named in c.tests:
            file, _, name = named.partition("::")
            before, found, _ = (root / "tests" / file).read_text("utf-8").partition(f"def {name}(")
            assert found and not before.rpartition("\n\n")[2].startswith("@pytest.mark.long"), named


def test_the_rate_counts_what_was_not_checked_as_not_holding() -> None:
    """Of 5 criteria 1 does not apply; 2 of the other 4 hold: 2 / 4 = 0.5."""
    found = read(table(MET, MET, NOT_MET, NOT_CHECKED, NOT_APPLICABLE))
    assert (found.applicable, found.rate) == (4, 0.5)


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ((MET, MET, MET, NOT_CHECKED), "none"),  # 75 %, but the audit is not whole
        ((MET, NOT_MET, NOT_MET, NOT_APPLICABLE), "none"),  # 1 / 3
        ((MET, NOT_MET), "partial"),  # 1 / 2
        ((MET, MET, NOT_APPLICABLE), "full"),
    ],
)
def test_the_state_is_what_the_law_makes_of_the_rate(states: tuple[str, ...], state: str) -> None:
    assert read(table(*states)).state == state


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_does_not_hold_is_said_in_words_and_nothing_else_is(lang: str) -> None:
    assert set(words(lang)["accessibility_gaps"]) == {c.number.replace(".", "-") for c in audit().of(NOT_MET)}


def test_the_statement_agrees_with_any_count() -> None:
    """« 1 n'ont pas été vérifiés » was said of one criterion."""
    counts = {"met": 1, "all": 3, "rate": "33 %", "not_met": 1, "not_checked": 1}
    for state in ("none", "partial", "full"):
        said = t(f"accessibility.answer_{state}", "fr", **counts)
        assert "non tenus\u00a0: 1" in said and "non vérifiés\u00a0: 1." in said and "n’ont" not in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_statement_is_made_of_the_table(empty_home: Path, lang: str) -> None:
    text = page("accessibilite", lang)
    counted = Counter(c.state for c in audit().criteria)
    assert f"<h1>{t('accessibility.title', lang)}</h1>" in text
    assert t(f"accessibility.standing_{audit().state}", lang) in text
    share = f"{100 * counted[MET] / (106 - counted[NOT_APPLICABLE]):.0f}"
    assert f"({share}%" in text.replace("\u00a0", "").replace("\u202f", "")
    for said in words(lang)["accessibility_gaps"]:
        assert t(f"accessibility_gaps.{said}", lang) in text
    for c in audit().of(NOT_CHECKED):
        assert c.number in text
    assert text.count(t("accessibility.blank", lang)) == 4
    assert "defenseurdesdroits.fr" in text


@pytest.mark.parametrize(("name", "lang"), spread(["accueil", "mesures", "facteurs", "explication"], LANGUAGES))
def test_the_foot_of_each_page_says_the_state(empty_home: Path, name: str, lang: str) -> None:
    foot = page(name, lang).split("<footer")[1]
    assert f'href="accessibilite{"?lang=en" if lang == "en" else ""}"' in foot
    assert t(f"accessibility.mention_{audit().state}", lang) in foot


def test_the_authority_fills_the_contact_in_its_settings(empty_home: Path) -> None:
    (empty_home / "settings.toml").write_text(
        '[contact]\nwho = "Direction <du> numérique"\nmail = "acces@exemple.fr"\n'
    )
    text = page("accessibilite", "fr")
    assert "Direction &lt;du&gt; numérique" in text and "acces@exemple.fr" in text
    assert text.count(t("accessibility.blank", "fr")) == 2
    for wrong in ('[contact]\nfax = "03"\n', "a = " + "[" * 3000):
        (empty_home / "settings.toml").write_text(wrong)
        with refuses("settings_refused") as refused:
            settings(empty_home)
        assert "[contact] avec who, mail, phone et post" in refused.value.message("fr")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fact_asked_on_several_pages_has_one_label(lang: str) -> None:
    """And a title of a table is short: what a table counts is said under it."""
    for one, other in (
        ("compare_form.threshold_test", "register_forms.seuil_test"),
        ("compare_form.by", "register_forms.by"),
        ("compare_form.service", "register_forms.service_key"),
        ("places.service", "register_forms.service_key"),
        ("compare_form.host", "places.host"),
        ("compare_form.unit", "register_forms.unite"),
        ("compare_form.product", "seats.product"),
        ("compare_form.concurrency", "places.load"),
    ):
        assert t(one, lang) == t(other, lang), one
    apart = {t(f"register_forms.{name}", lang) for name in ("by", "by_review")}  # who tested, who reviewed
    assert len(apart | {t(name, lang) for name in ("register_forms.simultaneite", "places.load")}) == 4
    assert t("compare_form.host_of", lang, letter="A") == f"{t('places.host', lang)} (A)"
    assert t("seats.active_share", lang).startswith(t("compare_form.active_share", lang))
    assert t("compare_form.date", lang).startswith(t("register_forms.date_test", lang))
    titles = {key: said for table in words(lang).values() for key, said in table.items() if key.endswith("caption")}
    assert [key for key, said in titles.items() if len(said) > LONGEST_TITLE] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_leads_to_every_page(empty_home: Path, lang: str) -> None:
    """And stands at the foot of each of them."""
    text = page("plan", lang)
    for screen in SCREENS:
        if screen.door:
            assert f'href="{screen.address}?lang={lang}"' in text or f'href="{screen.address}"' in text, screen.address
    foot = (Path(__file__).parents[2] / "dashboard" / "templates" / "footer.html").read_text("utf-8")
    assert "address('plan')" in foot
    alone = not_found_page(lang)
    for of_every_page in ("/plan", "/accessibilite"):
        assert f'href="{of_every_page}?lang={lang}"' in alone.partition("<footer")[2]
    assert alone.index('class="skip" href="#contenu"') < alone.index('<main id="contenu"')
