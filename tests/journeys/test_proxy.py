"""The proxy of the documents, in front of a service that is really started."""

import getpass
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from socket import create_connection, socket

import httpx
import pytest

from tests.parts import is_missing

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/how-to/install-on-a-server.md").read_text(encoding="utf-8")
AROUND = """
user {user};
error_log stderr;
pid {folder}/pid;
daemon off;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""


def a_free_port() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen) -> None:
    for _ in range(600):
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(port)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The port of a service with its pages."""
    port = a_free_port()
    variables = {
        "PYTHONPATH": str(ROOT),
        "DETECTOR_PORT": str(port),
        "DETECTOR_CONSOLE": "true",
        "DETECTOR_PUBLIC_URL": "https://moderation.example.org",
        "DETECTOR_WORK": "false",
    }
    started = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve"],
        cwd=tmp_path_factory.mktemp("service"),
        env=os.environ | variables,
        stderr=subprocess.DEVNULL,
    )
    wait_for(port, started)
    yield port
    started.terminate()
    started.wait(30)


@pytest.fixture(scope="module")
def proxy(service, tmp_path_factory):
    """A client of nginx, which is set up as the document says but for ports and certificate."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        is_missing("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=moderation.example.org", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    port = a_free_port()
    (server,) = re.findall(r"```nginx\n(.*?)```", DOCUMENT, re.DOTALL)
    for told, here in (
        ("443 ssl", f"127.0.0.1:{port} ssl"),
        ("127.0.0.1:8000", f"127.0.0.1:{service}"),
        ("/etc/ssl/moderation.pem", str(certificate)),
        ("/etc/ssl/private/moderation.key", str(key)),
    ):
        assert told in server
        server = server.replace(told, here)
    (folder / "nginx.conf").write_text(
        AROUND.format(user=getpass.getuser(), folder=folder, server=server), encoding="utf-8"
    )
    started = subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf"])
    wait_for(port, started)
    with httpx.Client(
        base_url=f"https://127.0.0.1:{port}",
        verify=False,
        headers={"Host": "moderation.example.org"},
        timeout=120,  # the service listens before it has warmed up
    ) as client:
        yield client
    started.terminate()
    started.wait(30)


def test_the_service_is_reached_but_not_its_metrics(proxy):
    assert proxy.get("/healthz").json() == {"status": "alive"}
    assert proxy.get("/metrics").status_code == 404


def test_a_body_as_large_as_the_service_takes_reaches_it_and_a_larger_one_does_not(proxy):
    assert proxy.post("/v1/complaints", content=b" " * 15_000_000).status_code == 401
    assert proxy.post("/v1/complaints", content=b" " * 17_000_000).status_code == 413


def test_a_form_counts_as_ours_by_https_alone(proxy):
    entered = proxy.post(
        "/login", data={"key": "none of ours"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert entered.status_code == 401
    from_elsewhere = proxy.post(
        "/login", data={"key": "x"}, headers={"Origin": "http://moderation.example.org"}
    )
    assert from_elsewhere.status_code == 403
