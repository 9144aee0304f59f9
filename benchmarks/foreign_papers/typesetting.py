"""A foreign paper as a page of HTML: its size, its style and its body, in which every target carries its own id."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from random import Random
from typing import Literal, TypeVar

T = TypeVar("T")
Kind = Literal["target", "strike"]

FIRST_NAMES = (
    "Anna Bernd Clara Dieter Eva Friedrich Greta Hans Ingrid Jonas Karin Ludwig Maria Norbert Olga Peter Quirin Rosa "
    "Stefan Tanja Ulrich Vera Walter Xenia Yves Zoe"
)
LAST_NAMES = (
    "Ahlers Becker Conradi Dorn Ebert Fuchs Graf Huber Imhof Jung Kaiser Lorenz Maurer Neumann Ott Pfeiffer Richter "
    "Sommer Thiele Unger Vogel Weiss Ziegler Bauer Krause"
)
VIETNAMESE = (
    "Nguyễn Trần Lê Phạm Hoàng Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý",
    "Văn Thị Hữu Đức Minh Thanh Quốc Ngọc Xuân",
    "An Bình Cường Dũng Giang Hà Hùng Khánh Lan Mai Nam Oanh Phúc Quang Sơn Tâm Uyên Vinh Yến Đạt",
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a printer is given; ``size`` in mm, targets are the elements with ``data-t``.

    On a paper of kind ``strike`` voters strike names out, on the others they put marks into targets. ``title`` is what
    is printed over the whole page; where a target has no heading of its own, its contest may be that, or none.
    """

    name: str
    size: tuple[float, float]
    style: str
    body: str
    kind: Kind = "target"
    title: str = ""

    def html(self) -> str:
        """The whole page, which prints on one sheet of its size without margins."""
        w, h = self.size
        return (
            f"<!doctype html><meta charset=utf-8><style>@page{{size:{w}mm {h}mm;margin:0}}"
            "*{box-sizing:border-box;-webkit-print-color-adjust:exact}html{margin:0}"
            f"body{{margin:0;width:{w}mm;height:{h}mm;position:relative;overflow:hidden}}{self.style}</style>"
            f"<body>{self.body}</body>"
        )


@dataclass(frozen=True, slots=True)
class Says:
    """What a person reads as a target's ``label`` and contest, and the words that are printed with either."""

    label: str
    more: str = ""
    group: str = ""
    """Empty where nothing but the page's title stands over the target."""
    group_more: str = ""


class Typesetter:
    """Invents what is printed and numbers the targets; of one paper always the same."""

    def __init__(self, name: str) -> None:
        self._random = Random(name)
        self._targets = 0

    def one_of(self, *choices: T) -> T:
        return self._random.choice(choices)

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def first(self) -> str:
        return self._random.choice(FIRST_NAMES.split())

    def last(self) -> str:
        return self._random.choice(LAST_NAMES.split())

    def person(self) -> str:
        return f"{self.first()} {self.last()}"

    def vietnamese(self) -> str:
        return " ".join(self._random.choice(part.split()) for part in VIETNAMESE)

    def next_id(self, says: Says) -> str:
        """``data-t`` of the next target, and what is printed about it."""
        self._targets += 1
        told = {"l": says.label, "m": says.more, "g": says.group, "h": says.group_more}
        about = "".join(f' data-{key}="{escape(text)}"' for key, text in told.items() if text)
        return f'data-t="t{self._targets:03d}"{about}'

    def target(self, style: str, says: Says, inner: str = "") -> str:
        """The next target, an empty shape of the class ``style``."""
        return f'<span class="{style}" {self.next_id(says)}>{inner}</span>'


def logo(colour: str, side: float) -> str:
    """The sign of a party, ``side`` mm wide."""
    return (
        f'<svg width="{side}mm" height="{side}mm" viewBox="0 0 20 20"><circle cx="10" cy="10" r="9" fill="{colour}"/>'
        '<path d="M4 13 L10 3 L16 13 Z" fill="#fff"/><rect x="6" y="12" width="8" height="4" fill="#333"/></svg>'
    )


def portrait(number: int, w: float = 18, h: float = 22) -> str:
    """A photograph of a candidate, ``w`` mm wide; ``number`` is unique on its paper."""
    return (
        f'<svg width="{w}mm" height="{h}mm" viewBox="0 0 18 22"><defs><linearGradient id="g{number}" x1="0" y1="0" '
        'x2="1" y2="1"><stop offset="0" stop-color="#c33"/><stop offset="1" stop-color="#a66"/></linearGradient>'
        f'</defs><rect width="18" height="22" fill="url(#g{number})"/><ellipse cx="9" cy="9" rx="4" ry="5.3" '
        'fill="#caa07a"/><path d="M1 22 C2 14 16 14 17 22Z" fill="#223"/>'
        '<path d="M5 7 C5 2 13 2 13 7 C11 5 7 5 5 7Z" fill="#111"/>'
        '<circle cx="7.5" cy="9" r=".5"/><circle cx="10.5" cy="9" r=".5"/></svg>'
    )
