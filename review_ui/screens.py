"""What a screen is to the rest: its routes, its title, the permission that shows it in the menu, its key there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from pydantic import BeforeValidator

from pipeline.access.roles import Actor, Permission
from pipeline.messages import Message, message

LEFT_OPEN = BeforeValidator(lambda given: given or None)
"""For an argument of an address that a form sends empty where nothing was chosen."""
Group = Literal["count", "review", "result", "hall", "manage"]
"""Entries of one group stand together in the menu of who has more of them than fit on one line."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the menu; ``key`` opens it together with Shift. ``also``: it needs this permission, too."""

    title: Message
    path: str
    key: str
    permission: Permission
    group: Group
    also: Permission | None = None

    def shown_to(self, actor: Actor) -> bool:
        return actor.may(self.permission) and (self.also is None or actor.may(self.also))


@dataclass(frozen=True, slots=True)
class Screen:
    """The routes of one screen; ``link`` is absent where nothing of it stands in the menu."""

    router: APIRouter
    link: Link | None = None


def menu(screens: tuple[Screen, ...], actor: Actor) -> tuple[Link, ...]:
    """The screens that the actor's roles open."""
    return tuple(s.link for s in screens if s.link is not None and s.link.shown_to(actor))


GROUPS: dict[Group, Message] = {
    "count": message("Counting"),
    "review": message("Reviewing"),
    "result": message("Results"),
    "hall": message("Hall"),
    "manage": message("Administration"),
}
FOLDED: tuple[Group, ...] = ("hall", "result", "manage", "count", "review")
"""In this order groups are folded until the menu fits on one line."""
LINE, BESIDE = 118, 6
"""So many letters fit at 1280 pixels, where an entry's key and space take as much as these."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Entries of the menu: one by itself (no ``title``), or several that open together."""

    links: tuple[Link, ...]
    title: Message | None = None


def bundled(links: tuple[Link, ...], say: Callable[[Message], str]) -> tuple[Bundle, ...]:
    """The menu on one line: groups of two and more are folded, the least used first, as long as it is too wide."""
    folded: set[Group] = set()
    for group in FOLDED:
        if _width(_bundles(links, folded), say) <= LINE:
            break
        folded.add(group)
    return _bundles(links, folded)


def _bundles(links: tuple[Link, ...], folded: set[Group]) -> tuple[Bundle, ...]:
    found: list[Bundle] = []
    for link in links:
        together = tuple(one for one in links if one.group == link.group)
        if link.group not in folded or len(together) < 2:
            found.append(Bundle((link,)))
        elif link == together[0]:
            found.append(Bundle(together, GROUPS[link.group]))
    return tuple(found)


def _width(bundles: tuple[Bundle, ...], say: Callable[[Message], str]) -> int:
    return sum(len(say(one.title or one.links[0].title)) + BESIDE for one in bundles)


def where(links: tuple[Link, ...], path: str) -> str:
    """The entry of the menu that a page belongs to: the longest whose path the page's begins with, or nothing."""
    fitting = [one.path for one in links if path == one.path or path.startswith(f"{one.path}/")]
    return max(fitting, key=len, default="")
