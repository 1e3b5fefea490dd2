"""The services that may send rows over HTTP: each shows a token, of which only a hash is kept."""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from estimator.core.errors import SobriaError
from estimator.core.event_log import Kept, RecordFolder, make_record
from estimator.ingestion.http.sender_rows import MARK, Sender

FOLDER = Path("collect", "tokens")
RENEWALS = Path("collect", "renewals")
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


class Renewal(Kept):
    """A token that stands for the same sender as another, which it may follow in the middle of a run."""

    token: str
    renews: str


class Tokens:
    """The tokens of one home, one file each, never changed: a revocation is one more file, and so is a renewal."""

    def __init__(self, home: Path) -> None:
        self._records = RecordFolder(home / FOLDER, Token)
        self._renewals = RecordFolder(home / RENEWALS, Renewal)

    def add(self, service: str) -> tuple[Token, str]:
        """A new token of a service, and its text, which nobody can find again. ServiceRefused."""
        name = service.strip()
        if not _SERVICE.fullmatch(name):
            raise ServiceRefused(service=service[:80])
        token, secret = _new(name)
        self._records.write(token)
        return token, secret

    def renew(self, given: str) -> tuple[Token, str]:
        """One more token of the sender that showed this one, in force or revoked: its runs go on. TokenIdUnknown,
        TokensTorn."""
        old = _token_named(given, [token for token in self._read() if not token.revokes])
        token, secret = _new(old.service)
        renewal = make_record(Renewal, {"token": token.event, "renews": old.event}, datetime.now(UTC))
        self._renewals.write(renewal)  # first: without its token it says nothing
        self._records.write(token)
        return token, secret

    def revoke(self, given: str) -> Token:
        """End a token, named by its id or the start of it. TokenIdUnknown, TokensTorn."""
        token = _token_named(given, self.in_force())
        fields = {"service": token.service, "digest": "", "revokes": token.event}
        self._records.write(make_record(Token, fields, datetime.now(UTC)))
        return token

    def in_force(self) -> list[Token]:
        """Tokens that were not revoked, oldest first. TokensTorn."""
        held = self._read()
        revoked = {token.revokes for token in held}
        return sorted((t for t in held if not t.revokes and t.event not in revoked), key=lambda token: token.order)

    def sender_of(self, secret: str) -> Sender | None:
        """Who was given this token, None for a token that is none or no more. TokensTorn."""
        digest = _digest(secret)
        return next((self.sender(token) for token in self.in_force() if token.digest == digest), None)

    def sender(self, token: Token) -> Sender:
        """Who shows this token: the first of those that it renews gives the mark. TokensTorn."""
        renewals, faults = self._renewals.read()
        if faults:
            raise TokensTorn(file=faults[0].about)
        renewed = {renewal.token: renewal.renews for renewal in renewals}
        first = token.event
        while first in renewed:
            first = renewed.pop(first)
        return Sender(token.service, first[:MARK])

    def _read(self) -> list[Token]:
        held, faults = self._records.read()
        if faults:
            raise TokensTorn(file=faults[0].about)
        return held


def _new(service: str) -> tuple[Token, str]:
    """A token, not kept yet, and its text."""
    secret = f"sobria_{secrets.token_urlsafe(_BITS // 8)}"
    fields = {"service": service, "digest": _digest(secret), "revokes": ""}
    return make_record(Token, fields, datetime.now(UTC)), secret


def _token_named(given: str, tokens: Sequence[Token]) -> Token:
    """The token that an id, or the start of one, names. TokenIdUnknown."""
    found = [token for token in tokens if len(given) >= SHORTEST and token.event.startswith(given)]
    if len(found) != 1:
        raise TokenIdUnknown(id=given[:80])
    return found[0]


def _digest(secret: str) -> str:
    """A text of 256 random bits cannot be guessed from its hash: it needs no slow one."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32, person=b"sobria-collect").hexdigest()
