"""The random sample of accepted readings that people answer blind, as if the machine had asked."""

from __future__ import annotations

from hashlib import sha256


def drawn(ballot: str, field: str, share: float) -> bool:
    """Whether a place belongs to a sample of ``share`` (0 to 1) of all places.

    Told by the ballot's id and the field alone, so anybody can draw the same sample again; ids are digests of the scan,
    so they have nothing to do with what is on it or how sure the machine is.
    """
    number = int.from_bytes(sha256(f"sample\0{ballot}\0{field}".encode()).digest()[:8], "big")
    return number < share * 2**64
