"""Host names of model providers: the provider of an address, if any."""

import ipaddress
import re
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from estimator.catalogue import providers
from estimator.catalogue.csv_tables import FactorsRefused, records
from estimator.catalogue.schema import TableRow

TABLE = "provider_addresses.csv"
_HOST = re.compile(r"^[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?$")
_HERE = ("localhost", "local", "internal", "lan", "home.arpa")  # name suffixes of private networks


class Address(TableRow):
    """A host name of a provider, `*` matching any letters. `usual`: whether it serves in the location given by the
    table of providers; `documentation`: the provider's page that gives the address."""

    address: str = Field(pattern=r"^[a-z0-9*-]+(?:\.[a-z0-9*-]+)+$")
    provider: str
    usual: Literal["yes", "no"]
    documentation: str = Field(pattern=r"^https://")


def host_in(text: str) -> str | None:
    """The host of a URL, or of a name or IP address with or without port, in lower case; empty for any other text,
    None for an empty text."""
    if not text.strip():
        return None
    given = text.strip()
    try:
        if ":" in given and "//" not in given and "[" not in given:
            return str(ipaddress.IPv6Address(given))
    except ValueError:
        pass
    try:
        host = (urlsplit(given if "//" in given else f"//{given}").hostname or "").rstrip(".")
    except ValueError:
        return ""
    return host if ":" in host or _HOST.match(host) else ""


def is_private(host: str) -> bool:
    """Whether the host is private: loopback, private address, or unqualified name."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or any(host.endswith(f".{part}") for part in _HERE)


@cache
def find(host: str) -> Address | None:
    """The row of the shipped table that matches this host, first match in table order."""
    return next((row for row in load() if fnmatchcase(host, row.address)), None)


def usual_host(provider: str, address: str) -> tuple[str | None, str | None]:
    """The host of the provider of this address, or of the provider named when there is no address; a code that says why
    the host is, or is not, that of a provider. Either may be given for the other: both are names of who serves."""
    at = host_in(address) or host_in(provider if "." in provider else "")
    row = find(at) if at else None
    if row and row.usual == "yes":
        provider = row.provider
    elif row:
        return None, "address_of_region"
    elif at and is_private(at):
        return None, "address_private"
    elif at and at not in provider.lower():
        return None, "address_not_of_provider" if is_known(provider) else None
    host = _host_of(provider)
    return host, "host_of_provider" if host else None


def is_provider(provider: str) -> bool:
    """Whether this is the name or an address of a provider of the tables."""
    try:
        return bool(providers.find(provider))
    except providers.ProviderUnknown:
        return bool((at := host_in(provider)) and find(at))


@cache
def _host_of(provider: str) -> str | None:
    try:
        return providers.find(provider).host
    except providers.ProviderUnknown:
        return None


@cache
def is_known(provider: str) -> bool:
    """Whether the table has an address for this provider."""
    try:
        found = providers.find(provider).id
    except providers.ProviderUnknown:
        return False
    return any(row.provider == found for row in load())


@cache
def load(folder: Traversable | None = None) -> tuple[Address, ...]:
    """Load and validate the table of a folder (default: the shipped one). FactorsRefused on the first fault."""
    home = resources.files("factors") if folder is None else folder
    known = {provider.id for provider in providers.load().providers}
    found: dict[str, Address] = {}
    for line, read in records(home, TABLE, Address):
        if read.provider not in known or read.address in found:
            raise FactorsRefused(file=TABLE, line=line, reason=f"provider, address: {read.provider}, {read.address}")
        found[read.address] = read
    return tuple(found.values())
