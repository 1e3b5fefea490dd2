"""Refusals: each has a code that a sentence stands for."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import dashboard
import estimator
from estimator.core.errors import LANGUAGES, SobriaError, words
from estimator.core.fields import has_contact

RAISED = re.compile(r'SobriaError\(\s*"([a-z0-9_]+)"')
COMMANDS = "estimator.cli.__main__"  # it runs when it is imported
OF_AN_EXTRA = ("estimator.core.spark_engine", "estimator.core.spark_sql")


def kinds(base: type[SobriaError] = SobriaError) -> Iterator[type[SobriaError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_refusal_has_its_sentence_and_every_sentence_its_refusal() -> None:
    """A code that changes, which people's scripts read, or a sentence that nothing says any more, shows here."""
    for module in walk_packages(estimator.__path__, "estimator."):
        if module.name not in (COMMANDS, *OF_AN_EXTRA):
            import_module(module.name)
    rooms = (Path(*package.__path__) for package in (estimator, dashboard))
    sources = "".join(path.read_text("utf-8") for room in rooms for path in room.rglob("*.py"))
    ours = [kind for kind in kinds() if kind.__module__.startswith("estimator.")]
    found = {kind.code for kind in ours if "message" not in vars(kind)} | {*RAISED.findall(sources)}
    known = found | {kind.code for kind in ours}  # some have their sentences elsewhere, and say them themselves
    assert len(found) > 80
    for lang in LANGUAGES:
        assert found <= words(lang)["errors"].keys()
        assert {code for code in words(lang)["errors"].keys() - known if f'"{code}"' not in sources} == set()


def test_a_code_is_the_name_of_its_class_unless_it_says_another() -> None:
    class NotFoundHere(SobriaError):
        """Named by its class."""

    class Named(SobriaError):
        """Named by itself."""

        code = "not_there"

    assert (NotFoundHere.code, Named.code) == ("not_found_here", "not_there")


def test_an_identifier_is_no_telephone_number() -> None:
    """That of a withdrawal is hexadecimal: one in a thousand begins as a number does, and what brings its rows back has
    it for reason."""
    assert not has_contact("withdrawn: 0955505646c53d27d8b5b4c499a711a8")
    assert all(
        has_contact(f"chef {number}, poste 3") for number in ("06 12 34 56 78", "+33 3 83 91 83 83", "0383918383")
    )
