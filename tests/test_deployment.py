"""The files of docs/deploy/, read by the programs that they are written for."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scripts.conformance.servers import Answer, serving
from tests.conftest import ROOT
from tests.skipped import NO_NGINX
from tests.support import sobria

DEPLOY = ROOT / "docs" / "deploy"
UNITS = DEPLOY / "systemd"
SECRET = "0123456789abcdef" * 4
HTTP = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 64; }}
http {{ access_log off; {temporary}
{server} }}"""


def told(command: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """What reached us."""
    return 200, "application/json", json.dumps({"path": path, **headers}).encode()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real nginx with the file as it is shipped: only its ports, its paths and encryption are others."""
    from tests.browser.test_writing import FOLDERS, free_ports, wait_until_open

    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if nginx is None:
        pytest.skip(NO_NGINX)
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "sobria.htpasswd").write_text("camille:{PLAIN}mot\n")
    (folder / "sobria-secret.conf").write_text(f'proxy_set_header X-Sobria-Proxy-Secret "{SECRET}";\n')
    (port,) = free_ports(1)
    with serving(told) as pages, serving(told) as intake:
        server = re.sub(r"\n *ssl_[^\n]*", "", (DEPLOY / "nginx.conf").read_text("utf-8"))
        for ours, theirs in (
            ("listen 443 ssl", f"listen 127.0.0.1:{port}"),
            ("/etc/nginx/", f"{folder}/"),
            ("http://127.0.0.1:8501", pages),
            ("http://127.0.0.1:8502", intake),
        ):
            assert ours in server
            server = server.replace(ours, theirs)
        temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in FOLDERS)
        (folder / "conf").write_text(HTTP.format(folder=folder, temporary=temporary, server=server))
        running = subprocess.Popen([nginx, "-e", f"{folder}/log", "-c", f"{folder}/conf"])
        try:
            wait_until_open(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(timeout=20)


def asked(address: str, **headers: str) -> tuple[int, dict[str, str]]:
    sent = urllib.request.Request(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(sent, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, {}


FORGED = {"X_Sobria_Proxy_Secret": "guess"}
PASSWORD = {"Authorization": "Basic Y2FtaWxsZTptb3Q="}  # camille:mot


def test_nginx_lets_nobody_in_without_a_password_and_shows_its_own_secret(proxy: str) -> None:
    """The pages: 401, then the secret of the proxy in place of a forged one, and no password goes further."""
    assert asked(f"{proxy}/brancher", **FORGED)[0] == 401
    status, reached = asked(f"{proxy}/brancher?lang=fr", Host="sobria.exemple.fr", **FORGED, **PASSWORD)
    assert status == 200 and reached["path"] == "/brancher?lang=fr"
    assert reached["x-sobria-proxy-secret"] == SECRET and "authorization" not in reached
    assert reached["host"] == "sobria.exemple.fr"


@pytest.mark.parametrize("path", ["/v1/rows", "/api/v1/totals?lang=fr", "/metrics"])
def test_nginx_passes_senders_and_readers_on_with_their_token(proxy: str, path: str) -> None:
    status, reached = asked(f"{proxy}{path}", Authorization="Bearer token")
    assert (status, reached["path"], reached["authorization"]) == (200, path, "Bearer token")
    assert SECRET not in reached.values()


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, where the command is that of this environment."""
    folder = Path(shutil.copytree(UNITS, tmp_path / "system"))
    for unit in folder.glob("*.service"):
        unit.write_text(unit.read_text("utf-8").replace("/opt/sobria/bin", str(Path(sys.executable).parent)))
    return folder


def verified(units: Path) -> str:
    """What systemd says of them: it exits with 0 even where a key is unknown."""
    command = shutil.which("systemd-analyze")
    if command is None:
        pytest.skip("no systemd-analyze")
    named = sorted(str(path) for path in units.iterdir() if path.is_file())
    env = os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"}
    done = subprocess.run([command, "verify", *named], env=env, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_systemd_has_nothing_to_say_of_the_units(units: Path) -> None:
    """And would say it, of the part that they share too."""
    assert verified(units) == ""
    shared = units / "sobria-.service.d" / "sobria.conf"
    shared.write_text(shared.read_text("utf-8") + "Bogus=yes\n")
    assert "Bogus" in verified(units)


def test_each_command_of_the_units_and_containers_exists(tmp_path: Path) -> None:
    """`sobria … --help` answers for each, with each option that is written."""
    texts = [path.read_text("utf-8") for path in sorted(UNITS.glob("*.service"))]
    lines = [found for text in texts for found in re.findall(r"/opt/sobria/bin/sobria ([^\n']*)", text)]
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    lines += [" ".join(one["command"]) for one in services.values() if "command" in one]
    assert len(lines) == 7
    for line in lines:
        words = re.match(r"[a-z ]+", line)[0].split()  # type: ignore[index]
        words = words[: 2 if words[0] == "ledger" else 1]
        helped = sobria(tmp_path, *words, "--help").stdout
        assert all(option in helped for option in re.findall(r"--[a-z-]+", line)), line


def test_the_containers_have_no_right_and_write_only_in_the_home() -> None:
    body = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    for name, service in body["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["volumes"] == ["home:/var/lib/sobria"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
    image = (DEPLOY / "Containerfile").read_text("utf-8")
    assert "USER 10001:10001" in image and "HEALTHCHECK" in image
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", image, re.M)
    for path in " ".join(copied).split():
        assert (ROOT / path).exists(), path
    built = {name for name in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
             ["targets"]["wheel"]["packages"]}  # fmt: skip
    assert built <= set(" ".join(copied).split())
