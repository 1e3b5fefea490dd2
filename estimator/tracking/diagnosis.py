"""Diagnosis of this machine: available meters, their quality, and what to do next; read-only."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from estimator.core.errors import LANGUAGES, say, sentences
from estimator.core.fields import Strict
from estimator.ingestion.sidecar import Modes
from estimator.tracking import machine

Part = Literal["machine", "cpu", "gpu", "ram", "tool"]
Proof = Literal["measured", "estimated", "unread", "absent"]


class Finding(Strict):
    """One observation: the text `code` of the words file, filled with facts."""

    part: Part
    code: str
    proof: Proof | None = None
    facts: dict[str, str] = {}


class Diagnosis(Strict):
    """Meters available to a tracker here. modes: metering mode of each component; result, todo: keys of texts."""

    virtual: bool
    container: bool
    machine: str | None
    timezone: str | None
    modes: Modes
    findings: tuple[Finding, ...]
    result: str
    todo: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For machines: the data, each code with its text in each language."""
        found = [f.model_dump() | sentences("doctor", f.code, **f.facts) for f in self.findings]
        result = {"code": self.result} | {lang: self._result(lang) for lang in LANGUAGES}
        todo = [sentences("doctor", code) for code in self.todo]
        return self.model_dump() | {"findings": found, "result": result, "todo": todo}

    def text(self, lang: str) -> str:
        """For people: observations by component, conclusion, next steps."""
        lines, part = [say("doctor", "title", lang), ""], ""
        for finding in self.findings:
            if finding.part != part:
                part = finding.part
                proof = f" [{say('doctor', finding.proof, lang)}]" if finding.proof else ""
                lines.append(f"  {say('doctor', part, lang)}{proof}")
            lines.append(f"    {say('doctor', finding.code, lang, **finding.facts)}")
        lines += ["", self._result(lang), "", say("doctor", "next", lang)]
        lines += [f"  {number}. {say('doctor', code, lang)}" for number, code in enumerate(self.todo, 1)]
        return "\n".join(lines)

    def _result(self, lang: str) -> str:
        measured = [f.part for f in self.findings if f.proof == "measured"]
        return say("doctor", self.result, lang, parts=", ".join(say("doctor", part, lang).lower() for part in measured))


@dataclass(frozen=True)
class Probes:
    """Probes of the machine used by the diagnosis; a test passes its own."""

    root: Path = machine.ROOT
    read: Callable[[Path], str] = Path.read_text
    which: Callable[[str], str | None] = shutil.which

    def installed(self, distribution: str) -> str | None:
        """The version of an installed distribution."""
        try:
            return version(distribution)
        except PackageNotFoundError:
            return None


def diagnose(probes: Probes | None = None) -> Diagnosis:
    """Diagnose this machine, or the one given by the probes."""
    probes = probes or Probes()
    virtual, container = machine.virtual(probes.root), machine.in_container(probes.root)
    zone = machine.timezone(probes.root)
    tool = probes.installed("codecarbon")
    cpu, cpu_mode = _cpu(probes, virtual)
    gpu, gpu_mode = _gpu(probes)
    place = "place_" + (
        "container_vm" if container and virtual else "container" if container else "vm" if virtual else "physical"
    )
    findings = (
        Finding(part="machine", code=place),
        Finding(part="machine", code="timezone_known", facts={"timezone": zone})
        if zone
        else Finding(part="machine", code="timezone_unknown"),
        cpu,
        gpu,
        Finding(part="ram", code="ram_model", proof="estimated"),
        Finding(part="tool", code="tool_ready", facts={"version": tool})
        if tool
        else Finding(part="tool", code="tool_absent"),
    )
    return Diagnosis(
        virtual=virtual,
        container=container,
        machine=machine.kind(probes.root),
        timezone=zone,
        modes=Modes(cpu=cpu_mode, gpu=gpu_mode, ram="mode/constant", other="mode/none"),
        findings=findings,
        result=_result(findings, bool(tool)),
        todo=tuple(_todo({f.code for f in findings})),
    )


def _cpu(probes: Probes, virtual: bool) -> tuple[Finding, str]:
    domains, denied = _rapl(probes)
    if domains and virtual:
        return Finding(part="cpu", code="rapl_virtual", proof="unread"), "mode/unknown"
    if domains:
        facts = {"domains": ", ".join(domains)}
        return Finding(part="cpu", code="rapl_ready", proof="measured", facts=facts), "mode/rapl"
    if not machine.read_text(probes.root / "proc/stat"):
        return Finding(part="cpu", code="load_absent", proof="estimated"), "mode/constant"
    if denied:
        return Finding(part="cpu", code="rapl_denied", proof="estimated"), "mode/cpu_load"
    found = re.search(r"^model name\s*:\s*(.+)$", machine.read_text(probes.root / "proc/cpuinfo"), re.MULTILINE)
    facts = {"model": found[1].strip() if found else "?"}
    return Finding(part="cpu", code="rapl_absent", proof="estimated", facts=facts), "mode/cpu_load"


def _rapl(probes: Probes) -> tuple[list[str], bool]:
    """Names of the readable RAPL domains, and whether there are counters that this account may not read."""
    names, denied = set(), False
    for pattern in ("sys/class/powercap/intel-rapl*:*", "sys/devices/virtual/powercap/intel-rapl*/intel-rapl*:*"):
        for folder in probes.root.glob(pattern):
            name = machine.read_text(folder / "name") or folder.name
            if "package" not in name.lower() and not folder.name.endswith(":0"):
                continue
            try:
                float(probes.read(folder / "energy_uj"))
            except PermissionError:
                denied = True
            except (OSError, ValueError):
                continue
            else:
                names.add(name)
    return sorted(names), denied


def _gpu(probes: Probes) -> tuple[Finding, str]:
    """The first of: cards with NVIDIA's driver, cards without it, AMD cards, none."""
    cards = machine.cards(probes.root)
    if cards.nvidia:
        facts = {"count": str(cards.nvidia), "models": ", ".join(cards.models) or "?"}
        if probes.which("nvidia-smi"):
            return Finding(part="gpu", code="nvml_ready", proof="measured", facts=facts), "mode/nvml"
        return Finding(part="gpu", code="nvml_denied", proof="unread", facts=facts), "mode/unknown"
    if cards.nvidia_asleep:
        return Finding(part="gpu", code="nvidia_driver", proof="unread"), "mode/unknown"
    if cards.amd:
        ready = probes.which("rocm-smi") is not None and probes.installed("amdsmi") is not None
        return Finding(part="gpu", code="amd_ready" if ready else "amd_denied", proof="unread"), "mode/unknown"
    return Finding(part="gpu", code="gpu_absent", proof="absent"), "mode/none"


def _result(findings: tuple[Finding, ...], tool: bool) -> str:
    if not tool:
        return "result_nothing"
    if not any(finding.proof == "measured" for finding in findings):
        return "result_estimated"
    return "result_mixed"  # never better: codecarbon measures memory on no machine


def _todo(seen: set[str]) -> list[str]:
    """Next steps for these findings, most useful first."""
    physical = "place_physical" in seen
    wanted = (
        ("todo_tool", "tool_absent" in seen),
        ("todo_rapl", "rapl_denied" in seen),
        ("todo_nvidia_smi", "nvml_denied" in seen),
        ("todo_nvidia_driver", "nvidia_driver" in seen),
        ("todo_amd", "amd_denied" in seen),
        ("todo_module", physical and "rapl_absent" in seen),
        ("todo_container", bool(seen & {"place_container", "place_container_vm"})),
        ("todo_vm", bool(seen & {"place_vm", "place_container_vm"})),
        ("todo_quiet", True),
        ("todo_track", "tool_ready" in seen),
    )
    return [code for code, told in wanted if told]
