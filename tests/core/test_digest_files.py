"""A set of digests that lies in files answers as one in memory, holds little, and reads only what can answer."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimator.core import digest_files, digest_set
from estimator.core.digest_files import Filed, Halves, Pile, merged
from estimator.core.digest_set import Digests, Sieve, of_bytes

FEW = st.lists(st.binary(min_size=1, max_size=1), max_size=30)  # of one byte: many are alike, or have the same half


def digest(byte: bytes) -> bytes:
    """Sixteen bytes, of which the first half says the tens and the second the units."""
    return bytes([byte[0] // 10] * 8 + [byte[0] % 10] * 8)


def in_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 4 digests on a level is a file, of blocks of 2."""
    monkeypatch.setattr(digest_set, "HELD", 4)
    monkeypatch.setattr(digest_files, "BLOCK", 2)
    monkeypatch.setattr(digest_files.Filed, "_give_back", lambda self, number: None)  # the system asks for whole pages


def in_memory(found: Digests) -> int:
    """Count of the digests that a set has in memory."""
    return len(found._few) + sum(level.size for level in found._levels if isinstance(level, Halves))


@given(st.lists(FEW, max_size=8), FEW)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_files_answer_as_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batches: list[list[bytes]], asked: list[bytes]
) -> None:
    in_files(tmp_path, monkeypatch)
    found, plain = Digests(folder=tmp_path), Digests()
    for batch in batches:
        digests = of_bytes(b"".join(map(digest, batch)))
        assert found.meet(digests).tolist() == plain.meet(digests).tolist()
        assert in_memory(found) < 2 * digest_set.HELD
    wanted = [byte for batch in batches for byte in batch]
    expected = [byte in wanted for byte in asked]
    assert found.holds(of_bytes(b"".join(map(digest, asked)))).tolist() == expected
    assert [found.holds_one(digest(byte).hex()) for byte in asked] == expected
    assert {tuple(one) for one in found.digests().tolist()} == {tuple(one) for one in plain.digests().tolist()}


def test_what_is_held_does_not_grow_with_the_set(tmp_path: Path) -> None:
    """A million and a half: fewer than twice HELD are in memory after each batch, and one is looked for in one block
    of each file (two where it is at the end of one)."""
    found, chance = Digests(folder=tmp_path), np.random.default_rng(0)
    batches = [chance.integers(0, 2**64, (250_000, 2), np.uint64) for _ in range(6)]
    for batch in batches:
        found.add(batch)
        assert in_memory(found) < 2 * digest_set.HELD
    assert len(found) == 1_500_000 and not list(tmp_path.iterdir())
    read, block = list[int](), Filed._block
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Filed, "_block", lambda self, number: read.append(number) or block(self, number))
        assert found.holds_one(bytes(batches[0][0].astype(">u8")).hex())
        assert 0 < len(read) <= 2 * sum(isinstance(level, Filed) for level in found._levels)
        read.clear()
        assert all(found.holds(batches[3]))
    assert sum(some.size for some in merged(found._levels)) == 1_500_000


def test_a_file_that_is_kept_is_that_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five digests, four of them in a file: recalled by its name; cut or changed anywhere, or gone, it is not."""
    in_files(tmp_path, monkeypatch)
    found = Digests(of_bytes(b"".join(digest(bytes([n])) for n in range(4))), tmp_path)
    found.add_one(digest(b"\xff").hex())
    rest, names = found.keep(".ids-")
    assert len(rest) == 1 and names == [path.name for path in tmp_path.iterdir()] and found.keep(".ids-")[1] == names
    kept, content = tmp_path / names[0], (tmp_path / names[0]).read_bytes()
    again = Digests(folder=tmp_path)
    assert again.recall(names) and len(again) == 4
    for place in range(len(content)):
        for harm in (content[:place], content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]):
            kept.write_bytes(harm)
            assert not Digests(folder=tmp_path).recall(names)
    kept.unlink()
    assert not Digests(folder=tmp_path).recall(names)
    assert found.holds_one(digest(b"\x03").hex())  # what this process has open stays


def test_a_folder_that_takes_no_file_leaves_them_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = Digests(np.arange(2 * digest_set.HELD, dtype=np.uint64).reshape(-1, 2), tmp_path / "file")
    found.add(np.arange(2 * digest_set.HELD, 4 * digest_set.HELD, dtype=np.uint64).reshape(-1, 2))
    assert in_memory(found) == len(found) == 2 * digest_set.HELD


def test_a_sieve_lets_all_that_a_set_holds_through_and_few_others() -> None:
    """Of 2²⁰ digests one beginning in sixteen is taken: of a hundred thousand others, 6 % or so pass."""
    sieve, chance = Sieve(), np.random.default_rng(0)
    held, others = (chance.integers(0, 2**64, count, np.uint64) for count in (2**20, 100_000))
    sieve.add(held)
    assert sieve.may_hold(held).all()
    assert 0.05 < sieve.may_hold(others).mean() < 0.07  # noqa: PLR2004


@pytest.mark.parametrize("room", [True, False])
def test_a_pile_gives_back_what_was_added_in_order_then_is_empty(tmp_path: Path, room: bool) -> None:
    folder = tmp_path if room else tmp_path / "file" / "folder"
    (tmp_path / "file").write_text("")
    pile = Pile(folder)
    for first in (0, 1_000_000):
        batches = [
            np.arange(first + n, first + n + 60_000, dtype=np.uint64).reshape(-1, 2) for n in range(0, 300_000, 60_000)
        ]
        for batch in batches:
            pile.add(batch)
        assert sum(map(len, pile._held)) < digest_files.BLOCK if room else True
        assert np.array_equal(np.concatenate([*pile.taken()]), np.concatenate(batches))
        assert not [*pile.taken()]
