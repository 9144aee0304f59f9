"""What all tests share: where the real paper lies, if it is here, and how to skip where it is not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

# Machines are shared and noisy: no test is timed.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# As in the program: parallel tests are processes, so each keeps to one thread.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ.setdefault(name, "1")

SHARED = Path(os.environ.get("KIEMPHIEU_SHARED", Path(__file__).parents[1] / ".." / "shared")).resolve()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real paper, prescribed forms and official schemas, which is not in the repository."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder of real paper and prescribed forms is not beside this checkout")
    return SHARED


@contextmanager
def _launched() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed; 'make test' installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


_RUNNING: list[Browser] = []
"""Playwright runs once in a process, and while it does, no other event loop can be run there."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window, for the screens' tests: one for all of them."""
    with _launched() as started:
        _RUNNING.append(started)
        yield started
        _RUNNING.clear()


@pytest.fixture
def chromium_once() -> Iterator[Browser]:
    """For a test among others that run event loops of their own: closed at its end, unless one was there before."""
    if _RUNNING:
        yield _RUNNING[0]
        return
    with _launched() as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests count what is asked to the item: the random sample is drawn only where a test asks for it."""
    ingest = sys.modules.get("pipeline.usecases.ingest")
    if ingest is not None:
        monkeypatch.setattr(ingest, "BLIND_SAMPLE", 0.0)
