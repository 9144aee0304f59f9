"""Pictures of stored pages and of places on them, by the id of the page or item."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from pipeline.usecases.pictures import item_page_picture, item_place_picture, page_picture, place_picture
from review_ui.guard import Needs
from review_ui.screens import Screen
from review_ui.visit import Visit

Seeing = Annotated[Visit, Depends(Needs("see_images"))]
router = APIRouter(prefix="/pictures")
KEPT = {"Cache-Control": "private, max-age=300"}
"""So that a grid that was fetched ahead is there when it is opened."""


def _jpeg(content: bytes) -> Response:
    return Response(content, media_type="image/jpeg", headers=KEPT)


@router.get("/page/{page}.jpg")
def page(page: str, visit: Seeing, field: str = "", height: Annotated[int, Query(ge=100, le=4000)] = 1600) -> Response:
    """A whole page upright, the place of ``field`` framed."""
    return _jpeg(page_picture(visit.state.workspace, visit.state.decoded, visit.actor, page, field, height))


@router.get("/place/{page}/{field}.jpg")
def place(page: str, field: str, visit: Seeing, width: Annotated[int, Query(ge=64, le=2000)] = 1200) -> Response:
    """One place, upright and large."""
    return _jpeg(place_picture(visit.state.workspace, visit.state.decoded, visit.actor, page, field, width))


@router.get("/item/{item}/page.jpg")
def page_of_item(item: str, visit: Seeing) -> Response:
    """The page of an item with its place framed."""
    return _jpeg(item_page_picture(visit.state.workspace, visit.state.decoded, visit.actor, item))


@router.get("/item/{item}/place.jpg")
def place_of_item(item: str, visit: Seeing) -> Response:
    """The place of an item."""
    return _jpeg(item_place_picture(visit.state.workspace, visit.state.decoded, visit.actor, item, 1200))


SCREEN = Screen(router)
