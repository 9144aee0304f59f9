"""Passwords: hashed with argon2id, compared in equal time, made up where a person gets the first one."""

from __future__ import annotations

import secrets
from functools import lru_cache

from pwdlib import PasswordHash

from pipeline.errors import refuse

SHORTEST, LONGEST = 10, 200
"""Length is what keeps guessing off; argon2 of a longer text would only cost the server time."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper: i and l and 1, o and 0."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe())


def hashed(password: str) -> str:
    """The argon2id hash with its salt and costs."""
    return _hasher().hash(password)


def matches(password: str, standing: str | None) -> bool:
    """Whether the password is that of the hash; as slow for an account that does not exist (``None``)."""
    found = _hasher().verify(password[:LONGEST], standing or _nobodys())
    return found and standing is not None


def one_time() -> str:
    """A password to hand over on paper: 16 letters in groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def check_new(password: str, account: str, former: str) -> None:
    """Refuse (``password-weak``) a password that is short, the account's name, or the one it replaces."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise refuse(
            "password-weak",
            account,
            "the new password has {length} characters; choose one with {shortest} to {longest}, such as a short "
            "sentence",
            length=len(password),
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if password == former or account in password.lower():
        raise refuse(
            "password-weak",
            account,
            "the new password is the old one or holds the account's name; choose another",
        )
