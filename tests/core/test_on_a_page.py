"""What a page says of a refusal whose way out is a command of the terminal."""

import re

import pytest

from estimator.core.errors import LANGUAGES, texts
from estimator.core.refusals import on_a_page

COMMAND = re.compile(r"\bsobria [a-z]")
OF_A_MACHINE = {"own_tables_refused", "nothing_built", "magic_refused"}  # of a server, its interface, a notebook


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Lu. Retirez-le page Lieux, ou par « sobria places withdraw ».", "Lu. Retirez-le page Lieux."),
        ("Lu. « sobria hosts list » les donne ; rien n'est écrit.", "Lu. Rien n'est écrit."),
        ("Lu. Faites ; « sobria build » le refait. Rien n'est écrit.", "Lu. Faites. Rien n'est écrit."),
        ("Écrivez-la (sobria register set a b=…), ou importez.", "Écrivez-la, ou importez."),
        ("Lu. Vérifiez-le, ou dites la zone : « sobria places add --zone … ».", "Lu. Vérifiez-le."),
        ('Read. Check it, or tell the site: "sobria places add --host …".', "Read. Check it."),
        ("La page Lieux, ou « sobria places », le dit.", "La page Lieux le dit."),
        ("La page Lieux, ou «\u00a0sobria places\u00a0», le dit.", "La page Lieux le dit."),
        ("Un champ manque (--unit).\n  - Lu ; « sobria totals » le dit.", "Un champ manque.\n  - Lu."),
        ("openai/x : « y » a été lu. Corrigez-le.", "openai/x : « y » a été lu. Corrigez-le."),
    ],
)
def test_the_way_out_of_the_terminal_is_left_out(said: str, told: str) -> None:
    assert on_a_page(said) == told


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("section", ["errors", "answer_problems", "checks"])
def test_no_refusal_of_a_page_has_a_command(section: str, lang: str) -> None:
    told = {key: on_a_page(text) for key, text in texts(section, lang).items() if key not in OF_A_MACHINE}
    assert [key for key, text in told.items() if COMMAND.search(text)] == []
    assert [key for key, text in told.items() if not text or text.endswith(";") or re.search("; [A-Z]", text)] == []
