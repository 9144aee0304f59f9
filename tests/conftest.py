"""What all tests share: where the real paper lies, if it is here, and how to skip where it is not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window, one for all tests of a process: Playwright runs once in each."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed; 'make test' installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(autouse=True)
def nothing_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests count what is asked to the item: the random sample is drawn only where a test asks for it."""
    ingest = sys.modules.get("pipeline.usecases.ingest")
    if ingest is not None:
        monkeypatch.setattr(ingest, "BLIND_SAMPLE", 0.0)
