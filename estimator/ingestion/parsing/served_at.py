"""The address that served a request, as kept in the ledger: host and port, and nothing else of a URL."""

import ipaddress
import re

from estimator.catalogue.provider_addresses import find, host_in

_USUAL_PORTS = ("80", "443")  # they tell nothing of the place
_AUTHORITY = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//([^/?#\\]*)(.*)$", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r":([0-9]{1,5})$")


def served_at(address: str) -> str | None:
    """The host of a URL or of a name, in lower case, with its port unless it is 80 or 443; None when there is none, or
    when a user or a password cannot be told from it: an `@` after the host, save at a known provider."""
    given = address.strip()
    host = host_in(given)
    if not host:
        return None
    parts = _AUTHORITY.match(given if "//" in given else f"//{given}")
    if parts is None or ("@" in parts[2] and find(host) is None):
        return None
    if ":" in host:
        host = _ipv6(host)
        if given.count(":") > 1 and "[" not in given:
            return host
    port = _PORT.search(parts[1].rpartition("@")[2])
    return f"{host}:{int(port[1])}" if host and port and port[1].lstrip("0") not in _USUAL_PORTS else host


def _ipv6(host: str) -> str | None:
    """The address in brackets, without its zone, which is free text."""
    try:
        return f"[{ipaddress.IPv6Address(host.partition('%')[0])}]"
    except ValueError:
        return None
