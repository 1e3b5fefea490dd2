"""Connection limits of a server, by address and in all: above a limit, the oldest idle connection is closed."""

import ipaddress
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

MOST = 1024
OF_AN_ADDRESS = 64


@dataclass(frozen=True)
class Bounds:
    """Timeout of the headers of a request [s], maximum connections of an address and in all, and
    grace period of requests in progress at shutdown [s]."""

    headers_s: float = 10.0
    of_an_address: int = OF_AN_ADDRESS
    most: int | None = None
    ending_s: int = 10

    @property
    def overall(self) -> int:
        """Maximum connections: half of the file descriptors of this process are reserved for the ledger."""
        if self.most or sys.platform == "win32":  # which has no such limit
            return self.most or MOST
        import resource

        return min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


class Held(Protocol):
    """An open connection."""

    @property
    def idle(self) -> bool:
        """Whether no request is in progress."""

    @property
    def sending(self) -> bool:
        """Whether the body of its request is still incomplete."""

    def end(self) -> None:
        """Close it at once."""


class Gate:
    """Open connections by address. Above a limit, the oldest idle one is closed for the new one,
    else the oldest with an incomplete body; when all are being answered, the new one is closed."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._held: dict[Held, str | None] = {}
        self._of: dict[str, dict[Held, None]] = {}

    def enter(self, connection: Held, address: str | None) -> bool:
        """Whether a connection may stay. `address` is None for a Unix socket."""
        key = None if address is None else _network(address)
        room = key is None or _room(self._of.get(key, {}), self.bounds.of_an_address, self.leave)
        if not room or not _room(self._held, self.bounds.overall, self.leave):
            return False
        self.keep(connection, key)
        return True

    def replace(self, old: Held, new: Held) -> None:
        """Register a connection upgraded to another protocol."""
        key = self._held.get(old)
        self.leave(old)
        self.keep(new, key)

    def keep(self, connection: Held, key: str | None) -> None:
        """Register a connection."""
        self._held[connection] = key
        if key is not None:
            self._of.setdefault(key, {})[connection] = None

    def leave(self, connection: Held) -> None:
        """Unregister a connection."""
        key = self._held.pop(connection, None)
        if key is not None:
            self._of[key].pop(connection, None)
            if not self._of[key]:
                del self._of[key]


def _room(held: Collection[Held], most: int, leave: Callable[[Held], None]) -> bool:
    """Whether there is room for one more, after closing one that may be closed."""
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
    """The unit of the per-address limit: an address; for IPv6, its first 64 bits."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
