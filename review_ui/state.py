"""What every request shares: the open workspace, whether the connection is encrypted, limits, cached pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from pipeline.usecases.background import BackgroundReader
from pipeline.usecases.pictures import DecodedPages
from pipeline.usecases.workspace import Workspace
from review_ui.screens import Screen


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken: sign-ins a minute from one address (a whole team signs in at seven in the evening), sizes."""

    sign_in: int = 30
    upload_mb: int = 500
    """Megabytes of one request that hands in files; a file can be no larger."""


@dataclass(slots=True)
class State:
    """Of one running application; ``secure``: browsers reach it by TLS."""

    workspace: Workspace
    secure: bool
    limits: Limits
    reader: BackgroundReader
    screens: tuple[Screen, ...] = ()
    decoded: DecodedPages = field(default_factory=DecodedPages)
    _limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    def may_try(self, act: str, address: str, a_minute: int) -> bool:
        """Count one more try of ``act`` from ``address``; whether it stays within the limit."""
        return bool(self._limiter.hit(RateLimitItemPerMinute(a_minute), act, address))


def state_of(request: Request) -> State:
    return cast(State, request.app.state.kiemphieu)
