"""The environment variables by which the command asks its libraries to start quickly, and to keep little. A program
that it runs for someone else gets none of them, since it must work, and consume, as it does on its own."""

import os

_QUICK = {
    "PYDANTIC_DISABLE_PLUGINS": "__all__",  # SobrIA has none: it would read all that is installed
    "OPENBLAS_NUM_THREADS": "1",  # small matrices: its threads take longer to start than to work
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # what another allocator keeps for itself is 20 MB
}
_ours: set[str] = set()


def start_quickly() -> None:
    """Set those that nobody chose. Once, before numpy is loaded and before a pydantic model is used."""
    _ours.clear()
    _ours.update(_QUICK.keys() - os.environ.keys())
    os.environ.update({name: _QUICK[name] for name in _ours})


def environ_of_others() -> dict[str, str]:
    """Environment of a program that is not ours: that which we were given."""
    return {name: value for name, value in os.environ.items() if name not in _ours}
