"""What a client sent and wrote, kept for the suite: a file each, with the rows that must come of it."""

import json
import platform
from base64 import b64encode
from pathlib import Path
from typing import Any

from scripts.conformance.clients import Client, Version
from scripts.conformance.trial import Trial
from scripts.messages import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "clients"
LONGEST, MOST = 120, 8  # characters of a text, items of a list in a file: the instructions of an agent are its maker's


def record(client: Client, version: Version, trial: Trial) -> None:
    """Write what passed in a trial without a fault; nothing of one that has some."""
    if trial.faults:
        return
    sent = []
    for one in trial.exchanges:
        try:
            body: dict[str, Any] = {"text": _kept(one.body.decode("utf-8"))}
        except UnicodeDecodeError:
            body = {"base64": b64encode(one.body).decode()}
        sent.append({"path": one.path, "type": one.kind, "encoding": one.packing, **body})
    rows = [{name: row.get(name) for name in client.fields} for row in trial.expected]
    served = sorted({str(row.get("served_at") or "") for row in trial.found})
    found = {"client": client.name, "version": version.number, "served_at": served, "rows": rows}
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = {name: _kept(text, MOST) for name, text in trial.files.items()}
    text = json.dumps(found | {"sent": sent, "files": files}, ensure_ascii=False, indent=1)
    (FOLDER / f"{client.name}.json").write_text(text + "\n", "utf-8")


def _kept(text: str, most: int | None = None) -> str:
    """A text without the folders of this machine, and, where it is JSON, a value a line, without its long strings, what
    an agent attaches, and all but the first items of its lists."""
    for here, name in ((str(ROOT), "/sobria"), (str(Path.home()), "/home/essai"), (platform.release(), "6.1.0")):
        text = text.replace(here, name)
    try:
        return "\n".join(json.dumps(_short(json.loads(line), most)) if line else line for line in text.split("\n"))
    except ValueError:
        return text


def _short(value: Any, most: int | None) -> Any:
    if isinstance(value, dict):
        return {name: _short(inner, most) for name, inner in value.items() if name != "attachment"}
    if isinstance(value, list):
        return [_short(inner, most) for inner in value[:most]]
    return "…" if isinstance(value, str) and len(value) > LONGEST else value
