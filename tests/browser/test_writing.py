"""Who may write, from outside: the link in a real browser, forged headers, and real reverse proxies."""

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.server.write_access import SECRET
from estimator.ledger import Ledger
from tests.browser.conftest import Server
from tests.browser.test_pages import open_page, settled
from tests.home import copied
from tests.ingestion.formats import FORMATS
from tests.skipped import NO_NGINX

NAME = "sobria.exemple"
SHARED = "0123456789abcdef" * 4
UPLOAD = "/_stcore/upload_file/session/file"
WRITER, READER = (
    403,
    405,
)  # Streamlit, which the request reached, wants the token of a page; the guard lets none through
FORGED = {
    "X-Sobria-Writer": "inf",
    "X-Sobria-Proxy-Secret": "guess",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Host": "localhost",
    "X-Real-IP": "127.0.0.1",
    "Forwarded": "for=127.0.0.1;host=localhost",
}
# Each kind of proxy: what it adds to the requests that it passes on.
PROXIES = {
    "host kept": "proxy_set_header Host $http_host;",
    "host of its own": "",
    "with the secret": f'proxy_set_header Host $http_host; proxy_set_header X-Sobria-Proxy-Secret "{SHARED}";',
}
NGINX = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 64; }}
http {{ access_log off; {temporary} client_max_body_size 6m;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
{servers} }}"""
PROXY = """  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {to}; proxy_http_version 1.1; {adds}
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; }} }}"""
FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@pytest.fixture(scope="module")
def home(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(real_home, tmp_path_factory.mktemp("write"))


@pytest.fixture(scope="module")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose pages are opened by readers, unless they use its link."""
    secret = tmp_path_factory.mktemp("secret") / "proxy"
    secret.write_text(SHARED)
    secret.chmod(0o600)
    running = Server(home, "--allowed-host", NAME, "--proxy-secret-file", str(secret))
    running.writer = False
    yield running
    running.stop()


@pytest.fixture(scope="module")
def proxies(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A real nginx before the server, at an address for each kind of proxy."""
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if nginx is None:
        pytest.skip(NO_NGINX)
    folder = tmp_path_factory.mktemp("nginx")
    ports = dict(zip(PROXIES, free_ports(len(PROXIES)), strict=True))
    servers = [PROXY.format(port=ports[kind], to=server.address, adds=adds) for kind, adds in PROXIES.items()]
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in FOLDERS)
    (folder / "conf").write_text(NGINX.format(folder=folder, temporary=temporary, servers="\n".join(servers)))
    running = subprocess.Popen([nginx, "-e", f"{folder}/log", "-c", f"{folder}/conf"])
    try:
        for port in ports.values():
            wait_until_open(port)
        yield {kind: f"http://127.0.0.1:{port}" for kind, port in ports.items()}
    finally:
        running.terminate()
        running.wait(timeout=20)


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens to."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in held]
    for opened in held:
        opened.close()
    return ports


def wait_until_open(port: int) -> None:
    for _ in range(200):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens to {port}")


def sent(address: str, headers: Mapping[str, str], path: str = UPLOAD) -> int:
    """The status of a file sent with these headers, Host among them, by something that is no browser."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    connection.request("PUT", path, b"", dict(headers))
    return connection.getresponse().status


def origin(host: str) -> dict[str, str]:
    return {"Host": host, "Origin": f"http://{host}"}


def imported(screen: Page, address: str, name: str, home: Path) -> None:
    """Drop a file on the page and import it."""
    screen.goto(f"{address}/brancher?lang=fr")
    settled(screen)
    content = (FORMATS / name).read_bytes()
    screen.set_input_files("input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": content})
    held = len(Ledger(home).imports.read()[0])
    screen.get_by_role("button", name="Importer ").click(timeout=20_000)
    expect(screen.locator(".banner.done")).to_contain_text("lignes acceptées", timeout=20_000)
    assert len(Ledger(home).imports.read()[0]) == held + 1


def test_the_link_lets_a_browser_import_and_fill_in_the_register(screen: Page, server: Server, home: Path) -> None:
    used = server.link
    screen.goto(used)
    settled(screen)
    server.link = server.said()
    assert screen.url == f"{server.address}/?lang=fr"
    imported(screen, server.address, "litellm.jsonl", home)
    open_page(screen, server, "/registre?faire=importer", "fr")
    expect(screen.locator("[data-testid=stForm]")).to_be_visible()
    answer = screen.goto(used)
    assert answer is not None and answer.status == 403
    expect(screen.get_by_role("heading", name="Ce lien ne sert plus")).to_be_visible()


def test_another_browser_on_the_same_machine_only_reads(screen: Page, server: Server) -> None:
    screen.set_extra_http_headers(FORGED)
    for address in (server.address, server.address.replace("127.0.0.1", "localhost")):
        screen.goto(f"{address}/brancher?lang=fr")
        settled(screen)
        expect(screen.get_by_text("Lecture seule")).to_be_visible()
        assert screen.locator("input[type=file]").count() == 0
        screen.goto(f"{address}/registre?lang=fr&faire=ajouter")
        settled(screen)
        expect(screen.get_by_text("Lecture seule")).to_be_visible()
        assert screen.locator("[data-testid=stForm]").count() == 0


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("path", [UPLOAD, UPLOAD + "?", "//_stcore/upload_file/a/b", "/_stcore/upload_file/../a/b"])
def test_no_header_that_one_can_forge_lets_a_file_in(server: Server, name: str, path: str) -> None:
    host = f"{name}:{urlsplit(server.address).port}"
    assert sent(server.address, FORGED | origin(host), path) == READER


@pytest.mark.parametrize("kind", ["host kept", "host of its own"])
@pytest.mark.parametrize("name", [NAME, "localhost", "127.0.0.1"])
def test_nobody_writes_through_a_proxy_that_shows_no_secret(
    server: Server, proxies: Mapping[str, str], kind: str, name: str
) -> None:
    asked = FORGED | origin(name)
    if kind == "host of its own":
        asked["Origin"] = server.address
    assert sent(proxies[kind], asked) == READER


def test_a_page_through_a_proxy_that_shows_no_secret_only_reads(screen: Page, proxies: Mapping[str, str]) -> None:
    screen.goto(proxies["host kept"].replace("127.0.0.1", "localhost") + "/brancher?lang=fr")
    settled(screen)
    expect(screen.get_by_text("Lecture seule")).to_be_visible()


@pytest.mark.parametrize("forged", [{}, {SECRET: "guess"}])
def test_a_proxy_that_shows_the_secret_shows_its_own(proxies: Mapping[str, str], forged: Mapping[str, str]) -> None:
    assert sent(proxies["with the secret"], {**origin(NAME), **forged}) == WRITER


def test_who_comes_through_the_proxy_with_the_secret_imports(
    screen: Page, proxies: Mapping[str, str], home: Path
) -> None:
    imported(screen, proxies["with the secret"], "nvidia_smi.csv", home)
