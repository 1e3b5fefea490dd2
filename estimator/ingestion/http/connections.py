"""Who may hold how many connections to a server: over a bound, the oldest that waits gives way."""

import ipaddress
import resource
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

MOST = 1024
OF_AN_ADDRESS = 64


@dataclass(frozen=True)
class Bounds:
    """How long the headers of a request may take [s], how many connections an address may hold and all together, how
    long those in hand may take once the end is asked for [s]."""

    headers_s: float = 10.0
    of_an_address: int = OF_AN_ADDRESS
    most: int | None = None
    ending_s: int = 10

    @property
    def overall(self) -> int:
        """As many connections as leave half of the files that this process may open to the ledger."""
        return self.most or min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


class Held(Protocol):
    """A connection that is open."""

    @property
    def idle(self) -> bool:
        """Whether it asks nothing now."""

    @property
    def sending(self) -> bool:
        """Whether what it asks has not come to its end."""

    def end(self) -> None:
        """Close it at once."""


class Gate:
    """The connections that are open, by address. Over a bound, the oldest that asks nothing gives way to the new one,
    or else the oldest whose body has not all come; when the answers of all are being made, the new one is closed."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._held: dict[Held, str | None] = {}
        self._of: dict[str, dict[Held, None]] = {}

    def enter(self, connection: Held, address: str | None) -> bool:
        """Whether a connection may stay. `address` is None where there is none: a Unix socket."""
        key = None if address is None else _network(address)
        room = key is None or _room(self._of.get(key, {}), self.bounds.of_an_address, self.leave)
        if not room or not _room(self._held, self.bounds.overall, self.leave):
            return False
        self.keep(connection, key)
        return True

    def replace(self, old: Held, new: Held) -> None:
        """One connection goes on under another protocol."""
        key = self._held.get(old)
        self.leave(old)
        self.keep(new, key)

    def keep(self, connection: Held, key: str | None) -> None:
        """Count a connection."""
        self._held[connection] = key
        if key is not None:
            self._of.setdefault(key, {})[connection] = None

    def leave(self, connection: Held) -> None:
        """Count it no more."""
        key = self._held.pop(connection, None)
        if key is not None:
            self._of[key].pop(connection, None)
            if not self._of[key]:
                del self._of[key]


def _room(held: Collection[Held], most: int, leave: Callable[[Held], None]) -> bool:
    """Whether one more may be held, one that waits being ended for it."""
    if len(held) < most:
        return True
    oldest = next((one for one in held if one.idle), None) or next((one for one in held if one.sending), None)
    if oldest is None:
        return False
    leave(oldest)
    oldest.end()
    return True


def is_this_machine(address: str) -> bool:
    """Whether only this machine can come by this address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _network(address: str) -> str:
    """What one person may hold: an address; of IPv6, its 64 first bits."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
