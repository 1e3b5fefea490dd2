"""The services that may send rows over HTTP: each shows a token, of which only a hash is kept."""

import re
import secrets
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from estimator.errors import SobriaError
from estimator.register.events import Kept, RecordFolder, make_record

FOLDER = Path("collect", "tokens")
SHORTEST = 8  # characters of an id that are enough to name it
_BITS = 256
_SERVICE = re.compile(r"\w[\w .-]{0,79}")


class ServiceRefused(SobriaError):
    """A name that cannot be that of a service."""

    code = "sender_service"


class TokenIdUnknown(SobriaError):
    """An id that no token in force has, or that several have."""

    code = "sender_unknown"


class TokensTorn(SobriaError):
    """A record of the tokens that cannot be read may be a revocation: no token is taken until it is put right."""

    code = "sender_torn"


class Token(Kept):
    """A token that was given to a service, or the revocation of one: then `revokes` is its id and nothing is hashed."""

    service: str
    digest: str
    revokes: str

    def as_dict(self) -> dict[str, Any]:
        """{"id", "service", "since"}"""
        return {"id": self.event, "service": self.service, "since": self.at}


class Senders:
    """The tokens of one home, one file each, never changed: a revocation is one more file."""

    def __init__(self, home: Path) -> None:
        self._records = RecordFolder(home / FOLDER, Token)

    def add(self, service: str) -> tuple[Token, str]:
        """A new token of a service, and its text, which nobody can find again. ServiceRefused."""
        name = service.strip()
        if not _SERVICE.fullmatch(name):
            raise ServiceRefused(service=service[:80])
        secret = f"sobria_{secrets.token_urlsafe(_BITS // 8)}"
        return self._keep(name, _digest(secret), ""), secret

    def revoke(self, given: str) -> Token:
        """End a token, named by its id or the start of it. TokenIdUnknown."""
        found = [token for token in self.in_force() if len(given) >= SHORTEST and token.event.startswith(given)]
        if len(found) != 1:
            raise TokenIdUnknown(id=given[:80])
        self._keep(found[0].service, "", found[0].event)
        return found[0]

    def in_force(self) -> list[Token]:
        """Tokens that were not revoked, oldest first. TokensTorn."""
        held, faults = self._records.read()
        if faults:
            raise TokensTorn(file=faults[0].about)
        revoked = {token.revokes for token in held}
        return sorted((t for t in held if not t.revokes and t.event not in revoked), key=lambda token: token.order)

    def service_of(self, secret: str) -> str | None:
        """The service that was given this token, None for a token that is none or no more. TokensTorn."""
        digest = _digest(secret)
        return next((token.service for token in self.in_force() if token.digest == digest), None)

    def _keep(self, service: str, digest: str, revokes: str) -> Token:
        record = make_record(Token, {"service": service, "digest": digest, "revokes": revokes}, datetime.now(UTC))
        self._records.write(record)
        return record


def _digest(secret: str) -> str:
    """A text of 256 random bits cannot be guessed from its hash: it needs no slow one."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32, person=b"sobria-collect").hexdigest()
