"""Refusals: each has a code that a sentence stands for."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import estimator
from estimator.core.errors import LANGUAGES, SobriaError, words
from estimator.core.refusals import ListedRefusal
from estimator.ingestion.http.endpoints import Refusal

BASES = (ListedRefusal, Refusal)
COMMANDS = "estimator.cli.__main__"  # it runs when it is imported


def kinds(base: type[SobriaError] = SobriaError) -> Iterator[type[SobriaError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_refusal_has_its_sentence() -> None:
    """A class that is renamed keeps its code, which people's scripts read, or this test says so."""
    for module in walk_packages(estimator.__path__, "estimator."):
        if module.name != COMMANDS:
            import_module(module.name)
    found = {kind.code for kind in kinds() if kind not in BASES and kind.__module__.startswith("estimator.")}
    assert len(found) > 80
    for lang in LANGUAGES:
        assert found <= words(lang)["errors"].keys()


def test_a_code_is_the_name_of_its_class_unless_it_says_another() -> None:
    class NotFoundHere(SobriaError):
        """Named by its class."""

    class Named(SobriaError):
        """Named by itself."""

        code = "not_there"

    assert (NotFoundHere.code, Named.code) == ("not_found_here", "not_there")
