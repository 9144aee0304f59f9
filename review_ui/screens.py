"""What a screen is to the rest: its routes, its title, the permission that shows it in the menu, its key there."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

from pipeline.access.roles import Actor, Permission
from pipeline.messages import Message


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the menu; ``key`` opens it together with Shift."""

    title: Message
    path: str
    key: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Screen:
    """The routes of one screen; ``link`` is absent where nothing of it stands in the menu."""

    router: APIRouter
    link: Link | None = None


def menu(screens: tuple[Screen, ...], actor: Actor) -> tuple[Link, ...]:
    """The screens that the actor's roles open."""
    return tuple(s.link for s in screens if s.link is not None and actor.may(s.link.permission))


def where(links: tuple[Link, ...], path: str) -> str:
    """The entry of the menu that a page belongs to: the longest whose path the page's begins with, or nothing."""
    fitting = [one.path for one in links if path == one.path or path.startswith(f"{one.path}/")]
    return max(fitting, key=len, default="")
