"""PDFs whose streams unfold to gigabytes, told before anything unfolds them as a whole."""

from __future__ import annotations

import zlib

PICTURE_BYTES, STREAM_BYTES = 300_000_000, 32_000_000
"""What a picture in a PDF, and anything else in it, may unfold to; a page of text and lines has some kB."""
_known_bombs: dict[tuple[int, int], bool] = {}
"""What was found of the last files, by length and hash: a file of many pages is opened for each of them."""


def is_bomb(content: bytes) -> bool:
    """Whether a stream of a PDF unfolds to more than a page can hold; costs what unfolding it once costs."""
    key = len(content), hash(content)
    if key not in _known_bombs:
        if len(_known_bombs) > 100:
            _known_bombs.clear()
        _known_bombs[key] = _unfolds(content)
    return _known_bombs[key]


def _unfolds(content: bytes) -> bool:
    """Whether a stream of a PDF is a bomb: qpdf and poppler would unfold it in memory before anything is known.

    Looks at every place where a stream begins, whatever the file's own tables say of it.
    """
    place = 0
    while (place := content.find(b"stream", place)) >= 0:
        first = place + len(b"stream")
        if content[place - 3 : place] != b"end":
            first += 2 if content[first : first + 2] == b"\r\n" else 1
            picture = b"/Image" in content[max(0, place - 1000) : place].rpartition(b"endobj")[2]
            if _larger(memoryview(content)[first:], PICTURE_BYTES if picture else STREAM_BYTES):
                return True
        place = first
    return False


def _larger(folded: memoryview, limit: int, times: int = 3) -> bool:
    """Whether deflated bytes unfold to more than ``limit``, folded into each other up to ``times``."""
    if len(folded) < 2 or folded[0] & 0x0F != 8 or (folded[0] * 256 + folded[1]) % 31:
        return False  # not deflated
    inflater, size, inner = zlib.decompressobj(), 0, bytearray()
    try:
        for place in range(0, len(folded), 65536):
            rest: bytes | memoryview = folded[place : place + 65536]
            while rest and not inflater.eof:
                part = inflater.decompress(rest, 1 << 20)
                rest = inflater.unconsumed_tail
                size += len(part)
                if size > limit:
                    return True
                if size <= STREAM_BYTES:
                    inner += part
            if inflater.eof:
                break
    except zlib.error:
        pass  # what is damaged is told when it is read
    return times > 1 and _larger(memoryview(bytes(inner)), limit, times - 1)
