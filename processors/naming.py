"""Who is named in bytes that may be a statement: whatever its place in it, whatever the spelling.

An actor, an object, an instructor, a team and its members, an authority, a SubStatement, the Agents
and Groups of a context: wherever an object has one of the four identifiers it names somebody. Bytes
that are no JSON are searched for what looks like an identifier; so is free text.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from processors.identity import Pseudonyms, account, mailbox
from schemas.codec import JsonError, decode_json

_ADDRESS = re.compile(rb"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]*[A-Za-z0-9]")
_SHA1 = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Fa-f]{40}(?![0-9A-Za-z])")
_KEY = re.compile(rb"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])")
_OPENID = re.compile(rb'"openid"\s*:\s*"([^"\\]*)"')
_HOME, _NAME = rb'"homePage"\s*:\s*"([^"\\]*)"', rb'"name"\s*:\s*"([^"\\]*)"'
_ACCOUNTS = (
    re.compile(_HOME + rb"\s*,\s*" + _NAME),
    re.compile(_NAME + rb"\s*,\s*" + _HOME),
)


def keys_in(raw: bytes, pseudonyms: Pseudonyms, home_page: str = "") -> set[str]:
    """Learner keys of all who are named in `raw`, and whatever in it looks like a learner key.

    Args:
        raw: a statement, many, an event, or no JSON at all.
        pseudonyms: of the tenant whose message it is.
        home_page: of accounts that come without one.
    """
    keys = {pseudonyms.learner(one) for one in identifiers_in(raw, home_page)}
    return keys | {found.decode() for found in _KEY.findall(raw)}


def identifiers_in(raw: bytes, home_page: str = "") -> set[str]:
    """Canonical identifiers (see `processors.identity.identifier_of`) that `raw` names."""
    found = {*_mailboxes(raw), *_hashed(raw)}
    try:
        value = decode_json(raw)
    except JsonError:
        return found | set(_unparsed(raw))
    for one in _objects(value):
        found.update(_of(one, home_page))
    return found


def _mailboxes(raw: bytes) -> Iterator[str]:
    """Both ways in which senders hash an address: with the scheme, and (Open edX) without."""
    for address in _ADDRESS.findall(raw):
        text = address.decode()
        yield mailbox("mailto:" + text)
        yield mailbox(text)


def _hashed(raw: bytes) -> Iterator[str]:
    return (f"sha1:{digest.decode().lower()}" for digest in _SHA1.findall(raw))


def _unparsed(raw: bytes) -> Iterator[str]:
    """Of what is no JSON, what still reads like an account or an OpenID."""
    pairs = chain(
        ((home, name) for home, name in _ACCOUNTS[0].findall(raw)),
        ((home, name) for name, home in _ACCOUNTS[1].findall(raw)),
    )
    for home, name in pairs:
        yield account(home.decode(errors="replace"), name.decode(errors="replace"))
    for openid in _OPENID.findall(raw):
        yield f"openid:{openid.decode(errors='replace')}"


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value; without recursion, so that no depth is too deep."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


def _of(one: dict[str, Any], home_page: str) -> Iterator[str]:
    account_of, mbox, openid = one.get("account"), one.get("mbox"), one.get("openid")
    if isinstance(account_of, dict):
        home, name = account_of.get("homePage") or home_page, account_of.get("name")
        if home and name is not None:
            yield account(str(home), str(name))
    if isinstance(mbox, str):
        yield mailbox(mbox)
        yield mailbox(mbox if mbox.startswith("mailto:") else "mailto:" + mbox)
    if isinstance(openid, str):
        yield f"openid:{openid}"
