"""How values are written where the prescribed forms have dots."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from xml.sax.saxutils import escape

from pipeline.reports.figures_text import share_text, valid_shares, whole

DOTS = "......"
FIRM = "\u00a0"
"""A space where no line may break: between a figure and its unit."""
GAP = FIRM * 3 + " "
"""Between the name of a witness and the words that follow it on the same line."""
NOTHING_TO_DIVIDE = "–"
"""A percentage of nothing: not dots, which somebody would fill in."""
NATION = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "---------------")
PLACE_KINDS = ("tỉnh", "thành phố", "xã", "phường", "đặc khu")
SIGN = "(Ký, ghi rõ họ và tên)"
NO_ERASURE = "Ghi chú: Nhất thiết không được tẩy xóa trên biên bản."


def put(value: object) -> str:
    """A value in the place of the form's dots."""
    return put_or(value, DOTS)


def put_or(value: object, otherwise: str) -> str:
    text = unicodedata.normalize("NFC", str(value)).strip() if value is not None else ""
    return "<br/>".join(escape(line) for line in text.splitlines()) or otherwise


def mark(number: int) -> str:
    """The mark of a footnote."""
    return f"<sup>({number})</sup>"


def figure(value: int | None, unit: str) -> str:
    return f"{number(value)}{FIRM}{unit}"


def number(value: int | None) -> str:
    return DOTS if value is None else whole(value)


def clock(moment: datetime | None) -> str:
    hour, minute = (f"{moment:%H}", f"{moment:%M}") if moment else (DOTS, DOTS)
    return f"{hour}{FIRM}giờ {minute}{FIRM}phút"


def day_text(day: date | None, year: int | None) -> str:
    """Days below 10 and January, February with a leading zero, as Vietnamese official letters write them."""
    if day is None:
        return f"ngày {DOTS} tháng {DOTS} năm{FIRM}{year if year is not None else DOTS}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày{FIRM}{day:%d} tháng{FIRM}{month} năm{FIRM}{day:%Y}"


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def share(part: int | None, of: int | None) -> str:
    """A percentage with two decimals, without its sign; dots where a figure lacks, a dash of nothing."""
    if part is None or of is None:
        return DOTS
    return share_text(part, of) or NOTHING_TO_DIVIDE


def shares(valid: int | None, invalid: int | None, collected: int | None) -> tuple[str, str]:
    """% valid and % invalid of the collected ballots; dots while the three figures do not agree."""
    if collected is None or valid is None or invalid is None:
        return DOTS, DOTS
    if valid + invalid != collected:
        return DOTS, DOTS
    return valid_shares(valid, invalid) if collected else (NOTHING_TO_DIVIDE, NOTHING_TO_DIVIDE)


def total(values: Iterable[int | None]) -> int | None:
    """The sum, or ``None`` where one of the values is not known."""
    every = list(values)
    return None if None in every else sum(v for v in every if v is not None)


def bare(place: str) -> str:
    """The name without its type, behind words of the form that tell the type: "Tỉnh Hà Đông Sơn" -> "Hà Đông Sơn"."""
    for kind in PLACE_KINDS:
        if place.casefold().startswith(f"{kind} "):
            return place[len(kind) + 1 :].strip()
    return place
