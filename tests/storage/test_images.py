"""The image store: every scan once, unchanged, whole or not at all."""

from __future__ import annotations

import errno
import os
import pickle
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import Refusal
from pipeline.storage.images import ImageStore

SCAN = b"a scan of a ballot" * 1000


def files_in(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


def test_a_scan_is_kept_once_and_comes_back_unchanged(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    assert store.keep(SCAN) == store.keep(SCAN)
    (digest,) = store.digests()
    assert store.load(digest) == SCAN
    assert files_in(tmp_path) == [store.path(digest)]


@pytest.mark.parametrize("rotten", [SCAN.replace(b"ballot", b"bal1ot", 1), SCAN[:-1], b""])
def test_a_stored_scan_that_rotted_is_refused_when_given_again_and_when_read(tmp_path: Path, rotten: bytes) -> None:
    store = ImageStore(tmp_path)
    digest = store.keep(SCAN)
    store.path(digest).write_bytes(rotten)
    with pytest.raises(Refusal, match="image-changed"):
        store.keep(SCAN)
    with pytest.raises(Refusal, match="image-changed"):
        store.load(digest)
    assert store.path(digest).read_bytes() == rotten


def test_a_scan_that_is_gone_is_refused_by_its_path(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    digest = store.keep(SCAN)
    store.path(digest).unlink()
    with pytest.raises(Refusal, match=digest):
        store.load(digest)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_refuses_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = ImageStore(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os if call == "fsync" else Path, call, full)
        with pytest.raises(Refusal, match="No space left"):
            store.keep(SCAN)
    assert files_in(tmp_path) == []
    assert store.load(store.keep(SCAN)) == SCAN


def test_a_write_that_is_cut_short_by_the_system_leaves_nothing(tmp_path: Path) -> None:
    code = f"""
import resource, sys
from pathlib import Path
from pipeline.errors import Refusal
from pipeline.storage.images import ImageStore
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, {resource.RLIM_INFINITY}))
try:
    ImageStore(Path(sys.argv[1])).keep(b"x" * 20000)
except Refusal as refusal:
    print(refusal.problems[0].code)
"""
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "disk-full"
    assert files_in(tmp_path) == []


def test_a_refusal_crosses_from_worker_to_parent_whole(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        ImageStore(tmp_path).load("ab" * 32)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
