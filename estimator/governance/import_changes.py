"""An import annulled, or brought back, with the electricity of all services before and after."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from estimator.assessment.impacts import Amount
from estimator.core.errors import LANGUAGES, say
from estimator.core.fields import Author
from estimator.ledger import Ledger
from estimator.ledger.effects import WithdrawalEffect
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from estimator.results.making import locked, rebuilt
from estimator.results.reading import current_results


def annulled(home: Path, id: str, author: Author) -> dict[str, Any]:
    """Withdraw the rows of an import, which counts again those that it replaced: `WithdrawalEffect.as_dict`, and
    "before" and "after", the electricity of all services. SobriaError."""
    return _changed(home, lambda ledger: withdraw(ledger, Target("import", id), author), ("annulled", id))


def restored(home: Path, id: str, author: Author) -> dict[str, Any]:
    """Undo the withdrawal of an import, whose rows count again: as `annulled`. id: of the withdrawal. SobriaError."""
    return _changed(home, lambda ledger: bring_back(ledger, id, author), ("restored", id))


def _changed(home: Path, write: Callable[[Ledger], WithdrawalEffect], asked: tuple[str, str]) -> dict[str, Any]:
    """asked: the key of its words, and the id."""
    what = {lang: say("asked_to_write", asked[0], lang, told=asked[1]) for lang in LANGUAGES}

    def energy(written: bool) -> Amount:
        with locked(what, written):
            return current_results(home).totals().indicators["energy"]

    before = energy(written=False)
    effect, _ = rebuilt(home, lambda: write(Ledger(home)), what)
    return effect.as_dict() | {"before": before, "after": energy(written=True)}
