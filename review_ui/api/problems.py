"""Refusals for programs: problem details (RFC 9457), a stable code for the program, sentences for its people."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from pipeline.errors import Problem
from pipeline.messages import render
from review_ui.visit import accepted_language

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"


class OneProblem(BaseModel):
    """One fault: a stable code, where it is, what it says there and what to do."""

    code: str
    place: str
    detail: str


class ProblemDetails(BaseModel):
    """What stands against a request (RFC 9457). ``code`` and ``detail`` are those of the first problem."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    problems: list[OneProblem]


def of_programs(request: Request) -> bool:
    """Whether a program asked."""
    return request.url.path.startswith(PREFIX)


def problem_details(
    request: Request, problems: tuple[Problem, ...], status: int, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The problems as the answer to a program."""
    language = accepted_language(request)
    each = [OneProblem(code=p.code, place=_plain(p.place), detail=_plain(render(p.text, language))) for p in problems]
    told = ProblemDetails(
        type=f"urn:problem-type:kiemphieu:{each[0].code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=each[0].detail,
        instance=_plain(request.url.path),
        code=each[0].code,
        problems=each,
    )
    more = {"Content-Language": language, "Vary": "Accept-Language", **(headers or {})}
    if status == HTTPStatus.UNAUTHORIZED:
        more["WWW-Authenticate"] = "Bearer"
    return JSONResponse(told.model_dump(), status, headers=more, media_type=MEDIA_TYPE)


def _plain(text: str) -> str:
    """What a program sent comes back in the answer; half a character of it could not be written."""
    return text.encode("utf-8", "replace").decode()
