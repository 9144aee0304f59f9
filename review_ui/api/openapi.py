"""The description of the interface (OpenAPI 3.1), made from the routes and from what they declare."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from review_ui.api import figures, piles, records
from review_ui.api.guard import NeedsScope
from review_ui.api.problems import MEDIA_TYPE, ProblemDetails
from review_ui.guard import Public, declarations

ROUTERS: tuple[APIRouter, ...] = (piles.router, figures.router, records.router)
REFUSED = {
    "400": "the body cannot be read at all",
    "401": "no token, or one that is worth nothing any more",
    "403": "the token does not open this",
    "404": "there is no such thing",
    "409": "what stands is in the way",
    "413": "too large",
    "422": "the request is not as described",
    "503": "the database is busy or away; try again",
    "507": "the disk is full",
}
"""Every route may answer so; which, the stable code in the answer tells exactly."""
ABOUT = """The same acts as on the screens, for programs. Send `Authorization: Bearer TOKEN`; the administrator makes
tokens under *People*. What is wrong is told as problem details (RFC 9457) with a stable `code`, in the language
of `Accept-Language` (`vi` or `en`). A program answers no question, closes no batch and sees no picture."""

router = APIRouter(prefix="/api/v1", include_in_schema=False)


@router.get("/openapi.json")
def described(_visit: Public) -> Response:
    """This description; it tells nothing of the election."""
    return JSONResponse(description())


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    found = get_openapi(title="kiemphieu", version="1", description=ABOUT, routes=routes)
    schemas = found["components"]["schemas"]
    details = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= details.pop("$defs") | {"ProblemDetails": details}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for route in routes:
        for method in route.methods or ():
            _complete(found["paths"][route.path_format][method.lower()], route)
    return found


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    for status, why in REFUSED.items():
        operation["responses"][status] = {"description": why, "content": {MEDIA_TYPE: {"schema": schema}}}
    operation["security"] = [{"token": list(_scopes(route))}]


def _scopes(route: APIRoute) -> Sequence[str]:
    return [d.scope for d in declarations(route.dependant) if isinstance(d, NeedsScope)]
