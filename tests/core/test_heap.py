"""A process that reads large files keeps the memory of one block for the next, and gives it back at the end."""

import os
import subprocess
import sys

import pytest

from estimator.core import heap


class _Library:
    """The C library of GNU, as far as a heap is concerned."""

    def __init__(self, called: list[tuple[int, ...]]) -> None:
        self._called = called

    def mallopt(self, option: int, value: int) -> int:
        self._called.append((option, value))
        return 1

    def malloc_trim(self, kept: int) -> int:
        self._called.append((kept,))
        return 1


def test_a_heap_is_one_and_keeps_its_pages_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[int, ...]] = []
    monkeypatch.setattr(heap, "CDLL", lambda _: _Library(called))
    with pytest.raises(KeyError), heap.one_heap():
        assert called == [(-8, 1), (-3, 32 << 20), (-1, 32 << 20)]  # arenas, own pages, end of the heap: <malloc.h>
        raise KeyError
    assert called[3:] == [(0,)]


@pytest.mark.parametrize("raised", [None, OSError, TypeError])
def test_another_c_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch, raised: type[Exception] | None) -> None:
    """That of musl or of macOS has no such options; Windows names none without a file."""

    def library(_: None) -> object:
        if raised:
            raise raised
        return object()

    monkeypatch.setattr(heap, "CDLL", library)
    read = []
    with heap.one_heap():
        read.append("a file")
    assert read == ["a file"]


@pytest.mark.parametrize("chosen", ["", "mimalloc"])
def test_arrow_is_on_this_heap_unless_a_person_chose(chosen: str) -> None:
    code = "from estimator.core.own_environment import start_quickly; start_quickly(); import pyarrow as pa"
    own = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    own |= {"ARROW_DEFAULT_MEMORY_POOL": chosen} if chosen else {}
    line = [sys.executable, "-c", f"{code}; print(pa.default_memory_pool().backend_name)"]
    assert subprocess.check_output(line, env=own, text=True).strip() == (chosen or "system")
