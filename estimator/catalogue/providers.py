"""The providers of models by API: look-up by any name, and where each serves, with the basis of that location."""

from difflib import get_close_matches
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import Field, model_validator

from estimator.catalogue.csv_tables import FactorsRefused, records
from estimator.catalogue.load import load as load_catalogue
from estimator.catalogue.model_names import squeeze
from estimator.catalogue.models import Model
from estimator.catalogue.models import load as models
from estimator.catalogue.schema import TableRow
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import SobriaError
from estimator.core.language import DEFAULT

TABLE = "providers.csv"
NEAREST = 3


class ProviderUnknown(SobriaError):
    """No provider of the table has this name."""


class Provider(TableRow):
    """A provider of models by API. `host`: subject of its location, None when undisclosed.

    `basis`: declared by the provider, assumed by a tool or a paper, or unknown. `note`, `note_en`: the
    statement and its author, in French and in English.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str = Field(min_length=1)
    aliases: str = Field(pattern=r"^[^A-Z]*$")
    host: str | None
    basis: Literal["declared", "assumed", "unknown"]
    source: str | None
    locator: str
    note: str = Field(min_length=1)
    note_en: str = ""

    def told(self, lang: str) -> str:
        """The statement and its author."""
        return self.note if lang == DEFAULT else self.note_en or self.note

    @model_validator(mode="after")
    def _whole(self) -> "Provider":
        unknown = self.basis == "unknown"
        if unknown != (self.host is None):
            raise ValueError("basis is unknown without a host, and only then")
        if unknown != (self.source is None) or unknown != (not self.locator):
            raise ValueError("a host needs its source and its locator, and only then")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of this row."""
        return (self.id, self.name, *(alias for alias in self.aliases.split("|") if alias))

    def serves(self, model: Model) -> bool:
        """Whether the tables let it serve a model: of a publisher that serves its own, no model of another is known."""
        own = {name for name in models().publishers if squeeze(name).startswith(squeeze(self.id))}
        return not own or not model.publisher or model.publisher in own


class Providers(TableRow):
    """The table, loaded and indexed."""

    providers: tuple[Provider, ...]

    def find(self, text: str) -> Provider:
        """The provider of this id, name or alias; case and separators are ignored. ProviderUnknown, with the
        nearest names."""
        found = self.known(text)
        if found is None:
            raise ProviderUnknown(provider=text.strip(), near=", ".join(self.nearest(text)))
        return found

    def known(self, text: str) -> Provider | None:
        """The same, or None."""
        return self._by_squeezed_name.get(squeeze(text))

    def nearest(self, text: str) -> tuple[str, ...]:
        """The provider names most similar to this text, best first; at most NEAREST."""
        close = get_close_matches(squeeze(text), list(self._by_squeezed_name), n=4 * NEAREST, cutoff=0.6)
        holding = self.search(text) if squeeze(text) else []
        found = [*(self._by_squeezed_name[key] for key in close), *holding]
        return tuple(dict.fromkeys(provider.name for provider in found))[:NEAREST]

    def search(self, text: str) -> list[Provider]:
        """The providers of which one name contains every word of the text; all of them for an empty text."""
        words = [squeeze(word) for word in text.split()]
        return [p for p in self.providers if any(all(word in squeeze(name) for word in words) for name in p.names)]

    @cached_property
    def _by_squeezed_name(self) -> dict[str, Provider]:
        return {squeeze(name): provider for provider in self.providers for name in provider.names}


def find(text: str) -> Provider:
    """The provider of the shipped table with this name (rule: Providers.find). ProviderUnknown."""
    return load().find(text)


@cache
def load(folder: Traversable | None = None) -> Providers:
    """Load and validate providers.csv of a folder (default: the shipped one); its hosts and sources must be in the
    catalogue. FactorsRefused on the first fault."""
    known = load_catalogue()
    home = resources.files("factors") if folder is None else folder
    said: dict[str, str] = {}
    return Providers(providers=tuple(_checked(line, row, said, known) for line, row in records(home, TABLE, Provider)))


def _checked(line: int, found: Provider, said: dict[str, str], known: Catalogue) -> Provider:
    """One validated row: host and source exist, names are new to `said` (name -> id), which gets them."""
    site = known.subjects.get(found.host or "")
    if found.host is not None and (site is None or site.kind != "host"):
        raise FactorsRefused(file=TABLE, line=line, reason=f"host: {found.host}")
    if found.source is not None and found.source not in known.sources:
        raise FactorsRefused(file=TABLE, line=line, reason=f"source: {found.source}")
    for name in found.names:
        if said.setdefault(squeeze(name), found.id) != found.id:
            raise FactorsRefused(file=TABLE, line=line, reason=f"aliases: {name} = {said[squeeze(name)]}")
    return found
