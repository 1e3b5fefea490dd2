"""How many connections one address may hold: people of one building often come by one."""

import argparse
from pathlib import Path
from typing import Any

import pytest

import dashboard.__main__ as server
from estimator.ingestion.http import listening
from estimator.ingestion.http.connections import MOST


@pytest.mark.parametrize(
    ("asked", "secret", "held"), [(None, None, 256), (None, Path("secret"), MOST), (8, None, 8), (8, Path("secret"), 8)]
)
def test_twenty_people_behind_one_address_are_served(
    asked: int | None, secret: Path | None, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six connections of a browser and the socket of its page, 7 × 20 = 140: of 64, some pages never came."""
    given: list[Any] = []
    monkeypatch.setattr("dashboard.server.app.create_app", lambda *_: None)
    monkeypatch.setattr(listening, "config", lambda _, bounds, *__, **___: given.append(bounds))
    monkeypatch.setattr(listening, "serve", lambda *_: None)
    chosen = argparse.Namespace(address="127.0.0.1", allowed_host=[], lang="fr")
    chosen.connections_per_address, chosen.proxy_secret_file = asked, secret
    server._serve(None, chosen, None)  # type: ignore[arg-type]
    assert [bounds.of_an_address for bounds in given] == [held]
