"""Tokens of the services that may send rows over HTTP, and of those that may read; only a hash of each is stored."""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from estimator.core.errors import SobriaError
from estimator.core.event_log import Kept, RecordFolder, make_record
from estimator.core.storage.storage import storage_at
from estimator.ingestion.http.sender_rows import MARK, Sender

FOLDER = Path("collect", "tokens")
READERS = Path("collect", "readers")  # tokens that read and do not send
RENEWALS = Path("collect", "renewals")
SHORTEST = 8  # minimum length of an id prefix
_BITS = 256
_SERVICE = re.compile(r"\w[\w .-]{0,79}")


class Token(Kept):
    """A token given to a service, or the revocation of one: `revokes` is then its id and there is no hash."""

    service: str
    digest: str
    revokes: str

    def as_dict(self) -> dict[str, Any]:
        """{"id", "service", "since"}"""
        return {"id": self.event, "service": self.service, "since": self.at}


class Renewal(Kept):
    """A new token for the sender of another, which it may replace in the middle of a run."""

    token: str
    renews: str


class Tokens:
    """The tokens of one home, one immutable file each; revocations and renewals are files too."""

    def __init__(self, home: Path, folder: Path = FOLDER) -> None:
        self._records = RecordFolder(storage_at(home, folder.as_posix()), Token)
        self._renewals = RecordFolder(storage_at(home, RENEWALS.as_posix()), Renewal)

    def add(self, service: str) -> tuple[Token, str]:
        """A new token of a service, with its text, which is not stored. sender_service."""
        name = service.strip()
        if not _SERVICE.fullmatch(name):
            raise SobriaError("sender_service", service=service[:80])
        token, secret = _new(name)
        self._records.write(token)
        return token, secret

    def renew(self, given: str) -> tuple[Token, str]:
        """A new token for the sender of this one, in force or revoked: its runs continue. sender_unknown,
        sender_torn."""
        old = _token_named(given, [token for token in self._token_records() if not token.revokes])
        token, secret = _new(old.service)
        renewal = make_record(Renewal, {"token": token.event, "renews": old.event}, datetime.now(UTC))
        self._renewals.write(renewal)  # first: without its token it has no effect
        self._records.write(token)
        return token, secret

    def revoke(self, given: str) -> Token:
        """Revoke a token, by id or id prefix. sender_unknown, sender_torn."""
        token = _token_named(given, self.in_force())
        fields = {"service": token.service, "digest": "", "revokes": token.event}
        self._records.write(make_record(Token, fields, datetime.now(UTC)))
        return token

    def in_force(self) -> list[Token]:
        """Tokens in force, oldest first. sender_torn."""
        held = self._token_records()
        revoked = {token.revokes for token in held}
        return sorted((t for t in held if not t.revokes and t.event not in revoked), key=lambda token: token.order)

    def sender_of(self, secret: str) -> Sender | None:
        """The service of this token, None for an unknown or revoked one. sender_torn."""
        digest = _digest(secret)
        return next((self.sender(token) for token in self.in_force() if token.digest == digest), None)

    def sender(self, token: Token) -> Sender:
        """The sender of this token: its mark comes from the first token of its chain of renewals. sender_torn."""
        renewals, faults = self._renewals.read()
        if faults:
            raise SobriaError("sender_torn", file=faults[0].about)
        renewed = {renewal.token: renewal.renews for renewal in renewals}
        first = token.event
        while first in renewed:
            first = renewed.pop(first)
        return Sender(token.service, first[:MARK])

    def senders(self) -> set[Sender]:
        """Every sender that this home knows, its token in force or not. sender_torn."""
        return {self.sender(token) for token in self._token_records() if not token.revokes}

    def _token_records(self) -> list[Token]:
        held, faults = self._records.read()
        if faults:
            raise SobriaError("sender_torn", file=faults[0].about)
        return held


def _new(service: str) -> tuple[Token, str]:
    """A token, not stored yet, and its text."""
    secret = f"sobria_{secrets.token_urlsafe(_BITS // 8)}"
    fields = {"service": service, "digest": _digest(secret), "revokes": ""}
    return make_record(Token, fields, datetime.now(UTC)), secret


def _token_named(given: str, tokens: Sequence[Token]) -> Token:
    """The token of an id or of an id prefix. sender_unknown."""
    found = [token for token in tokens if len(given) >= SHORTEST and token.event.startswith(given)]
    if len(found) != 1:
        raise SobriaError("sender_unknown", id=given[:80])
    return found[0]


def _digest(secret: str) -> str:
    """BLAKE2b: for 256 random bits, a slow hash is unnecessary."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32, person=b"sobria-collect").hexdigest()
