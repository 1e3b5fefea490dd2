"""A build that was never computed, of the shape of builds.queries: invented numbers to test the screens with."""

import hashlib
import json
from pathlib import Path
from typing import Any

from dashboard.shared import estimator_gateway
from estimator.assessment.explanation import NumberUnknown
from estimator.builds.queries import ANY, RunFilter

KIND = "fake.txt"  # a home says in this file which fake it is: "plain", "sample" or "hostile"
HOSTILE = "<script>alert(1)</script>[x](javascript:1)"
NO_HOST = {"code": "no_host", "fr": "l'hébergement n'est pas indiqué", "en": "the hosting is not stated"}
MODELS = ("règles", "camembert-base", "mistral-7b-instruct", "llama-3.3-70b", None)
SERVICES = (  # key, IT electricity [kWh], proof, runs
    ("assistant-courrier", 41.0, {"measured": 0.38, "estimated": 0.62}, 212),
    ("transcription-conseil", 17.0, {"measured": 1.0}, 88),
    ("tri-des-signalements", 9.2, {"estimated": 0.55, "unknown": 0.45}, 140),
    ("resume-de-deliberations", 5.1, {"measured": 0.6, "estimated": 0.4}, 31),
    ("reponse-aux-usagers", 4.4, {"estimated": 1.0}, 31),
    ("recherche-documentaire", 3.4, {"declared": 1.0}, 31),
    ("classification-mails", 0.42, {"measured": 0.8, "estimated": 0.2}, 960),
    ("regles-de-tri", 0.006, {"measured": 0.8, "estimated": 0.2}, 960),
)
OPENED = json.loads((Path(__file__).parent / "fake_explanation.json").read_text("utf-8"))
MONTHS = (202606, 202607, 202608, 202610, 202611)


def install() -> None:
    """Make the screens read fake builds for the rest of this process."""
    estimator_gateway.current_file = current  # type: ignore[assignment]
    estimator_gateway.queries.open_current = open_current  # type: ignore[assignment]


def current(home: Path) -> Path | None:
    """The file that says which fake this home is."""
    return home / KIND if (home / KIND).is_file() else None


def open_current(home: Path) -> "Build | None":
    """A fake build, or None in a home without one."""
    path = current(home)
    return Build(path.read_text("utf-8").strip()) if path else None


def amount(central: float | None, unit: str, spread: float = 2.2, covers: float = 1.0) -> dict[str, Any]:
    """An amount as the estimator gives it; None is unknown for want of a host."""
    if central is None:
        return {"low": None, "central": None, "high": None, "unit": unit, "missing": NO_HOST}
    low, high = central / spread, central * spread
    return {
        "low": low,
        "central": central,
        "high": high,
        "unit": unit,
        "envelope": [low / 1.3, high * 1.3],
        "covers": covers,
    }


def indicators(kwh: float, known: bool = True, covers: float = 1.0) -> dict[str, Any]:
    """Every figure of some electricity."""
    site = kwh * 1.4 if known else None
    water = amount(kwh * 2.3 if known else None, "L", 3.5, covers)
    water |= {
        "onsite": amount(0.0 if known else None, "L"),
        "electricity": amount(kwh * 2.3 if known else None, "L", 3.5),
    }
    water |= {"electricity_reservoirs": amount(kwh * 5.1 if known else None, "L", 4)}
    gwp = amount(kwh * 0.09 if known else None, "kgCO2e", 2, covers)
    adpe = amount(kwh * 2e-6 if known else None, "kgSbeq", 4, covers)
    energy = amount(kwh * 12 if known else None, "MJ", 1.4, covers)
    for body, factor in ((gwp, 0.04), (adpe, 1e-6), (energy, 6.0)):
        for part in ("use", "devices", "machines"):
            body[part] = amount(kwh * factor, body["unit"], 3)
        body["network"] = amount(None, body["unit"])
    return {
        "energy": amount(site, "kWh", 1.5, covers),
        "it_energy": amount(kwh, "kWh", 1.3),
        "water": water,
        "adpe": adpe,
        "gwp": gwp,
        "primary_energy": energy,
    }


def row_id(n: int) -> str:
    """The id of the n-th run."""
    return hashlib.md5(str(n).encode(), usedforsecurity=False).hexdigest()


class Build:
    """Numbers of a fake home."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.sample = kind != "plain"
        self.id = f"fake-{kind}-0123456789abcdef"
        self.factors_version = "0f1e2d3c4b5a6978"
        self.made_at = "2026-11-24T18:00:00+00:00"
        self.meta = {"build": self.id, "factors_version": self.factors_version, "made_at": self.made_at}
        self.entries = list(SERVICES)
        if kind == "hostile":
            self.entries.insert(1, (HOSTILE, 22.0, {"unknown": 1.0}, 3))

    def totals(self) -> dict[str, Any]:
        """As estimator.builds.queries.Build.totals."""
        return {
            "indicators": indicators(71.0, covers=0.83),
            "proof": {"measured": 0.47, "estimated": 0.43, "declared": 0.05, "unknown": 0.05},
            "coverage": {
                "runs": 2391,
                "services": len(self.entries),
                "period": ["2026-06-03", "2026-11-24"],
                "as_read_kwh": 71.0,
                "site_energy": 0.83,
                "embodied": 0.64,
                "by_figure": {},
                "unknown": 0,
                "quarantined": len(self._refused()),
                "to_check": 41,
            },
            "build": self.meta,
        }

    def modes(self) -> list[dict[str, Any]]:
        """As estimator.builds.queries.Build.modes."""
        rows = (("mode/nvml", "measured", 0.47), ("mode/cpu_load", "estimated", 0.3), ("gap/server", "estimated", 0.13))
        return [{"mode": m, "proof": p, "share": share, "fr": m, "en": m} for m, p, share in rows]

    def months(self) -> list[int]:
        """No month: the summary of a fake says that nothing is known."""
        return []

    def monthly(self) -> list[Any]:
        """No cell either."""
        return []

    def services(self) -> list[dict[str, Any]]:
        """As estimator.builds.queries.Build.services."""
        return [
            {
                "service_key": key,
                "runs": runs,
                "first": "2026-06-03",
                "last": "2026-11-24",
                "items": 10.0,
                "to_check": 1,
                "proof": proof,
                "proved": {p: runs for p, share in proof.items() if share},
                "unknown": 0,
                "indicators": indicators(kwh, known=key != "tri-des-signalements"),
            }
            for key, kwh, proof, runs in self.entries
        ]

    def runs(self, asked: RunFilter | None = None, offset: int = 0, limit: int = 50) -> dict[str, Any]:
        """As estimator.builds.queries.Build.runs: sixty runs, shared out among the services."""
        service, check, proof = asked or RunFilter()
        found = [self._run(n) for n in range(60)]
        found = [r for r in found if service in (None, r["service_key"])]
        found = [r for r in found if check is None or any(check in (c["code"], ANY) for c in r["checks"])]
        found = [r for r in found if proof is None or proof in r["proofs"].values()]
        return {"rows": found[offset : offset + limit], "total": len(found)}

    def run(self, row: str) -> dict[str, Any]:
        """As estimator.builds.queries.Build.run."""
        for n in range(60):
            if row_id(n) == row:
                return self._run(n) | {
                    "indicators": indicators(0.3),
                    "reported": {"gwp_kg": 0.031, "ours_use_kg": 0.012, "ratio": 0.387},
                    "file": {"read": 40, "current": 36, "superseded": 3, "duplicate": 0, "refused": 1},
                }
        raise NumberUnknown(id=f"run.{row}")

    def quarantine(self, offset: int = 0, limit: int = 50) -> dict[str, Any]:
        """As estimator.builds.queries.Build.quarantine."""
        rows = self._refused()
        return {"rows": rows[offset : offset + limit], "total": len(rows)}

    def checks(self) -> list[dict[str, Any]]:
        """As estimator.builds.queries.Build.checks."""
        return [
            _check(
                "constant_42_5",
                38,
                "la puissance du processeur vaut 42,5 W, valeur de secours",
                "processor power is the fallback",
            ),
            _check("zero_duration", 3, "la durée est nulle", "the duration is zero"),
        ]

    def coverage_by_month(self) -> list[dict[str, Any]]:
        """As estimator.builds.queries.Build.coverage_by_month; no month holds September."""
        return [
            {
                "service_key": key,
                "month": month,
                "runs": runs // 5,
                "unknown": 0,
                "kwh": {p: kwh * share * (1 + month % 3) / 12 for p, share in proof.items()},
            }
            for n, (key, kwh, proof, runs) in enumerate(self.entries)
            for month in MONTHS[n % 3 :]
        ]

    def explain(self, number: str) -> dict[str, Any]:
        """As estimator.builds.queries.Build.explain."""
        scope, _, rest = number.partition(".")
        known = {k for k, *_ in self.entries} | {row_id(n) for n in range(60)}
        figure, key = rest, ""
        if scope != "total":
            key, figure = next(((k, rest[len(k) + 1 :]) for k in known if rest.startswith(k + ".")), ("", ""))
        body: Any = indicators(71.0, covers=0.83)
        for step in figure.split("."):
            body = body.get(step) if isinstance(body, dict) else None
        if not isinstance(body, dict) or scope not in ("total", "service", "run") or bool(key) == (scope == "total"):
            raise NumberUnknown(id=number)
        service = key if scope == "service" else self.entries[1][0]
        return {
            "id": number,
            "scope": scope,
            "key": key,
            "figure": figure,
            "amount": body,
            "build": self.meta,
            "proof": self.totals()["proof"],
            "indicators": {},
            "steps": OPENED["steps"],
            "groups": OPENED["groups"],
            "factors": OPENED["factors"],
            "not_counted": [
                {"part": "network", "share": 1.0, "code": "not_asked", "fr": "non décrit", "en": "not described"}
            ],
            "missing_inputs": [],
            "replay": {"figure": figure, "formulas": "aa11", "factors_version": self.factors_version},
            "trace": {
                "lines": [
                    {
                        "row_id": row_id(n),
                        "file_name": f"{service}.csv",
                        "line": n + 2,
                        "service_key": service,
                        "end": "2026-11-24T09:30:00",
                    }
                    for n in range(3)
                ],
                "total": 212,
            },
        }

    def _run(self, n: int) -> dict[str, Any]:
        key = self.entries[n % len(self.entries)][0]
        return {
            "row_id": row_id(n),
            "run_id": f"{n:04}",
            "service_key": key,
            "task_name": None,
            "model": MODELS[n % 5],
            "run_key": f"{n:04}/{key}",
            "start": f"2026-11-{24 - n % 20:02}T09:00:00",
            "end": f"2026-11-{24 - n % 20:02}T09:30:00+00:00",
            "last": f"2026-11-{24 - n % 20:02}",
            "duration_s": 30.0 * (n + 1) ** 2,
            "file_name": f"{key}.csv",
            "file_sha": hashlib.sha256(key.encode()).hexdigest(),
            "line": n + 2,
            "reader": "codecarbon",
            "tool_version": "3.3.2",
            "zone": "FRA",
            "zone_as_read": "France",
            "host": None,
            "machine": "machine/rack-server",
            "device": "gpu/h100-sxm-80",
            "device_as_read": "1 x NVIDIA H100 80GB HBM3",
            "device_count": 1,
            "scope": "machine",
            "time_basis": "sidecar",
            "gap": "gap/server",
            "items": 100.0,
            "data_gb": None,
            "charge_share": 0.5 if n % 7 == 0 else 1.0,
            "modelled": False,
            "cpu_energy_kwh": 0.011,
            "gpu_energy_kwh": 0.23,
            "ram_energy_kwh": 0.004,
            "other_energy_kwh": None,
            "cpu_mode": "mode/cpu_load",
            "gpu_mode": "mode/nvml",
            "ram_mode": "mode/constant",
            "other_mode": "mode/none",
            "reported_pue": None,
            "reported_gwp_kg": 0.031,
            "reported_water_l": None,
            "indicators": {"it_energy": amount(0.2 + n / 100, "kWh", 1.3), "energy": amount(0.3, "kWh")},
            "proofs": {"cpu": "estimated", "gpu": "measured", "ram": "estimated"},
            "checks": [_check("zero_duration", 1, "la durée est nulle", "the duration is zero")] if n % 5 == 0 else [],
        }

    def _refused(self) -> list[dict[str, Any]]:
        name = HOSTILE if self.kind == "hostile" else "emissions.csv"
        said = {
            "fr": "l'énergie est négative (-0,4) : une valeur positive était attendue",
            "en": "the energy is negative",
        }
        text = f"2026-11-02T10:00:00,{name},d6b1…,-0.4,France,FRA," + "0.0," * 20
        return [
            {
                "row_id": row_id(900 + n),
                "file_name": name,
                "line": 14 + n,
                "code": "negative",
                "text": text,
                "header": "",
                **said,
            }
            for n in range(3)
        ]


def _check(code: str, count: int, fr: str, en: str) -> dict[str, Any]:
    return {"code": code, "count": count, "fr": fr, "en": en}
