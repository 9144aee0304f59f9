"""One request of one person, and how it is answered: a page, a redirect, words in the person's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.access.roles import Actor
from pipeline.errors import spoken_place
from pipeline.messages import Language, Message, message, render, standing_alone
from pipeline.usecases.sign_in import Visitor
from review_ui.screens import bundled, menu, where
from review_ui.state import State
from review_ui.templating import template
from review_ui.wording_elsewhere import elsewhere

LANGUAGE_COOKIE = "kiemphieu_language"


def language_of(request: Request) -> Language:
    """Vietnamese unless the person chose English on this browser."""
    return "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "vi"


def accepted_language(request: Request) -> Language:
    """What a program asks for by ``Accept-Language``; Vietnamese unless English comes first of the two."""
    asked = [part.split(";")[0].strip().lower()[:2] for part in request.headers.get("Accept-Language", "").split(",")]
    return "en" if next((a for a in asked if a in ("vi", "en")), "vi") == "en" else "vi"


@dataclass(frozen=True, slots=True)
class Visit:
    """What a route knows of its caller; ``who`` is ``None`` on public routes."""

    request: Request
    state: State
    language: Language
    who: Visitor | None

    @property
    def visitor(self) -> Visitor:
        assert self.who is not None, "a public route has no visitor"
        return self.who

    @property
    def actor(self) -> Actor:
        return self.visitor.actor

    def say(self, text: Message) -> str:
        """The sentence in the person's language, in the words of the body that counts here."""
        return render(text if self.state.workspace.count.rules.state else elsewhere(text), self.language)

    def sentence(self, text: Message) -> str:
        """The sentence by itself: its own first word with a capital, a name or file at its head as it is."""
        return standing_alone(text, self.say(text), self.language)

    def body_of(self, contest: str) -> str:
        """A contest as people call it: the body that is elected; the id says nothing to them."""
        known = {c.id: c.body for c in self.state.workspace.election.contests}
        return known.get(contest, contest)

    def page(self, name: str, values: Mapping[str, object] | None = None, status: int = 200) -> HTMLResponse:
        """The template ``name`` with what every page needs: language, menu, who is signed in."""
        return HTMLResponse(template(name).render(**self._frame(), **(values or {})), status)

    def go(self, path: str) -> RedirectResponse:
        """Send the browser to another page after an act, so that reloading repeats nothing."""
        return RedirectResponse(path, 303)

    @property
    def here(self) -> str:
        """The page to come back to; the answer to a form is shown at an address that cannot be opened again."""
        path = self.request.url.path
        return path if self.request.method in ("GET", "HEAD") else "/" + path.split("/")[1]

    def _frame(self) -> dict[str, object]:
        def t(msgid: str, **params: object) -> str:
            return self.say(message(msgid, **params))

        links = menu(self.state.screens, self.who.actor) if self.who and not self.who.must_change else ()
        return {
            "t": t,
            "say": self.say,
            "sentence": self.sentence,
            "where": lambda place: spoken_place(place, self.language),
            "body_of": self.body_of,
            "language": self.language,
            "here": self.here,
            "entry": where(links, self.here),
            "trial": self.state.workspace.trial,
            "election": self.state.workspace.election.title,
            "who": self.who,
            "csrf": self.who.session.csrf if self.who else "",
            "menu": links,
            "menu_line": bundled(links, self.say),
        }
