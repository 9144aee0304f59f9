"""Pictures of pages and places for screens, from the stored scans; pages are asked for by id, never by file name."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.access.roles import Actor, require
from pipeline.errors import refuse
from pipeline.geometry import Quad
from pipeline.recognize import picture
from pipeline.recognize.draw import framed
from pipeline.recognize.reading import FieldReading, WrittenReading
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import Pixels, RawPage
from pipeline.storage import asked, count_sheets, pages, readings
from pipeline.storage.asked import Pictured
from pipeline.storage.pages import StoredPage
from pipeline.usecases.workspace import Workspace

PAGES_KEPT = 24
"""Decoded pages in memory, some 4 to 12 MB each: the crop and the page of an item are asked for one after the other."""
TALLEST = 1600
WIDEST = 1400


class Scan(Protocol):
    """A page of a stored file."""

    @property
    def id(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def number(self) -> int: ...


@dataclass(slots=True)
class DecodedPages:
    """The pages that were looked at last, decoded; two requests for one page decode it once."""

    most: int = PAGES_KEPT
    _pages: OrderedDict[tuple[str, int], Pixels] = field(default_factory=OrderedDict)
    _decoding: dict[tuple[str, int], threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, workspace: Workspace, page: Scan) -> Pixels:
        """The pixels of a stored page. Refused (``page-unreadable``) where it is no picture."""
        key = (page.sha256, page.number)
        with self._lock:
            turn = self._decoding.setdefault(key, threading.Lock())
        try:
            with turn:
                known = self._known(key)
                return known if known is not None else self._new(workspace, page, key)
        finally:
            with self._lock:
                self._decoding.pop(key, None)

    def _known(self, key: tuple[str, int]) -> Pixels | None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def _new(self, workspace: Workspace, page: Scan, key: tuple[str, int]) -> Pixels:
        content = workspace.images.load(page.sha256)
        raw = next(iter(decode_pages(content, page.id, page.sha256, only=page.number)), None)
        if not isinstance(raw, RawPage):
            raise refuse(
                "page-unreadable", page.id, "this scan cannot be shown as a picture; take the sheet from the pile"
            )
        with self._lock:
            self._pages[key] = raw.pixels
            while len(self._pages) > self.most:
                self._pages.popitem(last=False)
        return raw.pixels


def page_picture(
    workspace: Workspace, decoded: DecodedPages, actor: Actor, page_id: str, field: str = "", tallest: int = TALLEST
) -> bytes:
    """A page upright as JPEG, the place of ``field`` framed where one is named."""
    require(actor, "see_images")
    page, quad = _found(workspace, page_id, field)
    return picture.page_jpeg(decoded.of(workspace, page), quad, _turns(page), min(tallest, TALLEST))


def place_picture(
    workspace: Workspace, decoded: DecodedPages, actor: Actor, page_id: str, field: str, width: int
) -> bytes:
    """The place of a field, upright and large, as JPEG."""
    require(actor, "see_images")
    page, quad = _found(workspace, page_id, field)
    if quad is None:
        raise refuse("field-unknown", field, "the page has no such place; reload the page")
    return picture.place_jpeg(decoded.of(workspace, page), quad, max(64, min(width, WIDEST)))


@dataclass(frozen=True, slots=True)
class Upright:
    """The upright page of :func:`page_picture` before it is made smaller: pixels of the original scan."""

    width: int
    height: int
    turns: int

    def quad(self, quad: Quad) -> Quad:
        """Where a place of the scan lies on the upright page."""
        return tuple(self._turned(x, y) for x, y in quad)  # type: ignore[return-value]

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        match self.turns:
            case 1:
                return y, self.height - x
            case 2:
                return self.width - x, self.height - y
            case 3:
                return self.width - y, x
            case _:
                return x, y


def upright(workspace: Workspace, decoded: DecodedPages, actor: Actor, page_id: str) -> Upright:
    """The size of a page as it is shown, for drawing on it."""
    require(actor, "see_images")
    page, _ = _found(workspace, page_id, "")
    tall, wide = decoded.of(workspace, page).shape[:2]
    turns = _turns(page)
    return Upright(tall, wide, turns) if turns % 2 else Upright(wide, tall, turns)


def figure_picture(workspace: Workspace, decoded: DecodedPages, actor: Actor, sheet_id: str, field: str) -> bytes:
    """One figure, or place to sign, of a scanned count form, upright and large, as JPEG; framed where it is written on
    a line, for other figures stand close above and below."""
    require(actor, "ingest")
    sheet, quad, on_line = _figure(workspace, sheet_id, field)
    page = decoded.of(workspace, sheet)
    return picture.place_jpeg(framed(page, quad) if on_line else page, quad, WIDEST // 2)


def sheet_picture(workspace: Workspace, decoded: DecodedPages, actor: Actor, sheet_id: str, field: str) -> bytes:
    """A whole scanned count form upright as JPEG, one figure framed."""
    require(actor, "ingest")
    sheet, quad, _ = _figure(workspace, sheet_id, field)
    turns = round(sheet.rotation_deg / 90) % 4
    return picture.page_jpeg(decoded.of(workspace, sheet), quad, turns, TALLEST)


@dataclass(frozen=True, slots=True)
class _SheetScan:
    """Where a count form's pixels lie."""

    id: str
    sha256: str
    number: int
    rotation_deg: float


def _figure(workspace: Workspace, sheet_id: str, field: str) -> tuple[_SheetScan, Quad, bool]:
    """Also whether it is a number without digit boxes."""
    with workspace.database.read() as db:
        sheet = count_sheets.get(db, sheet_id)
    if sheet is None:
        raise refuse("sheet-unknown", sheet_id, "there is no such sheet; go back to the figures of the team")
    read: tuple[WrittenReading | FieldReading, ...] = (*sheet.reading, *(sheet.signatures or ()))
    found = next((one for one in read if one.field == field), None)
    if found is None:
        raise refuse("field-unknown", field, "the page has no such place; reload the page")
    on_line = found.kind == "number" and "lines" not in found.measures  # of boxes it is measured how they show
    return _SheetScan(sheet.id, sheet.sha256, sheet.page, sheet.rotation_deg), found.quad, on_line


def item_page_picture(workspace: Workspace, decoded: DecodedPages, actor: Actor, item_id: str) -> bytes:
    """The page of an item upright as JPEG, its place framed."""
    page = _pictured(workspace, actor, item_id)
    return picture.page_jpeg(decoded.of(workspace, page), page.quad, _turns(page), TALLEST)


def item_place_picture(workspace: Workspace, decoded: DecodedPages, actor: Actor, item_id: str, width: int) -> bytes:
    """The place of an item, upright and large, as JPEG."""
    page = _pictured(workspace, actor, item_id)
    if page.quad is None:
        raise refuse("field-unknown", page.field, "the page has no such place; reload the page")
    return picture.place_jpeg(decoded.of(workspace, page), page.quad, max(64, min(width, WIDEST)))


def _pictured(workspace: Workspace, actor: Actor, item_id: str) -> Pictured:
    require(actor, "see_images")
    with workspace.database.read() as db:
        found = asked.pictured(db, item_id)
    if found is None:
        raise refuse("item-unknown", item_id, "there is no such item; reload the list")
    return found


def _found(workspace: Workspace, page_id: str, field: str) -> tuple[StoredPage, Quad | None]:
    with workspace.database.read() as db:
        page = pages.get(db, page_id)
        quads = [r.quad for r in readings.of_page(db, page_id) if r.field == field] if field else []
    if page is None:
        raise refuse("page-unknown", page_id, "there is no such page; reload the list")
    return page, quads[0] if quads else None


def _turns(page: StoredPage | Pictured) -> int:
    """The form is turned clockwise in the scan by so many quarter turns."""
    return round((page.rotation_deg or 0.0) / 90) % 4
