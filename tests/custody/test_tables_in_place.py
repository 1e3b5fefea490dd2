"""What is said of tables that the current build did not take: where to put them, or that they only lack a build."""

from pathlib import Path

import pytest

from estimator.core.errors import say
from estimator.core.home import OWN_TABLES
from estimator.custody.opening import open_home


def _tables(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "mix.csv").write_text("id\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("lang", "told"), [("fr", "Un nouveau calcul (sobria build) les prendra"), ("en", "are in place")]
)
def test_tables_already_in_the_home_ask_for_a_build_and_not_to_be_put_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, told: str
) -> None:
    """The build took none, one file is now in `factors`: 1 sentence, that a build takes it; not « mettez ces tables
    dans …/factors », which is said where the variable alone names them."""
    monkeypatch.delenv(OWN_TABLES, raising=False)
    monkeypatch.setattr("estimator.core.home._OF_HOME", [])
    home, said = tmp_path / "home", list[str]()
    (home / "builds").mkdir(parents=True)
    (home / "builds" / "TABLES").write_text("\n", "utf-8")

    def opened() -> str:
        said.clear()
        open_home(home, lambda key, facts: said.append(say("custody", key, lang, **facts)))
        assert len(said) == 1
        return said[0]

    monkeypatch.setenv(OWN_TABLES, str(_tables(tmp_path / "own")))
    assert told not in opened() and "SOBRIA_FACTORS" in said[0]
    _tables(home / "factors")
    assert told in opened() and str(home / "factors") in said[0] and "SOBRIA_FACTORS" not in said[0]
