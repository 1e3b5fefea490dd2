"""The home folder of one authority's data, and its settings."""

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from estimator.core.errors import SobriaError
from estimator.core.fields import Strict

SPOOL, TRACES = "spool", "traces"  # subfolders of a home: runs in progress, and traces already delivered


class SettingsRefused(SobriaError):
    """The settings file of a home is unreadable."""


class Contact(Strict):
    """`[contact]` of the settings: whom to write to when a page cannot be used, as accessibility law requires."""

    who: str = ""
    mail: str = ""
    phone: str = ""
    post: str = ""


class Settings(Strict):
    """`settings.toml` of a home: defaults for traces that lack them, and the contact."""

    timezone: str = "Europe/Paris"
    zone: str = "FRA"
    contact: Contact = Contact()


def default_home() -> Path:
    """$SOBRIA_HOME, else the platform's user data folder."""
    from platformdirs import user_data_dir

    return Path(os.environ.get("SOBRIA_HOME") or user_data_dir("sobria", appauthor=False))


def settings(home: Path) -> Settings:
    """The settings of a home, with the defaults of a French authority. SettingsRefused."""
    path = home / "settings.toml"
    if not path.exists():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise SettingsRefused(file=path, reason=str(error).splitlines()[0]) from error
