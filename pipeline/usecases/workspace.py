"""A workspace: the folder or database that one election is counted in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.access.roles import SYSTEM
from pipeline.audit.chain import AuditEvent
from pipeline.election.codec import digest as election_digest
from pipeline.election.codec import from_json, to_json
from pipeline.election.definition import Election
from pipeline.errors import refuse
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.ballots import ballot_of
from pipeline.forms.document import load_form
from pipeline.forms.printing import write_form
from pipeline.forms.template import Form
from pipeline.recognize.read import ENGINE
from pipeline.review.profile import Profile, default_profile, parse_profile
from pipeline.storage import accounts, log, settings
from pipeline.storage.database import Database, open_database
from pipeline.storage.images import ImageStore
from pipeline.storage.migrations import upgrade
from pipeline.usecases.complete_ballots import Count
from pipeline.usecases.form_sets import form_set_of

DATABASE = "kiemphieu.sqlite"
ADDRESS = "workspace.json"
Clock = Callable[[], datetime]


def now() -> datetime:
    """The machine's clock; nothing is ever put in order by it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open workspace."""

    folder: Path
    database: Database
    images: ImageStore
    election: Election
    forms: Mapping[str, Form]
    form_set: str
    profile: Profile
    trial: bool
    clock: Clock = now

    @property
    def forms_folder(self) -> Path:
        return self.folder / "forms"

    @property
    def count(self) -> Count:
        return Count(self.election, dict(self.forms), self.trial)

    def close(self) -> None:
        self.database.close()


def create_workspace(
    folder: Path,
    election: Election,
    address: str | None = None,
    clock: Clock = now,
    profile: Profile | None = None,
    *,
    paper: bool = True,
) -> Workspace:
    """Make a workspace in an empty or absent ``folder``; ``address`` is a PostgreSQL URL, else SQLite.

    The ballots of every unit are laid out and their forms written beside it, but not for a committee that counts no
    ballot itself (``paper`` false). ``profile``: the shipped one otherwise.
    Refused where a workspace stands already, and where the profile is of another engine.
    """
    profile = profile or default_profile()
    profile.check_engine(ENGINE)
    if folder.exists() and any(folder.iterdir()):
        raise refuse(
            "workspace-exists", str(folder), "the folder is not empty; choose a new one, nothing was changed here"
        )
    layouts = [ballot_of(election, unit.id) for unit in election.units if unit.seats and paper]
    # An address that does not answer must leave nothing behind that would refuse the next attempt.
    remote = open_database(address) if address else None
    with _made_whole(folder):
        _make(folder, election, layouts, address, remote, profile, clock)
    return open_workspace(folder, clock)


@contextmanager
def _made_whole(folder: Path) -> Iterator[None]:
    """What an attempt that fails (a full disk, Ctrl-C) has written goes away again, so that it may be repeated."""
    stood = folder.is_dir()
    try:
        yield
    except BaseException:
        written = tuple(folder.iterdir()) if stood else (folder,)
        for part in (p for p in written if p.exists()):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink(missing_ok=True)
        raise


def _make(
    folder: Path,
    election: Election,
    layouts: Sequence[BallotLayout],
    address: str | None,
    remote: Database | None,
    profile: Profile,
    clock: Clock,
) -> None:
    for part in ("images", "forms"):
        (folder / part).mkdir(parents=True)
    for layout in layouts:
        write_form(layout, folder / "forms")
    if address:
        (folder / ADDRESS).write_text(json.dumps({"database": address}) + "\n", encoding="utf-8")
    database = remote or open_database(folder / DATABASE)
    upgrade(database)
    with database.write() as db:
        if settings.get(db) is not None:
            raise refuse(
                "workspace-exists", database.url, "the database already holds an election; choose an empty one"
            )
        new = settings.Settings(
            id=election.id,
            mode="trial",
            election=to_json(election),
            election_digest=election_digest(election),
            profile=profile.digest,
            form_set=form_set_of(folder / "forms"),
            created=clock(),
        )
        settings.create(db, new, profile.document)
        accounts.put(db, SYSTEM)
        event = AuditEvent(
            SYSTEM.id, "workspace_created", election.id, {"election": new.election_digest, "profile": new.profile}
        )
        log.append(db, event, clock())
    database.close()


def open_workspace(folder: Path, clock: Clock = now) -> Workspace:
    """Open a workspace, bringing its tables up to this program. Refused where there is none."""
    address = folder / ADDRESS
    if address.is_file():
        where: str | Path = _address(address)
    elif (folder / DATABASE).is_file():
        where = folder / DATABASE
    else:
        raise refuse(
            "workspace-missing",
            str(folder),
            "no workspace is here; make one with 'kiemphieu new' or check the path",
        )
    database = open_database(where)
    upgrade(database)
    with database.read() as db:
        found = settings.get(db)
        document = settings.profile_document(db, found.profile) if found else None
    if found is None:
        raise refuse("workspace-empty", str(folder), "the database holds no election; make it anew")
    profile = stored_profile(document, found.profile)
    forms = {path.stem: load_form(path) for path in sorted((folder / "forms").glob("*.json"))}
    return Workspace(
        folder=folder,
        database=database,
        images=ImageStore(folder / "images"),
        election=from_json(found.election),
        forms=forms,
        form_set=form_set_of(folder / "forms"),
        profile=profile,
        trial=found.mode == "trial",
        clock=clock,
    )


def stored_profile(document: str | None, digest: str) -> Profile:
    """The profile that is stored under ``digest``; refused where there is none or another: nothing counts without."""
    place = f"profile {digest[:12]}"
    if not document:
        raise refuse("profile-missing", place, "the workspace holds no such profile; restore it from a backup")
    profile = parse_profile(document.encode(), place)
    if profile.digest != digest:
        raise refuse(
            "profile-changed",
            place,
            "the stored profile has the digest {found}, so it was changed; restore the workspace from a backup",
            found=profile.digest[:12],
        )
    return profile


def _address(file: Path) -> str:
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["database"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refuse(
            "workspace-address",
            str(file),
            'tells no database ({why}); write {{"database": "postgresql://user@host/name"}}',
            why=str(error),
        ) from error
