"""How large a request may be: files where files are handed in, otherwise no more than a form."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import Problem, Refusal
from pipeline.messages import message
from review_ui.faults import problem_page

FORM_BYTES = 2_000_000
"""A grid of fifty crops is 5 kB; a form of a hundred times that is none of ours."""
HANDED_IN = ("/batches/", "/api/v1/batches/", "/sheets/of/", "/levels/import/")
AROUND_FILES = 100_000
"""Names and boundaries besides the files themselves."""


class Sizes:
    """Plain ASGI: what is too large is never written to disk, whoever sends it."""

    def __init__(self, app: ASGIApp, upload_mb: int) -> None:
        self.app = app
        self.upload_mb = upload_mb

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        files = scope["path"].startswith(HANDED_IN) and scope["path"].endswith("/files")
        most = self.upload_mb * 1_000_000 + AROUND_FILES if files else FORM_BYTES
        problem = self._problem(scope["path"], files)
        told = Request(scope).headers.get("content-length", "")
        if told.isdigit() and int(told) > most:
            await _swallowed(receive)
            await problem_page(Request(scope, receive), (problem,), 413)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            part = await receive()
            seen += len(part.get("body", b""))
            if seen > most:
                raise Refusal([problem])
            return part

        await self.app(scope, counted, send)

    def _problem(self, path: str, files: bool) -> Problem:
        if not files:
            return Problem("too-large", path, message("this is too large to be a form; go back and try again"))
        text = message(
            "more than {limit} MB in one go, so nothing of it was taken; hand in fewer files at once, split a large "
            "PDF, or ask the administrator to raise the limit (--max-upload)",
            limit=self.upload_mb,
        )
        return Problem("too-large", path, text)


async def _swallowed(receive: Receive) -> None:
    """A browser reads no answer while it still sends."""
    while True:
        part = await receive()
        if part["type"] != "http.request" or not part.get("more_body", False):
            return
