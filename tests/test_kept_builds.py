"""The builds that tests do not make twice: of the same rows, by the same code, and no other."""

from pathlib import Path
from unittest.mock import patch

import pytest

from estimator.builds import build as module
from estimator.builds import build_identity, row_status
from estimator.builds.build import How, build
from estimator.builds.current import BuildResult
from estimator.ledger import Ledger
from tests.kept_builds import keeping
from tests.support import activity, append

ROW = activity(service_key="essai")


def made(home: Path, how: How = How()) -> BuildResult:  # noqa: B008
    append(Ledger(home), [ROW])
    return build(home, how=how)


def test_rows_that_were_built_are_copied_unless_the_code_or_the_way_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    monkeypatch.setattr(build_identity, "drawn", lambda: b"0" * 64)  # the secret of every home here
    with patch.object(module, "_made", side_effect=module._made) as asked, keeping(tmp_path / "kept", {}):
        first = made(tmp_path / "first")
        again = made(tmp_path / "again")
        assert (first.id, first.fresh) == (again.id, again.fresh) == (first.id, True)
        assert asked.call_count == 1 and first.path.read_bytes() == again.path.read_bytes()
        made(tmp_path / "full", How(full=True))
        assert asked.call_count == 2
        first.path.write_bytes(b"damaged")
        assert made(tmp_path / "whole").id == first.id and asked.call_count == 3
        monkeypatch.setattr(row_status, "FEW", 0)  # its id is the same
        assert made(tmp_path / "other").id == first.id and asked.call_count == 4
