"""The profile under which a workspace accepts readings: taken over from calibration, kept, logged."""

from __future__ import annotations

from pipeline.access.roles import Actor
from pipeline.audit.chain import AuditEvent
from pipeline.recognize.read import ENGINE
from pipeline.review.profile import Profile
from pipeline.storage import batches, log, settings
from pipeline.usecases.workspace import Workspace


def set_profile(workspace: Workspace, actor: Actor, profile: Profile) -> int:
    """Batches opened from now on are read under ``profile``; gives how many open ones keep the one they froze.

    Refused where the profile is of another reader than this program's.
    """
    profile.check_engine(ENGINE)
    with workspace.database.write() as db:
        settings.keep_profile(db, profile.digest, profile.document)
        settings.set_profile(db, profile.digest)
        detail = {"profile": profile.digest, "before": workspace.profile.digest}
        log.append(db, AuditEvent(actor.id, "profile_set", workspace.election.id, detail), workspace.clock())
        return sum(b.state == "open" and b.profile != profile.digest for b in batches.every(db))
