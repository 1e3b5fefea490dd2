"""The pages of the documentation: their links lead somewhere, and what is French is English too, or says why not."""

import re
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support import sobria

PAGES = sorted({*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")})
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TO_REPLACE = re.compile(
    "JETON|TOKEN|FIN$|END$|/elsewhere|/ailleurs|/empty/folder|/dossier/vide|/path/|/chemin/|'END'|'FIN'"
)
EXAMPLES = {  # words of people, in the examples of an English page and in those of its twin
    "--who IT": "--who DSI",
    "our own room": "notre salle",
    '"reader corrected"': '"lecteur corrigé"',
    '"read again"': '"relu"',
    "--import ID": "--import NUMÉRO",
    "ID_OF_THE_WITHDRAWAL": "NUMÉRO_DU_RETRAIT",
    "calls.jsonl": "appels.jsonl",
    '"contract"': '"contrat"',
    "no longer true": "plus vrai",
    "the rack of the town hall": "la baie de la mairie",
    '"received"': '"reçu"',
    "town/rack": "ville/baie",
    "model.example.org": "modele.exemple.fr",
    "example.org": "exemple.fr",
    "path/to": "chemin/vers",
    "page.html": "fiche.html",
    "review.html": "bilan.html",
    "results.xlsx": "resultats.xlsx",
    "Sorting the mail": "Tri du courrier",
    "--use-case mail": "--use-case courrier",
    "-- python sorting.py": "-- python tri.py",
    "--project sorting": "--project tri",
    'project="sorting"': 'project="tri"',
    '"indexing"': '"indexation"',
    "VALUE,LOW,HIGH": "VALEUR,BASSE,HAUTE",
    "my-copy": "ma-copie",
    "my_boavizta_copy": "ma_copie_boavizta",
    "local copy": "copie locale",
}
ONLY_FRENCH = "\n*In French only: "


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(page: str) -> set[str]:
    """The address of each heading: lower case, letters and digits of any language, blanks as hyphens."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def dead(path: Path) -> list[str]:
    """The links of a page, to files here, that lead to no file or to no heading of it."""
    found = []
    for link in LINK.findall(FENCE.sub("", path.read_text("utf-8"))):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        lost = not target.is_file() or not target.is_relative_to(ROOT)
        if lost or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            found.append(link)
    return found


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert dead(path) == []


def test_a_link_to_nowhere_is_seen(tmp_path: Path) -> None:
    page = ROOT / "docs" / "resultats.md"
    assert "lire" in anchors(page.read_text("utf-8")) and "nulle-part" not in anchors(page.read_text("utf-8"))
    wrong = tmp_path / "page.md"
    wrong.write_text("[a](absent.md) [b](#titre) [c](#rien) [d](https://example.org)\n\n# Titre\n", "utf-8")
    assert dead(wrong) == ["absent.md", "#titre", "#rien"], "nothing outside the checkout is ours to link"


@pytest.mark.parametrize("path", [path for path in PAGES if not path.stem.endswith(".en")], ids=name)
def test_a_french_page_has_an_english_twin_or_says_why_not(path: Path) -> None:
    """A reason stands for the page, or, in the README.md of a folder, for all of its pages."""
    twin, whole = path.with_name(f"{path.stem}.en.md"), path.with_name("README.md")
    said = [page for page in (path, whole) if page.is_file() and ONLY_FRENCH in page.read_text("utf-8")]
    assert twin.is_file() != bool(said)


@pytest.mark.parametrize("path", [path for path in PAGES if path.stem.endswith(".en")], ids=name)
def test_an_english_page_has_the_commands_of_its_twin(path: Path) -> None:
    """The same headings in number and rank; the same code but for comments, what is printed, and words to replace."""

    def headings(page: str) -> list[int]:
        return [len(marks) for marks in re.findall(r"^(#+) ", FENCE.sub("", page), re.MULTILINE)]

    def code(page: str) -> list[str]:
        for said, there in EXAMPLES.items():
            page = page.replace(said, there)
        blocks = [body for kind, body in FENCE.findall(page) if kind]
        lines = [
            re.sub(r"\s+#.*", "", line).replace(".en.", ".").strip() for body in blocks for line in body.split("\n")
        ]
        return [re.sub(TO_REPLACE, "…", line) for line in lines if line and not line.startswith(("#", "--"))]

    french = path.with_name(path.name.replace(".en.md", ".md"))
    ours, theirs = path.read_text("utf-8"), french.read_text("utf-8")
    assert headings(ours) == headings(theirs)
    assert [pair for pair in zip_longest(code(ours), code(theirs)) if pair[0] != pair[1]] == []


def test_the_english_readme_shows_the_first_result_as_it_is_printed(metropole: Path) -> None:
    text = (ROOT / "README.en.md").read_text("utf-8")
    block = text.partition("First result to expect:\n\n```\n")[2].partition("\n```")[0]
    printed = re.sub(r"[\u00a0\u202f]", " ", sobria(metropole, "totals", lang="en").stdout)
    expected = [line.partition("; …")[0] for line in block.split("\n")[2:]]
    assert len(expected) == 4 and [line for line in expected if line not in printed] == []  # noqa: PLR2004
