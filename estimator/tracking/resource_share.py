"""Share of the machine allocated to this program, by a Slurm job or by container limits."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from estimator.tracking.machine import ROOT, cards, in_container, read_text

_GB = 1024**3
_NODE_CPUS = re.compile(r"(\d+)(?:\(x(\d+)\))?")


class Allocation(NamedTuple):
    """Allocator of a part of the machine, None when there is none; the share, None when unknown, and its basis.

    A job is its number and step, without any name. `device_count`: cards of the machine, of which `share` is allocated.
    `cpus`, `memory_gb`: threads and memory [GiB] allocated, where limited.
    """

    by: Literal["slurm", "container"] | None = None
    share: float | None = None
    basis: str | None = None
    job: str | None = None
    device_count: int | None = None
    cpus: float | None = None
    memory_gb: float | None = None


class _Part(NamedTuple):
    name: str
    given: float
    of: float

    @property
    def share(self) -> float:
        return min(self.given / self.of, 1.0)

    def __str__(self) -> str:
        return f"{self.name} {self.given:g}/{self.of:g}"


def allocated(environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> Allocation:
    """The share of this machine: that of its cards when some were allocated, since cards are exclusive, else the
    larger of those of its processors and its memory, since nobody else can use what one takes of either."""
    if environ.get("SLURM_JOB_ID"):
        step = environ.get("SLURM_STEP_ID", "")
        job = ".".join(filter(str.isdigit, (environ["SLURM_JOB_ID"], step)))
        return _of("slurm", job or None, list(_slurm(environ, root)), cards(root).nvidia)
    if in_container(root):
        return _of("container", None, list(_cgroup(root)), 0)
    return Allocation()


def _of(by: Literal["slurm", "container"], job: str | None, parts: list[_Part], on_node: int) -> Allocation:
    found = {part.name: part for part in parts}
    basis = ", ".join(map(str, parts)) or None
    cpus, memory_gb = (found[name].given if name in found else None for name in ("cpu", "memory"))
    share, on = None, None
    if on_node and "gpu" in found:
        share, on = found["gpu"].share, on_node
    elif not on_node and ("cpu" in found or "memory" in found):
        share = max(part.share for part in parts)
    return Allocation(by, share, basis, job, on, cpus, memory_gb)


def _slurm(environ: Mapping[str, str], root: Path) -> Iterator[_Part]:
    """Allocation of this node, from the variables of a Slurm job."""
    cpus = _number(environ.get("SLURM_CPUS_ON_NODE", "")) or _first_node(environ.get("SLURM_JOB_CPUS_PER_NODE", ""))
    machine_cpus, machine_gb = machine_size(root)
    if cpus and machine_cpus:
        yield _Part("cpu", cpus, machine_cpus)
    megabytes = _number(environ.get("SLURM_MEM_PER_NODE", ""))
    per_cpu = _number(environ.get("SLURM_MEM_PER_CPU", ""))
    megabytes = megabytes or (per_cpu * cpus if per_cpu and cpus else None)
    if megabytes and machine_gb:
        yield _Part("memory", round(megabytes / 1024, 1), machine_gb)
    given, on_node = _slurm_cards(environ), cards(root).nvidia
    if given is not None and on_node:
        yield _Part("gpu", given, on_node)


def _slurm_cards(environ: Mapping[str, str]) -> float | None:
    """Cards allocated on this node; None when not stated, or for a slice of a card (MIG)."""
    if "MIG" in environ.get("CUDA_VISIBLE_DEVICES", "").upper():
        return None
    for name in ("SLURM_STEP_GPUS", "SLURM_JOB_GPUS"):
        if environ.get(name):
            return float(len(environ[name].split(",")))
    on_node = _number(environ.get("SLURM_GPUS_ON_NODE", ""))
    nodes = _number(environ.get("SLURM_JOB_NUM_NODES", ""))
    return on_node or (_number(environ.get("SLURM_GPUS", "")) if nodes == 1 else None)


def _first_node(text: str) -> float | None:
    """Processors of a node from `16(x2),8`, when all nodes have the same number."""
    given = {float(found[1]) for found in _NODE_CPUS.finditer(text)}
    return given.pop() if len(given) == 1 else None


def _cgroup(root: Path) -> Iterator[_Part]:
    """The limits of this program's own control groups and their parents: the smallest applies."""
    machine_cpus, machine_gb = machine_size(root)
    cpus = [value for folder in _folders(root) for value in _cpu_limits(folder)]
    if cpus and machine_cpus and min(cpus) < machine_cpus:
        yield _Part("cpu", round(min(cpus), 2), machine_cpus)
    sizes = [value for folder in _folders(root) for value in _memory_limits(folder)]
    if sizes and machine_gb and min(sizes) < machine_gb:
        yield _Part("memory", round(min(sizes), 1), machine_gb)


def _folders(root: Path) -> Iterator[Path]:
    """Folders of the control groups, versions 1 and 2, from the innermost to the outermost visible one."""
    top = root / "sys/fs/cgroup"
    for line in read_text(root / "proc/self/cgroup").splitlines():
        _, kinds, name = line.split(":", 2) if line.count(":") >= 2 else ("", "", "")
        base = top / kinds if kinds else top
        inner = base / name.lstrip("/")
        while inner != base and base in inner.parents:
            yield inner
            inner = inner.parent
        yield base


def _cpu_limits(folder: Path) -> Iterator[float]:
    quota, _, period = read_text(folder / "cpu.max").partition(" ")
    if not quota:
        quota, period = read_text(folder / "cpu.cfs_quota_us"), read_text(folder / "cpu.cfs_period_us")
    if (most := _number(quota)) and (each := _number(period)):
        yield most / each
    for name in ("cpuset.cpus.effective", "cpuset.cpus"):
        if count := _list_length(read_text(folder / name)):
            yield count


def _memory_limits(folder: Path) -> Iterator[float]:
    for name in ("memory.max", "memory.limit_in_bytes"):
        if size := _number(read_text(folder / name)):  # version 1 writes a value near 2^63 for no limit
            yield size / _GB


def machine_size(root: Path = ROOT) -> tuple[float | None, float | None]:
    """Processors of the whole machine, and its memory [GiB]."""
    found = re.search(r"^MemTotal:\s+(\d+) kB", read_text(root / "proc/meminfo"), re.MULTILINE)
    memory = round(float(found[1]) / 1024**2, 1) if found else None
    return _list_length(read_text(root / "sys/devices/system/cpu/online")), memory


def _list_length(text: str) -> float | None:
    """Count of numbers in a list such as `0-3,8`."""
    pairs = re.findall(r"(\d+)(?:-(\d+))?", text)
    return float(sum(int(last or first) - int(first) + 1 for first, last in pairs)) or None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+", text.strip()) and float(text) > 0 else None
