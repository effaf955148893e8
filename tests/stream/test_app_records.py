"""What an agent sees of a Faust message."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from stream.app import _record
from stream.records import HOME_PAGE, TENANT, RawRecord, sender_of

BOTH = ((TENANT, b"acme"), (HOME_PAGE, b"https://acme.example"))


def record(headers: Any, value: bytes | None = b"{}") -> RawRecord:
    message = SimpleNamespace(
        topic="xapi.statements", partition=3, offset=7, timestamp=1.5, value=value, headers=headers
    )
    return _record(cast("Any", SimpleNamespace(message=message)))


@pytest.mark.parametrize("headers", [BOTH, list(BOTH), dict(BOTH)])
def test_headers_are_kept(headers: Any) -> None:
    assert record(headers) == RawRecord("xapi.statements", 3, 7, 1.5, b"{}", BOTH)


@pytest.mark.parametrize("headers", [None, (), [], {}])
def test_without_headers_the_settings_say_it(headers: Any) -> None:
    found = record(headers, None)
    assert (found.headers, found.value) == ((), b"")
    assert found.said(TENANT, "default") == "default"


def test_what_is_no_text_is_still_a_tenant() -> None:
    found = record([(TENANT, b"\xff"), ("other", b"x"), (TENANT, b"last")])
    assert found.said(TENANT, "") == "last"
    assert record([(TENANT, b"\xff")]).said(TENANT, "") == "\ufffd"
    assert sender_of((*BOTH, ("reason", b"x"))) == BOTH
