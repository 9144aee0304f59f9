"""How refusals, ended sessions and bugs reach the person: one clear sentence, as a page or to a script as JSON."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from pipeline.errors import Problem, Refusal
from pipeline.messages import Language, Message, message, render, standing_alone
from review_ui.api.problems import of_programs, problem_details
from review_ui.guard import ChooseFirst, SignInFirst, sign_in_path
from review_ui.headers import FIXED
from review_ui.state import state_of
from review_ui.visit import Visit, language_of

STATUS = {
    "token": 401,
    "scope": 403,
    "files-missing": 422,
    "scopes": 422,
    "time": 422,
    "not-permitted": 403,
    "foreign-page": 403,
    "form-stale": 403,
    "too-many": 429,
    "disk-full": 507,
    "database-busy": 503,
    "database-lost": 503,
}
"""HTTP status by code of a refusal; ``*-unknown`` is 404 and all others 409: what stands is in the way."""

_log = structlog.get_logger()


def status_of(problem: Problem) -> int:
    return STATUS.get(problem.code, 404 if problem.code.endswith("-unknown") else 409)


def teach(app: FastAPI) -> None:
    """Register the handlers."""
    app.exception_handler(Refusal)(_refused)
    app.exception_handler(SignInFirst)(_sign_in_first)
    app.exception_handler(ChooseFirst)(_choose_first)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(Exception)(_bug)


def wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def problem_page(request: Request, problems: tuple[Problem, ...], status: int) -> Response:
    """The problems as a page of their own, as JSON where a script asked, as problem details where a program did."""
    if of_programs(request):
        return problem_details(request, problems, status)
    language = language_of(request)
    lines = [{"code": p.code, "place": p.place, "text": _alone(p.text, language)} for p in problems]
    if wants_json(request):
        return JSONResponse({"problems": lines}, status)
    visit = Visit(request, state_of(request), language, getattr(request.state, "who", None))
    return visit.page("problem.html", {"problems": lines, "status": status}, status)


def _alone(text: Message, language: Language) -> str:
    return standing_alone(text, render(text, language), language)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem_page(request, error.problems, status_of(error.problems[0]))


def _sign_in_first(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    if wants_json(request):
        text = message("your session has ended; sign in again, then go on where you were")
        return problem_page(request, (Problem("signed-out", request.url.path, text),), 401)
    path = sign_in_path(request)
    return RedirectResponse(path + ("&" if "?" in path else "?") + "ended=1" if error.ended else path, 303)


def _choose_first(request: Request, _error: Exception) -> Response:
    if wants_json(request):
        text = message("choose your own password first")
        return problem_page(request, (Problem("own-password", request.url.path, text),), 403)
    return RedirectResponse("/password", 303)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    texts: dict[int, Message] = {
        404: message("there is no such page; go back to the start"),
        405: message("this page cannot be called in this way; go back to the start"),
    }
    text = texts.get(error.status_code, message("the request was not understood; go back and try again"))
    answer = problem_page(request, (Problem("request", request.url.path, text),), error.status_code)
    answer.headers.update(error.headers or {})  # what may be called instead
    return answer


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = ", ".join(sorted({str(e["loc"][-1]) for e in error.errors()}))
    text = message("the form is incomplete or wrong ({fields}); go back and fill it in", fields=fields)
    return problem_page(request, (Problem("form", request.url.path, text),), 422)


def _bug(request: Request, error: Exception) -> Response:
    _log.error("unexpected", path=request.url.path, error=repr(error))
    text = message("something went wrong in the program; what was confirmed before is kept. Go back, look, then go on")
    answer = problem_page(request, (Problem("bug", request.url.path, text),), 500)
    answer.headers.update(FIXED)  # made outside the layer that sets them
    return answer
