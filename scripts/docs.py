"""Write the pages that the formulas and tables already say: `python -m scripts.docs [--check]`."""

import argparse
import sys
from pathlib import Path

from estimator.algebra import render, to_latex
from estimator.catalogue import Catalogue, load
from estimator.coefficients import COEFFICIENTS
from estimator.figures import ASIDE, FIGURES, the_system
from estimator.steps import WORDS

ROOT = Path(__file__).parent.parent
MADE = "Cette page est écrite par `python -m scripts.docs` à partir des formules et des tables : ne la modifiez pas."
COUNTED = (
    ("Serveurs et postes, à l'usage", "compté", "électricité relevée, corrigée de ce que le relevé ne voit pas"),
    ("Serveurs et cartes, fabrication", "compté quand le matériel est connu", "part de la durée de vie réservée"),
    ("Refroidissement et pertes du site", "compté", "PUE et WUE du site, ou de sa classe, dite comme telle"),
    ("Réseau", "compté à part", "affectation au Go transporté, non ce qu'un Go de plus provoque"),
    ("Entraînement des modèles achetés", "non compté", "appartient au fournisseur, à montrer à part"),
    ("Terminaux et temps des personnes", "non compté", "sauf si une option d'une comparaison en a besoin"),
    ("Bâtiment du centre de données", "non compté", "aucune source libre retenue"),
)


def method(catalogue: Catalogue) -> str:
    """The method page: boundary, indicators, formulas in words and in symbols."""
    lines = ["# Méthode et limites", "", MADE, ""]
    lines += [
        "Facteurs moyens (attributionnels) : SobrIA dit ce qui est *imputé* à un usage, non ce qui serait évité.",
        "",
    ]
    lines += ["## Périmètre", "", "| élément | compté ? | comment |", "|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in COUNTED]
    lines += ["", "## Indicateurs", "", "| indicateur | unité | somme de |", "|---|---|---|"]
    for figure in FIGURES + ASIDE:
        terms = " + ".join(
            " ou ".join(f"`{r}`" for r in p.results) + ("" if p.required else " *") for p in figure.parts
        )
        lines.append(f"| `{figure.id}` | {figure.unit} | {terms} |")
    lines += [
        "",
        "\\* part facultative : ajoutée quand elle est décrite et connue, sinon nommée dans ce qui n'est pas compté.",
        "",
    ]
    lines += ["## Formules", ""]
    for item in the_system().formulas:
        quantity = catalogue.quantities[item.name]
        words = render(item.tree, lambda name: catalogue.quantities[name].label_fr, "{:g}".format, WORDS)
        lines += [f"### {quantity.label_fr} [{quantity.unit}]", "", f"{words}", ""]
        lines += [f"$$\\mathrm{{{item.name.replace('_', chr(92) + '_')}}} = {to_latex(item.tree)}$$", ""]
        lines += [f"Référence : {item.reference}.", ""]
    lines += ["## Coefficients", "", "Évalués une fois par groupe, quand ses facteurs sont liés.", ""]
    lines += [f"- `{c.name}` = {c.text} ({catalogue.quantities[c.name].unit})" for c in COEFFICIENTS]
    return "\n".join(lines) + "\n"


def nomenclature(catalogue: Catalogue) -> str:
    """The nomenclature: each name, once."""
    lines = ["# Nomenclature", "", MADE, "", "| nom | unité | sens | dépend de | note |", "|---|---|---|---|---|"]
    for q in catalogue.quantities.values():
        lines.append(f"| `{q.id}` | {q.unit} | {q.label_fr} / {q.label_en} | {q.hangs_on} | {q.note} |")
    return "\n".join(lines) + "\n"


def licences(catalogue: Catalogue) -> str:
    """The licence of each source."""
    lines = ["# Licences des facteurs", "", MADE, ""]
    lines += [
        "Chaque ligne d'une table de facteurs nomme sa source, et chaque source a sa licence (`sources.toml`).",
        "",
    ]
    lines += ["- `open` : la table peut être redistribuée sous la licence dite."]
    lines += ["- `citation` : des valeurs isolées sont citées avec leur source, la table n'est pas reprise."]
    lines += ["- `own` : règle ou calcul de SobrIA, sous licence Apache-2.0.", ""]
    lines += ["| source | titre | licence | redistribution |", "|---|---|---|---|"]
    lines += [f"| `{s.id}` | {s.title} | {s.licence} | {s.redistribution} |" for s in catalogue.sources.values()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the pages, or say which one is not what the code says (--check)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    catalogue = load()
    stale = 0
    pages = {"docs/methode.md": method, "docs/nomenclature.md": nomenclature, "factors/LICENSES.md": licences}
    for name, write in pages.items():
        path, text = ROOT / name, write(catalogue)
        if check and (not path.exists() or path.read_text("utf-8") != text):
            print(f"{name} is not what the code says: run python -m scripts.docs")
            stale += 1
        elif not check:
            path.write_text(text, "utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
