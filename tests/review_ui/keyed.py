"""Which buttons of a page have no key, another key than they show, or a key that something else has, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

SIGNS = {"ArrowLeft": "←", "ArrowRight": "→", "-": "−", "Shift+?": "?", "Escape": "Esc"}
"""What stands on a button whose key has another name."""
KEYED = {"data-key", "data-row-key"}
EMPTY = {"input", "img", "br", "link", "meta", "hr", "col", "source", "image", "rect", "line", "polygon"}


@dataclass
class Control:
    """A button, or what looks and acts like one."""

    tag: str
    key: str
    of_row: bool
    in_rows: bool
    text: str = ""
    shown: list[str] = field(default_factory=list)


@dataclass
class _Tag:
    name: str
    given: dict[str, str]
    control: Control | None = None


@dataclass
class Keys(HTMLParser):
    """Reads a page; ``wrong`` tells what is amiss in sentences."""

    controls: list[Control] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[_Tag] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in EMPTY:
            return
        self._open.append(_Tag(tag, given))
        if self._acts(tag, given) and not any("hidden" in one.given for one in self._open):
            of_row = "data-row-key" in given
            in_rows = any("data-rows" in one.given for one in self._open)
            found = Control(tag, given.get("data-row-key" if of_row else "data-key", ""), of_row, in_rows)
            self._open[-1].control = found
            self.controls.append(found)

    def _acts(self, tag: str, given: dict[str, str]) -> bool:
        """Links in running text have Tab and Enter of the browser; buttons, tabs and whatever is keyed shows a key."""
        within = {name for one in self._open for name in one.given.get("class", "").split()}
        if tag == "summary":
            return "menu" not in within  # what is folded there has keys, folded or not
        if tag == "button":
            return "data-recall" not in given  # a ballot in the list of those typed: its number is its key
        return tag == "a" and bool("button" in given.get("class", "").split() or "tabs" in within or KEYED & set(given))

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        while self._open and self._open.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        control = next((one.control for one in reversed(self._open) if one.control is not None), None)
        if control is None:
            return
        if self._open[-1].name == "kbd":
            control.shown.append(data.strip())
        else:
            control.text += data

    def wrong(self) -> Iterator[str]:
        for one in self.controls:
            name = " ".join(one.text.split())
            sign = SIGNS.get(one.key, one.key.replace("Shift+", "⇧"))
            if not one.key:
                yield f"'{name}' has no key"
            elif one.shown != [sign]:
                yield f"'{name}' has the key {sign} and shows {one.shown}"
            elif one.of_row and not one.in_rows:
                yield f"'{name}' has the key of a row and stands in none"
        page = Counter(one.key for one in self.controls if one.key and not one.of_row)
        rows = {one.key for one in self.controls if one.of_row}
        yield from (f"{key} is the key of {times} things" for key, times in page.items() if times > 1)
        yield from (f"{key} is the key of a row and of the page" for key in rows & set(page))


def wrong_keys(page: str) -> list[str]:
    """What is amiss with the keys of a page, as sentences; empty where all is well."""
    read = Keys()
    read.feed(page)
    return list(read.wrong())
