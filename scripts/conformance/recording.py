"""What a client sent and wrote, kept for the suite: a file each, with the rows that must come of it."""

import json
from base64 import b64encode
from typing import Any

from scripts.conformance.clients import Client, Version
from scripts.conformance.trial import Trial
from scripts.messages import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "clients"


def record(client: Client, version: Version, trial: Trial) -> None:
    """Write what passed in a trial without a fault; nothing of one that has some."""
    if trial.faults:
        return
    sent = []
    for one in trial.exchanges:
        try:
            body: dict[str, Any] = {"text": one.body.decode("utf-8")}
        except UnicodeDecodeError:
            body = {"base64": b64encode(one.body).decode()}
        sent.append({"path": one.path, "type": one.kind, "encoding": one.packing, **body})
    rows = [{name: row.get(name) for name in client.fields} for row in trial.expected]
    served = sorted({str(row.get("served_at") or "") for row in trial.found})
    found = {"client": client.name, "version": version.number, "served_at": served, "rows": rows}
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found | {"sent": sent, "files": trial.files}, ensure_ascii=False, indent=1)
    (FOLDER / f"{client.name}.json").write_text(text + "\n", "utf-8")
