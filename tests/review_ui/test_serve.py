"""The command: what it refuses before it listens, and TLS with a certificate made here."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from serving import free_port, kill

from pipeline.errors import Refusal
from review_ui.tls import read, self_made

NOW = datetime.now(UTC)


def refused(*arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "kiemphieu", "serve", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr.count("\n") == 1
    return ran.stderr


def test_no_plain_text_on_a_network(empty_workspace: Path) -> None:
    assert "[tls-missing]" in refused(str(empty_workspace), "--host", "0.0.0.0")


def test_a_certificate_without_its_key_and_a_port_that_is_taken(empty_workspace: Path, tmp_path: Path) -> None:
    assert "[certificate]" in refused(str(empty_workspace), "--cert", str(tmp_path / "c.pem"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "[port]" in refused(str(empty_workspace), "--port", str(taken.getsockname()[1]))


def test_no_workspace(tmp_path: Path) -> None:
    assert "[workspace-missing]" in refused(str(tmp_path / "nothing"), "--port", str(free_port()))


def test_a_self_made_certificate_is_kept_and_serves(empty_workspace: Path, tmp_path: Path) -> None:
    folder, port = tmp_path / "workspace", free_port()
    shutil.copytree(empty_workspace, folder)
    running = subprocess.Popen(
        [sys.executable, "-m", "kiemphieu", "serve", str(folder), "--port", str(port), "--self-signed"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "KIEMPHIEU_LANG": "en", "COLUMNS": "400"},
    )
    try:
        page = _fetched(f"https://127.0.0.1:{port}/sign-in", folder / "tls" / "certificate.pem")
    finally:
        kill(running)
    assert "Đăng nhập" in page
    assert running.stdout is not None
    said = running.stdout.read()
    der = ssl.PEM_cert_to_DER_cert((folder / "tls" / "certificate.pem").read_text())
    digest = hashlib.sha256(der).hexdigest().upper()
    assert ":".join(digest[i : i + 2] for i in range(0, 64, 2)) in said
    assert re.search(r"one-time password [a-z0-9]{4}(-[a-z0-9]{4}){3} ", said)
    assert (folder / "tls" / "key.pem").stat().st_mode & 0o077 == 0


def _fetched(address: str, certificate: Path) -> str:
    for _ in range(1200):
        try:
            trusted = ssl.create_default_context(cafile=str(certificate))
            with urllib.request.urlopen(address, context=trusted, timeout=5) as answer:
                return str(answer.read().decode())
        except (OSError, ssl.SSLError):
            time.sleep(0.05)
    raise AssertionError(f"nothing answers at {address}")


def test_a_certificate_is_made_anew_when_it_ends_or_lacks_the_address(tmp_path: Path) -> None:
    first = self_made(tmp_path, "192.0.2.1", NOW)
    assert self_made(tmp_path, "192.0.2.1", NOW).fingerprint == first.fingerprint
    other = self_made(tmp_path, "192.0.2.2", NOW)
    assert other.fingerprint != first.fingerprint
    assert self_made(tmp_path, "192.0.2.2", NOW + timedelta(days=360)).fingerprint != other.fingerprint


def test_a_pair_that_does_not_belong_together(tmp_path: Path) -> None:
    one, other = self_made(tmp_path / "a", "127.0.0.1", NOW), self_made(tmp_path / "b", "127.0.0.1", NOW)
    for certificate, key in ((one.certificate, other.key), (one.key, one.key), (one.certificate, tmp_path / "none")):
        with pytest.raises(Refusal) as told:
            read(certificate, key)
        assert told.value.problems[0].code == "certificate"
