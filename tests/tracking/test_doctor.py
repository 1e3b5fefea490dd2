"""What the doctor sees on machines made of a few files, and what it says of them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from estimator.core.errors import LANGUAGES, words
from estimator.tracking import diagnosis, machine
from estimator.tracking.diagnosis import Probes, diagnose

RAPL = "sys/class/powercap/intel-rapl:0"
PHYSICAL = {"proc/cpuinfo": "model name\t: Xeon Gold 6330\nflags\t\t: fpu sse2\n", "proc/stat": "cpu 1 2 3"}
VIRTUAL = PHYSICAL | {"proc/cpuinfo": "model name\t: Xeon\nflags\t\t: fpu hypervisor sse2\n"}
COUNTER = {f"{RAPL}/name": "package-0", f"{RAPL}/energy_uj": "123456", f"{RAPL}:0/name": "core"}
NVIDIA = {"proc/driver/nvidia/gpus/0000:65:00.0/information": "Model: \t NVIDIA L4\nIRQ: 12\n"}


@dataclass(frozen=True)
class Machine:
    """Files of a machine, tools on its path, distributions installed; `denied`: files that may not be read."""

    files: Mapping[str, str]
    tools: tuple[str, ...] = ()
    installed: tuple[str, ...] = ("codecarbon",)
    denied: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class TestProbes(Probes):
    """Probes of such a machine."""

    __test__ = False
    known: tuple[str, ...] = ()

    def installed(self, distribution: str) -> str | None:
        return "3.3.2" if distribution in self.known else None


@pytest.fixture
def probes(tmp_path: Path) -> Callable[[Machine], Probes]:
    def make(seen: Machine) -> Probes:
        for name, text in seen.files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

        def read(path: Path) -> str:
            if str(path.relative_to(tmp_path)) in seen.denied:
                raise PermissionError(path)
            return path.read_text()

        return TestProbes(tmp_path, read, lambda tool: tool if tool in seen.tools else None, seen.installed)

    return make


CASES = {
    "virtual machine": (Machine(VIRTUAL), {"place_vm", "rapl_absent", "gpu_absent"}, "result_estimated", "todo_vm"),
    "counter": (Machine(PHYSICAL | COUNTER), {"place_physical", "rapl_ready"}, "result_mixed", "todo_quiet"),
    "counter not readable": (
        Machine(PHYSICAL | COUNTER, denied=(f"{RAPL}/energy_uj",)),
        {"rapl_denied"},
        "result_estimated",
        "todo_rapl",
    ),
    "counter in a virtual machine": (Machine(VIRTUAL | COUNTER), {"rapl_virtual"}, "result_estimated", "todo_vm"),
    "only a part of the processor": (
        Machine(PHYSICAL | {f"{RAPL}:1/name": "uncore", f"{RAPL}:1/energy_uj": "1"}),
        {"rapl_absent"},
        "result_estimated",
        "todo_module",
    ),
    "container": (Machine(PHYSICAL | {".dockerenv": ""}), {"place_container"}, "result_estimated", "todo_container"),
    "pod in a virtual machine": (
        Machine(VIRTUAL | {"proc/1/cgroup": "0::/kubepods/besteffort/pod1"}),
        {"place_container_vm"},
        "result_estimated",
        "todo_container",
    ),
    "nvidia": (Machine(VIRTUAL | NVIDIA, tools=("nvidia-smi",)), {"nvml_ready"}, "result_mixed", "todo_vm"),
    "nvidia without its tool": (
        Machine(PHYSICAL | COUNTER | NVIDIA),
        {"nvml_denied"},
        "result_mixed",
        "todo_nvidia_smi",
    ),
    "nvidia without driver": (
        Machine(
            PHYSICAL
            | {
                "sys/bus/pci/devices/0000:65:00.0/vendor": "0x10de",
                "sys/bus/pci/devices/0000:65:00.0/class": "0x030200",
            }
        ),
        {"nvidia_driver"},
        "result_estimated",
        "todo_nvidia_driver",
    ),
    "amd": (
        Machine(PHYSICAL | {"sys/bus/pci/devices/1/vendor": "0x1002", "sys/bus/pci/devices/1/class": "0x120000"}),
        {"amd_denied"},
        "result_estimated",
        "todo_amd",
    ),
    "amd readable": (
        Machine(
            PHYSICAL | {"sys/bus/pci/devices/1/vendor": "0x1002", "sys/bus/pci/devices/1/class": "0x120000"},
            tools=("rocm-smi",),
            installed=("codecarbon", "amdsmi"),
        ),
        {"amd_ready"},
        "result_estimated",
        "todo_quiet",
    ),
    "graphics of a processor": (
        Machine(PHYSICAL | {"sys/bus/pci/devices/1/vendor": "0x1002", "sys/bus/pci/devices/1/class": "0x030000"}),
        {"gpu_absent"},
        "result_estimated",
        "todo_module",
    ),
    "no load either": (Machine({}), {"load_absent"}, "result_estimated", "todo_quiet"),
    "no codecarbon": (Machine(PHYSICAL, installed=()), {"tool_absent"}, "result_nothing", "todo_tool"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_machine_gets_its_diagnosis(name: str, probes: Callable[[Machine], Probes]) -> None:
    seen, codes, result, todo = CASES[name]
    found = diagnose(probes(seen))
    assert codes <= {finding.code for finding in found.findings}
    assert (found.result, todo in found.todo) == (result, True)


@pytest.mark.parametrize(
    ("name", "cpu", "gpu"),
    [
        ("virtual machine", "mode/cpu_load", "mode/none"),
        ("counter", "mode/rapl", "mode/none"),
        ("counter in a virtual machine", "mode/unknown", "mode/none"),
        ("nvidia", "mode/cpu_load", "mode/nvml"),
        ("nvidia without its tool", "mode/rapl", "mode/unknown"),
        ("no load either", "mode/constant", "mode/none"),
    ],
)
def test_the_modes_are_those_that_a_trace_would_bear(
    name: str, cpu: str, gpu: str, probes: Callable[[Machine], Probes]
) -> None:
    modes = diagnose(probes(CASES[name][0])).modes
    assert (modes.cpu, modes.gpu, modes.ram) == (cpu, gpu, "mode/constant")


@pytest.mark.parametrize("name", CASES)
def test_everything_is_said_in_both_languages(name: str, probes: Callable[[Machine], Probes]) -> None:
    found = diagnose(probes(CASES[name][0]))
    body = found.as_dict()
    for entry in (*body["findings"], *body["todo"], body["result"]):
        assert entry["fr"] and entry["en"] and entry["fr"] != entry["en"]
    for lang in LANGUAGES:
        assert found.text(lang).count("\n") > len(found.findings)
        assert "{" not in found.text(lang)


def test_no_sentence_is_idle() -> None:
    """Every sentence of the section stands, as a code, in the doctor's text."""
    text = Path(diagnosis.__file__).read_text("utf-8")
    parts = {"machine", "cpu", "gpu", "ram", "tool", "measured", "estimated", "absent", "unread", "title", "next"}
    built = {"place_physical", "place_vm", "place_container", "place_container_vm"}
    idle = {key for key in words("fr")["doctor"].keys() - parts - built if f'"{key}"' not in text}
    assert idle == set()


def test_looking_changes_nothing(tmp_path: Path, probes: Callable[[Machine], Probes]) -> None:
    seen = probes(CASES["counter"][0])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    diagnose(seen)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_this_machine_is_diagnosed() -> None:
    found = diagnose()
    assert found.modes.ram == "mode/constant"
    assert found.result.startswith("result_")


@pytest.mark.parametrize(
    ("chassis", "flags", "kind"),
    [
        ("10", "fpu", "machine/laptop"),
        ("3", "fpu", "machine/desktop"),
        ("23", "fpu", "machine/rack-server"),
        ("23", "fpu hypervisor", "machine/vm-any"),
        ("2", "fpu", None),
        ("", "fpu", None),
    ],
)
def test_the_casing_tells_the_kind_unless_the_machine_is_virtual(
    tmp_path: Path, chassis: str, flags: str, kind: str | None
) -> None:
    for name, text in {"proc/cpuinfo": f"flags : {flags}", "sys/class/dmi/id/chassis_type": chassis}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert machine.kind(tmp_path) == kind


@pytest.mark.parametrize(
    ("environ", "link", "expected"),
    [
        ({}, "/usr/share/zoneinfo/Europe/Paris", "Europe/Paris"),
        ({}, "../usr/share/zoneinfo/America/Martinique", "America/Martinique"),
        ({"TZ": "Indian/Reunion"}, "/usr/share/zoneinfo/Europe/Paris", "Indian/Reunion"),
        ({"TZ": ":Europe/Paris"}, None, "Europe/Paris"),
        ({"TZ": ""}, None, "UTC"),
        ({"TZ": "CET-1CEST"}, None, None),
        ({}, None, "UTC"),
        ({}, "/somewhere/else", None),
    ],
)
def test_the_zone_of_the_clock(tmp_path: Path, environ: dict[str, str], link: str | None, expected: str | None) -> None:
    (tmp_path / "etc").mkdir()
    if link:
        (tmp_path / "etc/localtime").symlink_to(link)
    assert machine.timezone(tmp_path, environ) == expected


def numbered(root: Path, installed: str, started: str, container: bool = False) -> Path:
    """A computer with the random numbers of its installation and of its kernel's start."""
    files = {"etc/machine-id": installed, "proc/sys/kernel/random/boot_id": started}
    for name, text in (files | ({".dockerenv": ""} if container else {})).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_a_computer_is_told_from_others_and_known_again(tmp_path: Path) -> None:
    def known(name: str, *numbers: str, container: bool = False) -> str:
        return machine.identity(tmp_path / "salt", numbered(tmp_path / name, *numbers, container=container))

    first = known("a", "1111", "x")
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert known("again", "1111", "restarted") == first
    assert known("b", "2222", "x") != first
    image = [known(f"c{n}", "of the image", "kernel", container=True) for n in range(2)]
    assert image[0] == image[1] != known("other host", "of the image", "other kernel", container=True)


def test_the_name_of_a_host_alone_cannot_be_guessed_back(tmp_path: Path) -> None:
    """With nothing but its name, two homes give it two hashes: who tries names needs the secret of the home."""
    (tmp_path / "bare").mkdir()
    here = [machine.identity(tmp_path / home / "salt", tmp_path / "bare") for home in ("one", "one", "two")]
    assert here[0] == here[1] != here[2]
    assert (tmp_path / "one/salt").stat().st_mode & 0o077 == 0
