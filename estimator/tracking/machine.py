"""Facts of this computer: identity hash, time zone, kind, accelerators, virtual or not."""

import os
import platform
import re
import secrets
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path("/")

# Chassis types of the SMBIOS specification (DMTF DSP0134, table « System Enclosure or Chassis Types »).
_LAPTOP = {8, 9, 10, 14, 31, 32}
_DESKTOP = {3, 4, 5, 6, 7, 13, 15, 16, 35, 36}
_RACK_SERVER = {17, 23, 25, 28, 29}
_HYPERVISORS = ("kvm", "qemu", "vmware", "virtualbox", "xen", "virtual machine", "hvm domu", "bochs", "google compute")
_CLOUDS = ("amazon", "google", "microsoft", "alibaba", "digitalocean", "scaleway", "hetzner", "openstack", "ovh")
# Vendors and device classes of the PCI bus (PCI Code and ID Assignment Specification).
_NVIDIA, _AMD = "0x10de", "0x1002"
_SCREEN, _COMPUTING = "0x0300", ("0x0302", "0x0380", "0x1200")
_CONTAINERS = ("docker", "kubepods", "containerd", "libpod", "lxc")


def read_text(path: Path) -> str:
    """The stripped text of a small system file, empty when absent or unreadable."""
    try:
        return path.read_text("utf-8", errors="replace").strip("\0 \n")
    except OSError:
        return ""


def virtual(root: Path = ROOT) -> bool:
    """Whether this is a virtual machine: its energy counters, if any, are not those of the physical one."""
    flags = next((line for line in read_text(root / "proc/cpuinfo").splitlines() if line.startswith("flags")), "")
    product = " ".join(read_text(root / "sys/class/dmi/id" / name) for name in ("sys_vendor", "product_name")).lower()
    return (
        "hypervisor" in flags.split()
        or bool(read_text(root / "sys/hypervisor/type"))
        or any(name in product for name in _HYPERVISORS)
        or "microsoft" in read_text(root / "proc/version").lower()
    )


def hypervisor(root: Path = ROOT) -> str | None:
    """Maker and product of a virtual machine, `unknown` when it does not say; None for a physical machine."""
    if not virtual(root):
        return None
    product = " ".join(read_text(root / "sys/class/dmi/id" / name) for name in ("sys_vendor", "product_name")).strip()
    return product if product.isprintable() and 0 < len(product) <= 80 else "unknown"


def in_container(root: Path = ROOT) -> bool:
    """Whether this runs in a container, which shares its machine with others that it cannot see."""
    marks = (".dockerenv", "run/.containerenv", "run/systemd/container")
    groups = read_text(root / "proc/1/cgroup").lower()
    return any((root / mark).exists() for mark in marks) or any(name in groups for name in _CONTAINERS)


def kind(root: Path = ROOT) -> str | None:
    """The subject `machine/…` of this chassis type, None when unknown.

    A virtual machine has no chassis: it is a part of an unknown host, of a cloud when its maker says so. On Windows
    (WSL), it is the whole computer.
    """
    maker = (hypervisor(root) or "").lower()
    if maker and "microsoft" not in read_text(root / "proc/version").lower():
        return "machine/vm-cloud" if any(name in maker for name in _CLOUDS) else "machine/vm-any"
    chassis = read_text(root / "sys/class/dmi/id/chassis_type")
    if maker or not chassis.isdigit():
        return None
    for types, subject in ((_LAPTOP, "laptop"), (_DESKTOP, "desktop"), (_RACK_SERVER, "rack-server")):
        if int(chassis) in types:
            return f"machine/{subject}"
    return None


class Cards(NamedTuple):
    """Accelerators: those with a running NVIDIA driver, their models, NVIDIA card without it, AMD computing cards."""

    nvidia: int
    models: tuple[str, ...]
    nvidia_asleep: bool
    amd: bool


def cards(root: Path = ROOT) -> Cards:
    """The computing cards. Graphics integrated in the processor are left out: they are counted with it."""
    running = sorted(root.glob("proc/driver/nvidia/gpus/*/information"))
    devices = [device for device in root.glob("dev/nvidia*") if re.fullmatch(r"nvidia\d+", device.name)]
    models = {found[1].strip() for card in running if (found := re.search(r"Model:\s*(.+)", read_text(card)))}
    bus = [(read_text(d / "vendor"), read_text(d / "class")[:6]) for d in root.glob("sys/bus/pci/devices/*")]
    count = len(running) or len(devices)
    return Cards(
        count,
        tuple(sorted(models)),
        not count and any(maker == _NVIDIA and kind in (_SCREEN, *_COMPUTING) for maker, kind in bus),
        any(maker == _AMD and kind in _COMPUTING for maker, kind in bus),
    )


def timezone(root: Path = ROOT, environ: Mapping[str, str] = os.environ) -> str | None:
    """IANA name of the local time zone of this process, None when there is only an offset."""
    local = root / "etc/localtime"
    given = environ.get("TZ")
    if given is not None:
        name = given.removeprefix(":") or "UTC"
    elif local.is_symlink():
        name = os.readlink(local).partition("zoneinfo/")[2]
    elif local.exists():
        name = read_text(root / "etc/timezone")
    else:
        name = "UTC"
    try:
        return str(ZoneInfo(name)) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def identity(salt: Path, root: Path = ROOT, environ: Mapping[str, str] = os.environ) -> str:
    """Hash that identifies this computer and from which nothing can be recovered.

    From the machine id of the installation; in a container, or on a node of a cluster, whose files may be those of
    an image that others share, from the boot id of the kernel, so that the containers and jobs of one
    computer share one identity; failing both, from the host name and a random number stored in the file `salt`.
    """
    installed, started = read_text(root / "etc/machine-id"), read_text(root / "proc/sys/kernel/random/boot_id")
    if started and (in_container(root) or environ.get("SLURM_JOB_ID")):
        known = "boot " + started
    elif installed:
        known = "machine " + installed
    else:
        known = f"host {platform.node()} {_secret(salt)}"
    return blake2b(known.encode(), key=b"sobria machine", digest_size=16).hexdigest()


def _secret(salt: Path) -> str:
    if not salt.exists():
        salt.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(salt, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:  # another run has just written it
            pass
    return read_text(salt)
