"""Generate the documentation pages from formulas and tables: `python -m scripts.docs [--check]`."""

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from dashboard.accessibility.audit import STATES, audit
from dashboard.shared.dates import day_text
from dashboard.shared.texts import t
from estimator.assessment.method_documentation import ValidationLine, validation_results
from estimator.catalogue.load import load
from estimator.catalogue.tables import Catalogue
from estimator.comparison.answer import VERSION, Answer
from estimator.core.number_format import share_text
from estimator.reporting.exports.openapi import openapi
from scripts.commands import commands
from scripts.conformance.results import clients_page
from scripts.known_figures import known_table
from scripts.limits_page import limits
from scripts.messages import LANGUAGES, sentence_in
from scripts.method_page import method
from scripts.reference_pages import formats, python_names
from scripts.results_page import results_page
from scripts.sidecar_page import sidecar
from scripts.town_page import town

LANG = "fr"
ROOT = Path(__file__).parent.parent
MADE = sentence_in(LANG, "docs", "made")


def nomenclature(catalogue: Catalogue, lang: str, made: str) -> str:
    """The nomenclature: each name, once, with its sense in both languages."""
    lines = ["# Nomenclature", "", made, "", f"| {sentence_in(lang, 'docs', 'names')} |", "|---|---|---|---|---|"]
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
    lines += [
        "Données de l'ADEME (Base IMPACTS, Base Empreinte, NegaOctet), d'où qu'elles viennent : des chiffres isolés "
        "sont cités, jamais un tableau par pays ni par composant "
        "([décision 0046](../docs/decisions/0046-base-impacts.md)). La licence du code qui les porte (MPL-2.0, MIT, "
        "AGPL-3.0) ne dit rien des droits de la base : « droits d'origine non vérifiés » est écrit là où un chiffre "
        "reste. Ce qui manque est « non estimable », et peut venir de "
        "[vos propres tables](../docs/tables-personnelles.md).",
        "",
    ]
    lines += ["| source | titre | licence | redistribution |", "|---|---|---|---|"]
    lines += [f"| `{s.id}` | {s.title} | {s.licence} | {s.redistribution} |" for s in catalogue.sources.values()]
    return "\n".join(lines) + "\n"


def readings(catalogue: Catalogue) -> str:
    """How the rows of each table are known, by source."""
    with (ROOT / "factors" / "readings.csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    words = {"opened": "relue à sa source", "stated": "lue avant", "second_hand": "de seconde main", "own": "à nous"}
    lines = ["# Sources relues", "", MADE, ""]
    lines += [
        "Chaque ligne des tables, selon ce qui en a été lu (`factors/readings.csv`) :",
        "",
        "- **relue à sa source** : la valeur a été comparée, ligne par ligne, à ce qu'écrit la source au lieu nommé ; "
        "elle y est égale, ou s'en déduit ;",
        "- **lue avant** : la ligne dit où elle a été lue ; ce lieu n'a pas été rouvert ;",
        "- **de seconde main** : connue par une copie, une transcription, un extrait ou la presse, et dite telle "
        "partout où elle est citée ; une date dit que cette copie a été rouverte et donne la même valeur ;",
        "- **à nous** : une règle ou un calcul de SobrIA, refait ou non.",
        "",
    ]
    lines += [f"| table | lignes | {' | '.join(words.values())} |", "|---|---|---|---|---|---|"]
    tables = {line["table"]: Counter[str]() for line in told}
    for line in told:
        tables[line["table"]][line["reading"]] += int(line["rows"])
    tables["toutes"] = sum(tables.values(), Counter[str]())
    for name, count in tables.items():
        lines.append(f"| `{name}` | {count.total()} | {' | '.join(str(count[reading]) for reading in words)} |")
    lines += ["", "| table | source | lignes | | comparées | le | où |", "|---|---|---|---|---|---|---|"]
    for line in told:
        title, reading = catalogue.sources[line["source"]].title, words[line["reading"]]
        cells = (f"`{line['table']}`", title, line["rows"], reading, line["compared"], line["read_on"], line["place"])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def validation(catalogue: Catalogue) -> str:
    """Our own figures on published cases; the cases themselves are not distributed."""
    rows = validation_results()
    predicted, repeated = ([r for r in rows if r.mode == mode] for mode in ("prediction", "reproduction"))
    lines = ["# Confrontation aux publications", "", MADE, ""]
    lines += [
        "Les cas publiés ne sont pas dans ce dépôt. `python -m scripts.validation_summary CAS.json` les lit, "
        "les calcule et n'écrit que nos propres chiffres dans `factors/results/validation_summary.csv`, "
        f"calculé le {rows[0].day} avec les facteurs `{rows[0].factors_version}`.",
        "",
        "Ces publications étaient connues pendant la mise au point : ce n'est pas un essai à l'aveugle.",
        "",
        "## Prédiction",
        "",
        "Sans le modèle du cas dans la régression ni les facteurs tirés de la même adresse : "
        f"{_inside(predicted)} dans l'intervalle.",
        "",
        *_families(predicted, "dans l'intervalle"),
        "Un document retiré à la fois, toutes ses lignes de facteurs avec lui : "
        "[retrait-par-document.md](retrait-par-document.md).",
        "",
        "## Grands modèles",
        "",
        "Ce que des éditeurs disent d'une requête ou d'un entraînement, et notre chiffre pour la même demande, sans "
        "les facteurs du même document. Quand le modèle n'est pas nommé, « tous » va du plus bas au plus haut de ceux "
        "qui ont pu servir, médiane des médianes au centre, et lui seul se compare. La seule calibration d'une loi de "
        "service est la journée de production publiée par DeepSeek, qui n'est pas dans ce tableau. Un chiffre publié "
        "sans fabrication est "
        "comparé à notre électricité seule. La requête médiane de Gemini est celle de l'application, qui sert d'abord "
        "ses modèles Flash : la ligne de Pro dit ce qu'il demanderait seul. Mistral (toute la vie du modèle), Gemini "
        "en gaz (selon ses achats d'électricité) et Llama 3.3 (chiffre incohérent) ont un autre périmètre : "
        "[méthode](methode.md).",
        "",
        *known_table(date.fromisoformat(rows[0].day), LANG),
        "",
        "## Reproduction",
        "",
        f"Toutes les entrées sont publiées : {_inside(repeated)} retrouvées à 3 % près ou à la décimale imprimée.",
        "",
        *_families(repeated, "retrouvées"),
    ]
    return "\n".join(lines[:-1]) + "\n"


def accessibility(catalogue: Catalogue) -> str:
    """The self-audit of the screens, criterion by criterion; its rate is computed here and stored nowhere."""
    found, rate = audit(), share_text(audit().rate, LANG)
    counts = {state: len(found.of(state)) for state in STATES}
    facts = {**counts, "all": found.applicable, "rate": rate}
    lines = [
        "# Accessibilité",
        "",
        MADE,
        "",
        t(f"accessibility.standing_{found.state}", LANG),
        "",
        t(f"accessibility.answer_{found.state}", LANG, **facts),
        "",
        t("accessibility.results_what", LANG, **facts),
        "",
        t("accessibility.note", LANG),
        "",
        "Chaque ligne vient de `dashboard/accessibility/rgaa.csv`. Les mots sont les nôtres : le texte officiel "
        "des 106 critères est sur accessibilite.numerique.gouv.fr. D'un test nommé en preuve, les cas qui ne sont pas "
        "marqués `long` sont rejoués à chaque changement (`./scripts/test`) ; ceux qui le sont (d'autres langues, "
        "adresses, états), par `python -m scripts.proofs`, qui écrit quand ([preuves longues](preuves-longues.md)). "
        f"Le reste a été regardé le {day_text(found.day, LANG)}, sur les données de démonstration.",
    ]
    for theme in found.themes:
        lines += ["", f"## {theme}. {t(f'accessibility_themes.{theme}', LANG)}", ""]
        lines += ["| critère | ce qui est demandé | état | preuve | date |", "|---|---|---|---|---|"]
        for c in (c for c in found.criteria if c.theme == theme):
            state = t(f"accessibility.{c.state}", LANG).lower()
            proof = " ".join((c.proof, *(f"`{test}`" for test in c.tests)))
            lines.append(f"| {c.number} | {c.asks} | {state} | {proof} | {c.day} |")
    return "\n".join(lines) + "\n"


def _inside(rows: Sequence[ValidationLine]) -> str:
    return f"{sum(r.inside for r in rows)} valeurs sur {sum(r.outputs for r in rows)}"


def _families(rows: Sequence[ValidationLine], word: str) -> list[str]:
    lines = [
        f"| publications | cas | valeurs | {word} | haut ÷ bas, médian "
        "| nôtre ÷ publié, 5 % | médian | 95 % | de seconde main |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        ratios = " | ".join(f"{r.ratios[q]:g}".replace(".", ",") for q in (0.05, 0.5, 0.95))
        width = f"{r.median_width:g}".replace(".", ",")
        name = f"[{r.name}]({r.address})" if r.address else r.name
        lines.append(f"| {name} | {r.cases} | {r.outputs} | {r.inside} | {width} | {ratios} | {r.transcribed} |")
    return [*lines, ""]


def answer_schema(_: Catalogue) -> str:
    """The JSON schema of the answer to a scenario, as `sobria compare --json` writes it."""
    made = Answer.model_json_schema(mode="serialization") | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(made | {"$comment": f"version {VERSION}"}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def api_document(_: Catalogue) -> str:
    """The OpenAPI document of what is read over HTTP."""
    return json.dumps(openapi(), ensure_ascii=False, indent=1) + "\n"


# Why a page is not written in English too, said at its top.
IN_FRENCH = {
    "docs/validation.md": "our figures beside those of others, summed up in [limits](explication/limites.en.md)",
    "docs/sources-relues.md": "which rows of the tables were read again at their source, table by table",
    "docs/accessibilite.md": "the French rules of accessibility, RGAA, criterion by criterion",
}
# Written in each language, the French one without the code of its language in its name.
IN_EACH: dict[str, Callable[..., str]] = {
    "methode": method,
    "nomenclature": nomenclature,
    "commandes": lambda _, lang, made: commands(lang, made),
    "sidecar": lambda _, lang, made: sidecar(lang, made),
    "resultats": lambda _, lang, made: results_page(lang, made),
    "formats": lambda _, lang, made: formats(lang, made),
    "python": lambda _, lang, made: python_names(lang, made),
    "explication/limites": lambda _, lang, made: limits(lang, made),
    "ville": lambda _, lang, made: town(lang, made),
    "clients": lambda _, lang, made: clients_page(lang),
}


def main() -> int:
    """Write the pages, or report those that differ from the code (--check)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    catalogue = load()
    stale = 0
    pages: dict[str, Callable[[Catalogue], str]] = {
        "docs/accessibilite.md": accessibility,
        "docs/validation.md": validation,
        "docs/reponse.schema.json": answer_schema,
        "docs/api.openapi.json": api_document,
        "docs/sources-relues.md": readings,
        "factors/LICENSES.md": licences,
    }
    for lang in LANGUAGES:
        end, made = ("" if lang == LANG else f".{lang}"), sentence_in(lang, "docs", "made")
        pages |= {f"docs/{name}{end}.md": partial(write, lang=lang, made=made) for name, write in IN_EACH.items()}
    for name, write in pages.items():
        path, text = ROOT / name, write(catalogue)
        if name in IN_FRENCH:
            text = text.replace("\n\n", f"\n\n*In French only: {IN_FRENCH[name]}.*\n\n", 1)
        if check and (not path.exists() or path.read_text("utf-8") != text):
            print(f"{name} is not what the code says: run python -m scripts.docs")
            stale += 1
        elif not check:
            path.write_text(text, "utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
