"""What part of its machine a program was given: the variables of Slurm, the limits of a container, by hand."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from estimator.tracking import machine
from estimator.tracking.resource_share import Allocation, allocated
from estimator.tracking.tracker import Tracker
from tests.tracking.shelf import Shelf, kept, options

GIB = 1024**3


def node(root: Path, cards: int = 0, files: Mapping[str, str] | None = None) -> Path:
    """A machine of 64 processors and 256 GiB."""
    known = {"proc/meminfo": f"MemTotal:       {256 * 1024**2} kB\n", "sys/devices/system/cpu/online": "0-63\n"}
    known |= {f"proc/driver/nvidia/gpus/{n}/information": "Model: NVIDIA H100\n" for n in range(cards)}
    for name, text in {**known, **(files or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


JOB = {"SLURM_JOB_ID": "4711", "SLURM_STEP_ID": "0", "SLURM_JOB_NUM_NODES": "1", "SLURM_JOB_USER": "marie"}


def test_the_larger_of_processors_and_memory(tmp_path: Path) -> None:
    """8 of 64 processors, 64 of 256 GiB: a quarter of the machine cannot be given to another."""
    given = JOB | {"SLURM_CPUS_ON_NODE": "8", "SLURM_MEM_PER_NODE": str(64 * 1024), "SLURM_JOB_NAME": "secret"}
    found = allocated(given, node(tmp_path))
    assert found == Allocation("slurm", 0.25, "cpu 8/64, memory 64/256", "4711.0", cpus=8, memory_gb=64)


@pytest.mark.parametrize(
    ("more", "share"),
    [
        ({"SLURM_JOB_CPUS_PER_NODE": "16"}, 0.25),
        ({"SLURM_JOB_CPUS_PER_NODE": "32(x3)"}, 0.5),
        ({"SLURM_JOB_CPUS_PER_NODE": "32(x2),8"}, None),
        ({"SLURM_CPUS_ON_NODE": "16", "SLURM_MEM_PER_CPU": "8192"}, 0.5),
        ({"SLURM_CPUS_ON_NODE": "many"}, None),
        ({"SLURM_CPUS_ON_NODE": "128"}, 1.0),
        ({}, None),
    ],
)
def test_a_job_by_what_slurm_says(tmp_path: Path, more: dict[str, str], share: float | None) -> None:
    """16 processors of 8 GiB each: 128 of 256 GiB. Nodes given unlike numbers: which one this is, is not said."""
    assert allocated(JOB | more, node(tmp_path)).share == share


@pytest.mark.parametrize(
    ("more", "share"),
    [
        ({"SLURM_JOB_GPUS": "0,3"}, 0.5),
        ({"SLURM_STEP_GPUS": "1", "SLURM_JOB_GPUS": "0,1"}, 0.25),
        ({"SLURM_GPUS_ON_NODE": "4"}, 1.0),
        ({"SLURM_GPUS": "2"}, 0.5),
        ({"SLURM_GPUS": "2", "SLURM_JOB_NUM_NODES": "2"}, None),
        ({"SLURM_JOB_GPUS": "0", "CUDA_VISIBLE_DEVICES": "MIG-8f7c"}, None),
        ({}, None),
    ],
)
def test_cards_decide_where_there_are_some(tmp_path: Path, more: dict[str, str], share: float | None) -> None:
    """Four cards on the node, counted whole, of which the job was given a share; a slice of a card is not told."""
    found = allocated(JOB | {"SLURM_CPUS_ON_NODE": "8"} | more, node(tmp_path, cards=4))
    assert (found.share, found.device_count) == (share, 4 if share else None)


@pytest.mark.parametrize(
    ("files", "share"),
    [
        ({"sys/fs/cgroup/cpu.max": "800000 100000", "sys/fs/cgroup/memory.max": "max"}, 0.125),
        ({"sys/fs/cgroup/cpu.max": "max 100000", "sys/fs/cgroup/memory.max": str(64 * GIB)}, 0.25),
        ({"sys/fs/cgroup/cpuset.cpus.effective": "0-15,32-47"}, 0.5),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "3200000", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"}, 0.5),
        ({"sys/fs/cgroup/memory/memory.limit_in_bytes": str(128 * GIB)}, 0.5),
        ({"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, None),
        ({"sys/fs/cgroup/cpu.max": "max 100000", "sys/fs/cgroup/cpuset.cpus.effective": "0-63"}, None),
        ({"sys/fs/cgroup/pod/cpu.max": "1600000 100000", "sys/fs/cgroup/pod/inner/cpu.max": "max 100000"}, 0.25),
        ({}, None),
    ],
)
def test_a_container_by_the_limits_of_its_control_groups(
    tmp_path: Path, files: dict[str, str], share: float | None
) -> None:
    groups = "0::/pod/inner\n5:cpu:/docker/abc\n6:memory:/docker/abc\n"
    root = node(tmp_path, files={".dockerenv": "", "proc/self/cgroup": groups, **files})
    found = allocated({}, root)
    assert (found.by, found.share) == ("container", share)


def test_a_machine_of_ones_own_is_given_by_nobody(tmp_path: Path) -> None:
    root = node(tmp_path, files={"sys/fs/cgroup/cpu.max": "800000 100000"})
    assert allocated({}, root) == Allocation()


def test_nodes_that_share_an_image_are_told_apart(tmp_path: Path) -> None:
    """Nodes started over the network hold the same machine-id: their starts differ."""
    roots = [
        node(tmp_path / name, files={"etc/machine-id": "same", "proc/sys/kernel/random/boot_id": name})
        for name in ("one", "two")
    ]
    alone = {machine.identity(tmp_path / "salt", root, {}) for root in roots}
    jobs = {machine.identity(tmp_path / "salt", root, JOB) for root in roots}
    assert (len(alone), len(jobs)) == (1, 2)


def test_a_job_in_a_container_without_the_tools_of_slurm_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """codecarbon asks scontrol for the memory of the job, and does not foresee that there is none."""
    from codecarbon.core import hardware_cache, util
    from codecarbon.external import ram

    for name, value in JOB.items():
        monkeypatch.setenv(name, value)
    for module in (util, ram):
        monkeypatch.setattr(module, "SLURM_JOB_ID", "4711")
    hardware_cache.clear_cache()
    with Tracker(options(tmp_path), Shelf()) as run:
        pass
    hardware_cache.clear_cache()
    assert run.problem is None
    ((_, side),) = kept(tmp_path)
    assert (side.job, side.allocated_by, side.resource_share) == ("4711.0", "slurm", None)
    assert not any(b"marie" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
