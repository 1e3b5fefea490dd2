"""Refusals: each has a code that a sentence stands for."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import estimator
from estimator.core.errors import LANGUAGES, SobriaError, words
from estimator.core.refusals import ListedRefusal

RAISED = re.compile(r'SobriaError\(\s*"([a-z0-9_]+)"')
COMMANDS = "estimator.cli.__main__"  # it runs when it is imported


def kinds(base: type[SobriaError] = SobriaError) -> Iterator[type[SobriaError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_refusal_has_its_sentence_and_every_sentence_its_refusal() -> None:
    """A code that changes, which people's scripts read, or a sentence that nothing says any more, shows here."""
    for module in walk_packages(estimator.__path__, "estimator."):
        if module.name != COMMANDS:
            import_module(module.name)
    sources = "".join(path.read_text("utf-8") for path in Path(*estimator.__path__).rglob("*.py"))
    found = {kind.code for kind in kinds() if kind is not ListedRefusal and kind.__module__.startswith("estimator.")}
    found |= {*RAISED.findall(sources)}
    assert len(found) > 80
    for lang in LANGUAGES:
        assert found <= words(lang)["errors"].keys()
        assert {code for code in words(lang)["errors"].keys() - found if f'"{code}"' not in sources} == set()


def test_a_code_is_the_name_of_its_class_unless_it_says_another() -> None:
    class NotFoundHere(SobriaError):
        """Named by its class."""

    class Named(SobriaError):
        """Named by itself."""

        code = "not_there"

    assert (NotFoundHere.code, Named.code) == ("not_found_here", "not_there")
