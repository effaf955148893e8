"""Who: from an actor, or from what a person types, to the key of a learner.

A learner is known by a pseudonym of 32 hexadecimal digits: 8 of a keyed BLAKE2b of the tenant, 24
of one of the tenant and the identifier of the actor. So a key tells those who have the secret which
tenant's it is, and without the secret nobody can find the staff number behind a key by trying all.

One person, one key: an mbox and its SHA-1 are one identifier. Spelling counts: a mailbox in
other letter case is another identifier, because its published SHA-1 is another one too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, sha1
from typing import Any

from schemas.errors import ConfigurationError

_KEY_BYTES = range(16, 65)
_TENANT_DIGITS = 8
_LEARNER_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The secret that turns identifiers into names.

    Raises:
        ConfigurationError: where `key` has fewer than 16 or more than 64 bytes.
    """

    key: bytes = field(repr=False)
    tenant: str = "default"
    _keyed: blake2b = field(init=False, repr=False, compare=False)
    """A hasher that has taken the key in."""
    _mark: str = field(init=False, repr=False, compare=False)
    """How every learner key of the tenant begins."""

    def __post_init__(self) -> None:
        if len(self.key) not in _KEY_BYTES:
            raise ConfigurationError("the pseudonym key must have 16 to 64 bytes: set it anew")
        object.__setattr__(self, "_keyed", blake2b(key=self.key, digest_size=16))
        mark = self.digest(f"tenant:{self.tenant}".encode())[:_TENANT_DIGITS]
        object.__setattr__(self, "_mark", mark)

    def learner(self, identifier: str) -> str:
        """The learner key, 32 hexadecimal digits, of an identifier (see `identifier_of`)."""
        own = self.digest(f"{len(self.tenant)}:{self.tenant}{identifier}".encode())
        return self._mark + own[_TENANT_DIGITS:]

    def owns(self, key: str) -> bool:
        """Whether `key` is a learner key of this tenant; whether anybody has it is not said.

        Of another tenant's keys one in 2**32 would be taken for one of this tenant's.
        """
        return key.startswith(self._mark) and _LEARNER_KEY.fullmatch(key) is not None

    def digest(self, content: bytes) -> str:
        """Keyed BLAKE2b-128 of `content`, 32 hexadecimal digits."""
        hasher = self._keyed.copy()
        hasher.update(content)
        return hasher.hexdigest()


def identifier_of(actor: Mapping[str, Any]) -> str:
    """The canonical identifier of an Agent or identified Group; "" of an anonymous Group."""
    if "account" in actor:
        return account(actor["account"]["homePage"], actor["account"]["name"])
    if "mbox" in actor:
        return mailbox(actor["mbox"])
    if "mbox_sha1sum" in actor:
        return f"sha1:{actor['mbox_sha1sum'].lower()}"
    return f"openid:{actor['openid']}" if "openid" in actor else ""


def account(home_page: str, name: str) -> str:
    """The identifier of an account. No IRI holds a `|`, so the two parts stay distinct."""
    return f"account:{home_page}|{name}"


def mailbox(mbox: str) -> str:
    """The identifier of a mailbox: SHA-1 of the whole mailto IRI, as xAPI publishes it."""
    return f"sha1:{sha1(mbox.encode(), usedforsecurity=False).hexdigest()}"


def typed_identifier(text: str, home_page: str = "") -> str:
    """The identifier that a person types: on a command line, in a profile file.

    `homePage|name` is an account, `mailto:a@b` or `a@b` a mailbox, `http(s)://...` an OpenID,
    anything else the name of an account at `home_page`.

    Raises:
        ConfigurationError: where `text` is a bare name and there is no `home_page`.
    """
    text = text.strip()
    if "|" in text:
        return account(*text.split("|", 1))
    if text.startswith(("http://", "https://")):
        return f"openid:{text}"
    if "@" in text:
        return mailbox("mailto:" + text.removeprefix("mailto:"))
    if not (text and home_page):
        raise ConfigurationError(f"write {text!r} as homePage|name, or set the default home page")
    return account(home_page, text)


def learner_key(text: str, pseudonyms: Pseudonyms, home_page: str = "") -> str:
    """The learner key of an identifier as a person types it (see `typed_identifier`)."""
    return pseudonyms.learner(typed_identifier(text, home_page))


def learner_keys(text: str, pseudonyms: Pseudonyms, home_page: str = "") -> tuple[str, ...]:
    """Every key under which events of this person may lie, the usual one first.

    Open edX hashes the bare e-mail address where xAPI hashes the mailto IRI.
    """
    usual = learner_key(text, pseudonyms, home_page)
    address = text.strip().removeprefix("mailto:")
    if "@" not in address or "|" in address:
        return (usual,)
    return (usual, pseudonyms.learner(mailbox(address)))
