"""Form sets: which forms, with which pictures of the blank paper, a reading was made by."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from pipeline.errors import refuse


def form_set_of(folder: Path) -> str:
    """SHA-256 over the form documents of a folder and the pictures they refer to, whatever else lies there."""
    whole = sha256()
    for document in sorted(folder.glob("*.json")):
        for file in (document, *_references(document)):
            content = file.read_bytes()
            whole.update(f"{file.name}\0{len(content)}\0".encode())
            whole.update(content)
    return whole.hexdigest()


def _references(document: Path) -> list[Path]:
    sides = json.loads(document.read_bytes()).get("sides", [])
    named = {name for side in sides for name in (side.get("reference") or {}).get("files", [])}
    return [document.parent / name for name in sorted(named)]


@lru_cache(maxsize=4)
def check_form_set(folder: str, form_set: str) -> None:
    """Refused where the forms that lie in ``folder`` are not those of ``form_set``; looked at once a process."""
    try:
        next(Path(folder).iterdir(), None)  # a folder that is not there is no empty one
        found = form_set_of(Path(folder))
    except OSError as error:
        raise refuse(
            "forms-unreadable",
            folder,
            "the forms cannot be read ({why}); on a cluster every worker needs the workspace under this path",
            why=error.strerror or str(error),
        ) from error
    if found != form_set:
        raise refuse(
            "forms-changed",
            folder,
            "these are not the forms that the batch was opened with ({found}, expected {expected}); restore them "
            "from a backup, nothing was read with other forms",
            found=found[:12],
            expected=form_set[:12],
        )
