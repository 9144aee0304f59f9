"""The application on a real port: in this process, or as the command in one that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from pipeline.usecases.workspace import Workspace
from review_ui.app import create_app
from review_ui.state import Limits


@dataclass
class Serving:
    """A running application."""

    address: str
    workspace: Workspace


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve_here(workspace: Workspace) -> Iterator[Serving]:
    with serve_app(create_app(workspace, limits=Limits(sign_in=1000)), workspace) as running:
        yield running


@contextmanager
def serve_app(app: FastAPI, workspace: Workspace) -> Iterator[Serving]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        answers(f"http://127.0.0.1:{port}/sign-in")
        yield Serving(f"http://127.0.0.1:{port}", workspace)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=10)


def answers(address: str) -> None:
    for _ in range(4000):  # a machine that is busy with other tests
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"nothing answers at {address}")


def command(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """``kiemphieu serve`` in a process of its own."""
    started = subprocess.Popen(
        [sys.executable, "-m", "kiemphieu", "serve", str(folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        answers(f"http://127.0.0.1:{port}/sign-in")
    except AssertionError:
        started.kill()
        raise
    return started


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
