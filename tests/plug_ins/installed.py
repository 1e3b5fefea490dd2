"""Packages that add to SobrIA, installed for a test: the example by pip, and faulty ones as pip would leave them."""

from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "sobria-acme"
PLUGS = EXAMPLE / "plugs.jsonl"


def package(folder: Path, name: str, group: str, source: str, entry: str = "") -> None:
    """A package of one module, version 0.3, that declares `PLUG` under a name: its own, or `entry`."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(source, "utf-8")
    about = folder / f"{module}-0.3.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.3\n", "utf-8")
    (about / "entry_points.txt").write_text(f"[{group}]\n{entry or module} = {module}:PLUG\n", "utf-8")
