"""The scanned files, each kept once under its SHA-256 and never changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import refuse


@dataclass(frozen=True, slots=True)
class ImageStore:
    """A folder of files named by their digest, two letters of it as sub-folder."""

    folder: Path

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def keep(self, content: bytes) -> str:
        """Store the bytes and give their digest; a second time nothing is written.

        Durable when it returns: written beside, flushed, renamed, folder flushed. Refused: ``disk-full``, and
        ``image-changed`` where the file that stands there is no longer what was stored.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if path.exists():
            # Read again rather than measured: bits that rot do not change the size.
            self.load(sha256)
            return sha256
        try:
            self._write(path, content)
        except OSError as error:
            raise refuse(
                "disk-full",
                str(self.folder),
                "the scan cannot be kept ({why}); free space on this disk and run the same command again",
                why=error.strerror or str(error),
            ) from error
        return sha256

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        flush_folder(path.parent)

    def load(self, sha256: str) -> bytes:
        """The bytes of a digest; refused where they are gone or are not what was stored."""
        try:
            content = self.path(sha256).read_bytes()
        except OSError as error:
            raise refuse(
                "image-missing",
                str(self.path(sha256)),
                "the stored scan cannot be read ({why}); restore it from a backup, and on a cluster check that "
                "every worker sees the workspace under this path",
                why=error.strerror or str(error),
            ) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise refuse(
                "image-changed",
                str(self.path(sha256)),
                "the stored scan is changed or damaged, so the disk cannot be trusted; check the disk and restore "
                "this file from a backup",
            )
        return content

    def digests(self) -> list[str]:
        """Every stored digest, sorted."""
        return sorted(p.name for p in self.folder.glob("??/*") if not p.name.startswith("."))


def flush_folder(folder: Path) -> None:
    """Wait until the disk has the names in ``folder``, so that a file renamed into it is still there after a crash."""
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
