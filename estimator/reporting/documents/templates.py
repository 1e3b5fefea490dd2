"""Templates of a package: HTML whose line breaks are no spaces, text whose every value is escaped; no unknown name."""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from estimator.core.language import OFFICIAL


class _OneLine(Extension):
    """A template without its line breaks and its indentation, so that neither is a space on the page."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source on one line."""
        return "".join(line.strip() for line in source.splitlines())


def environment(package: str) -> Environment:
    """The HTML templates in the folder `templates` of a package."""
    found = Environment(loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined)
    found.add_extension(_OneLine)
    found.globals["OFFICIAL"] = OFFICIAL
    return found


def text_environment(package: str, escaped: Callable[[str], str]) -> Environment:
    """The text templates of a package: every value written is escaped so, what a macro made is not again."""

    def finalize(value: Any) -> Any:
        return value if isinstance(value, Markup) else Markup(escaped(str(value)))  # noqa: S704 (a text, not a page)

    loader = PackageLoader(package)
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
