"""Cache of codecarbon's hardware detection, valid until a reboot: detection takes seconds."""

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estimator.tracking import machine

FOLDER = "machines"


def load(cache: Any, tracker: Any, home: Path, sees: Mapping[str, Any]) -> None:
    """Load the cached hardware detection into codecarbon, if any.

    `cache`: its module of that name; `sees`: what may change without a reboot. The cache is valid for the
    same boot of the same kernel, the same settings, and the same `sees`; labels are read from the meters that
    codecarbon then builds, never from the cache.
    """
    try:
        kept = json.loads(_path(tracker, home).read_text("utf-8"))
        plan = cache._HardwarePlan(**kept["plan"])
    except (OSError, ValueError, LookupError, TypeError):
        return
    if kept["key"] == _key(cache, tracker, sees):
        cache._plans.setdefault(cache.make_key(tracker), plan)


def save(cache: Any, tracker: Any, home: Path, sees: Mapping[str, Any]) -> None:
    """Save codecarbon's hardware detection; a file that cannot be written costs only time."""
    plan = cache._plans.get(cache.make_key(tracker))
    if plan is None or not _started():
        return
    path = _path(tracker, home)
    text = json.dumps({"key": _key(cache, tracker, sees), "plan": dataclasses.asdict(plan)}, indent=1)
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(text, "utf-8")
        temporary.replace(path)


def _path(tracker: Any, home: Path) -> Path:
    return home / FOLDER / f"{machine.identity(home / 'salt')}-{tracker._tracking_mode}.json"


def _key(cache: Any, tracker: Any, sees: Mapping[str, Any]) -> dict[str, Any]:
    """After a JSON round trip."""
    settings = dataclasses.asdict(cache.make_key(tracker))
    version = tracker._conf.get("codecarbon_version")
    seen = {"started": _started(), "version": version, "settings": settings, "sees": dict(sees)}
    return dict(json.loads(json.dumps(seen)))


def _started() -> str:
    return machine.read_text(machine.ROOT / "proc/sys/kernel/random/boot_id")
