"""The home folder of one authority's data: its format, its place, its settings."""

import os
import re
import tomllib
from functools import cache
from hashlib import blake2b
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from estimator.core.atomic_files import publish
from estimator.core.errors import SobriaError
from estimator.core.fields import Strict
from estimator.core.typography import cut, escaped, is_utf8
from estimator.core.validation_messages import file_fault

FORMAT = 2  # of the homes that this version writes; 1 is that of homes without a format file
FORMAT_FILE, LEDGER, PLACES, TABLES = "home.toml", "ledger", "places", "factors"
SAMPLE_MARK = ".sample"  # a file of a home whose data are invented
AUTHORITIES = "authorities"  # the groups that other homes published, merged in this one
UNREADABLE = (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError, RecursionError)  # the last: nested too deep
SPOOL, TRACES = "spool", "traces"  # subfolders of a home: runs in progress, and traces already delivered
OWN_TABLES = "SOBRIA_FACTORS"  # environment variable: folder of the user's own tables, in a home without any
UNUSABLE = {"?", "\\"} - {os.sep}  # signs at which DuckDB cuts the path of a file that it writes
_STORE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[\w.=-]+)*)/?", re.ASCII)
LONGEST_NAME, LONGEST_READ = 255, 80  # of a name in a folder [B], and how much of it is quoted [signs]
_OF_HOME: list[str] = []  # folder of the tables of the home that this process works on


class Contact(Strict):
    """`[contact]` of the settings: whom to write to when a page cannot be used, as accessibility law requires."""

    who: str = ""
    mail: str = ""
    phone: str = ""
    post: str = ""


class Settings(Strict):
    """`settings.toml` of a home: defaults for traces that lack them, and the contact. zone, host: of runs of which
    nothing else is known; empty, their place stays unknown."""

    timezone: str = "Europe/Paris"
    zone: str = ""
    host: str | None = None
    contact: Contact = Field(default_factory=Contact)


def own_tables() -> str:
    """The folder of the user's own tables: that of the home, else that of the environment; empty without any."""
    return _OF_HOME[0] if _OF_HOME else os.environ.get(OWN_TABLES, "")


def use_tables(folder: Path) -> None:
    """From now on, the tables of the home of this process are in this folder, if it exists and is not empty."""
    _OF_HOME[:] = [str(folder.absolute())] if folder.is_dir() and any(folder.iterdir()) else []


def default_home() -> Path:
    """$SOBRIA_HOME, else the platform's user data folder. store_address, home_name."""
    return home_at(os.environ.get("SOBRIA_HOME") or str(_of_user()))


def home_at(given: str) -> Path:
    """A home by its folder, or by the address of its ledger in a bucket: then a folder of this machine, of that address
    alone, which holds what the bucket does not. store_address, home_name, home_empty."""
    if not given.strip():
        raise SobriaError("home_empty")  # for Python, the current folder
    if not given.lower().startswith("s3:"):
        for part in os.path.abspath(given).split("/"):
            if not is_utf8(part) or len(os.fsencode(part)) > LONGEST_NAME:
                raise SobriaError("home_name", read=cut(escaped(part), LONGEST_READ), most=LONGEST_NAME)
        return Path(given)
    bucket, prefix = store_parts(given)
    url = f"s3://{bucket}/{prefix}".rstrip("/")
    home = _of_user() / "s3" / f"{bucket}-{blake2b(url.encode(), digest_size=6).hexdigest()}"
    if home_file(home).store != url:
        HomeFile(format=FORMAT, store=url).write(home)
    return home


def named_home(home: Path, whole: bool = True) -> str:
    """A home as people know it: its folder, or the address of its ledger in a bucket; the end of it unless `whole`."""
    place = home_file(home).store or str(home)
    return place if whole else Path(place).name


def store_parts(url: str) -> tuple[str, str]:
    """The bucket of an address, and the prefix of its objects, which may be empty. store_address."""
    found = _STORE.fullmatch(url)
    if not found or "/." in found[2]:
        raise SobriaError("store_address", read=url)
    return found[1], found[2].strip("/")


def _of_user() -> Path:
    from platformdirs import user_data_dir

    return Path(user_data_dir("sobria", appauthor=False))


def is_unused(home: Path) -> bool:
    """Whether nothing was ever written in a home: its folder is not there, or is empty."""
    return not home.exists() or (home.is_dir() and next(home.iterdir(), None) is None)


def read_only(home: Path) -> Path:
    """The folder that a reading works in: the home, which keeps what was computed of it; an empty folder of this
    process, deleted as it ends, for a home in which nothing was ever written. To read a mistyped name makes no home."""
    return _of_process() if is_unused(home) else home


@cache
def _of_process() -> Path:
    from atexit import register
    from shutil import rmtree
    from tempfile import mkdtemp

    made = Path(mkdtemp(prefix="sobria-"))
    register(rmtree, made, ignore_errors=True)
    return made


def has_ledger(home: Path) -> bool:
    """Whether a home has a ledger, or says where in a bucket it has one."""
    return (home / LEDGER).exists() or bool(home_file(home).store)


class HomeFile(BaseModel):
    """`home.toml`; other keys are ignored. `migrating`: the ledger of this format is verified, and takes the place of
    the former one; `store`: the address of the bucket where the ledger is, if not here."""

    model_config = ConfigDict(defer_build=True)

    format: int = Field(ge=1, strict=True)
    migrating: bool = False
    store: str = ""

    def text(self) -> str:
        """What the file says."""
        lines = [f"format = {self.format}", *(["migrating = true"] if self.migrating else [])]
        lines += [f'store = "{self.store}"'] if self.store else []
        return "".join(f"{line}\n" for line in lines)

    def write(self, home: Path) -> None:
        """Atomic write into a home."""
        publish(home, FORMAT_FILE, self.text().encode())


def home_file(home: Path) -> HomeFile:
    """The format of a home, 1 when it does not say; its settings are readable. home_path, home_too_new, home_file_torn,
    settings_refused."""
    if found := sorted({*os.path.abspath(home)} & UNUSABLE):
        raise SobriaError("home_path", folder=os.path.abspath(home), signs=" ".join(found))
    settings(home)
    path = home / FORMAT_FILE
    try:
        given = tomllib.loads(path.read_text("utf-8"))
        version = given.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise SobriaError("home_too_new", home=home, found=version, expected=FORMAT)
        return HomeFile.model_validate(given)
    except FileNotFoundError:
        return HomeFile(format=1)
    except UNREADABLE as error:
        raise SobriaError("home_file_torn", file=path, expected=FORMAT, reason=file_fault(error)) from error


def claim(home: Path) -> None:
    """Check the format of a home before writing in its ledger; a home without one takes the format of this version.
    home_too_new, home_file_torn."""
    is_new = not (home / LEDGER).exists()  # first: a ledger appears after the format file
    home_file(home)
    if is_new and not (home / FORMAT_FILE).exists():
        HomeFile(format=FORMAT).write(home)


def settings(home: Path) -> Settings:
    """The settings of a home, with the defaults of a French authority. settings_refused."""
    path = home / "settings.toml"
    if not path.exists():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except UNREADABLE as error:
        raise SobriaError("settings_refused", file=path, reason=file_fault(error)) from error
