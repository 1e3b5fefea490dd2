"""Lay the pages out for the site: for each language, the folders of the checkout; standard library only."""

import re
import shutil
from pathlib import Path

from scripts.messages import LANGUAGES, ROOT

AT_THE_ROOT = ("README.md", "README.en.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE")
ONLY_FRENCH = re.compile(r"^\*In French only: .*\*\n\n", re.MULTILINE)
TO_FRENCH, TO_ENGLISH = (
    r"\[Français\]\([^)]+\)\.\s+",
    r"\[English\]\([^)]+\)\.\s+|^\*\[English\]\(README\.en\.md\).*\*\n",
)


def lay_out(folder: Path) -> None:
    """Write into a folder, emptied first, `fr` and `en`: what the site shows and what its pages link to."""
    shutil.rmtree(folder, ignore_errors=True)
    for lang in LANGUAGES:
        for name in ("docs", "factors"):
            shutil.copytree(ROOT / name, folder / lang / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in AT_THE_ROOT:
            shutil.copy(ROOT / name, folder / lang / name)
    for twin in sorted((folder / "fr").rglob("*.en.md")):
        twin.unlink()
    for path in sorted((folder / "fr").rglob("*.md")):
        french, shown = path.read_text("utf-8"), folder / "en" / path.relative_to(folder / "fr")
        path.write_text(re.sub(TO_ENGLISH, "", ONLY_FRENCH.sub("", french), flags=re.MULTILINE), "utf-8")
        twin = shown.with_name(f"{path.stem}.en.md")
        shown.write_text(english(twin.read_text("utf-8") if twin.exists() else told_as_french(french)), "utf-8")
        twin.unlink(missing_ok=True)


def told_as_french(text: str) -> str:
    """A page that has no twin, which says so to whoever reads English."""
    return text if ONLY_FRENCH.search(text) else text.replace("\n\n", "\n\n*In French only.*\n\n", 1)


def english(text: str) -> str:
    """An English page: on the site a link leads to the page, and its language is that of the reader."""
    return re.sub(TO_FRENCH, "", re.sub(r"(\]\([^)\s]*)\.en\.md", r"\1.md", text))
